import HTTPTypes
import NIOHTTP1
import Observability
import ServerPlugin

/// The head of an answer: what the route says, and what every answer of ours says.
enum ResponseHead {
    struct Context: Sendable {
        let requestID: String
        let date: String
        let isTLS: Bool
        let closes: Bool
    }

    static let contentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'"

    static func make(_ response: Response, _ context: Context) -> HTTPResponseHead {
        let status = response.status.code >= 200 ? response.status : .internalServerError
        var headers = HTTPHeaders()
        headers.reserveCapacity(response.headers.count + 10)
        for field in response.headers where !own.contains(field.name) {
            headers.add(name: field.name.rawName, value: field.value)
        }
        headers.add(name: "Date", value: context.date)
        headers.add(name: "X-Request-Id", value: context.requestID)
        if status.code != 204, status.code != 304 { headers.add(name: "Content-Length", value: String(response.body.count)) }
        if response.headers[.cacheControl] == nil { headers.add(name: "Cache-Control", value: "no-store") }
        if response.headers[.contentSecurityPolicy] == nil {
            headers.add(name: "Content-Security-Policy", value: contentSecurityPolicy)
        }
        if response.headers[.xContentTypeOptions] == nil { headers.add(name: "X-Content-Type-Options", value: "nosniff") }
        if response.headers[referrerPolicy] == nil { headers.add(name: "Referrer-Policy", value: "no-referrer") }
        if context.isTLS, response.headers[.strictTransportSecurity] == nil {
            headers.add(name: "Strict-Transport-Security", value: "max-age=31536000")
        }
        if context.closes { headers.add(name: "Connection", value: "close") }
        return HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: status.code, reasonPhrase: status.reasonPhrase), headers: headers)
    }

    /// Framing, and the identity of the answer, are the server's alone.
    private static let own: Set<HTTPField.Name> = {
        var names: Set<HTTPField.Name> = [.contentLength, .transferEncoding, .connection, .date, .server]
        if let name = HTTPField.Name("X-Request-Id") { names.insert(name) }
        return names
    }()

    private static let referrerPolicy = HTTPField.Name.referrerPolicyOrNearest
}

extension HTTPField.Name {
    /// HTTPTypes has no constant for it.
    fileprivate static let referrerPolicyOrNearest = HTTPField.Name("Referrer-Policy") ?? .xContentTypeOptions
}
