import AccessPolicy
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
        /// To HTTP/1.0, which knows no chunks, the end of the connection is the end of an answer of unknown length.
        var isChunkingKnown = true
    }

    static let contentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'"

    static func make(_ response: Response, _ context: Context) -> HTTPResponseHead { Prepared(response).head(context) }

    /// An answer whose fields are ready, but for what differs from one request to the next.
    struct Prepared: Sendable {
        private let status: HTTPResponseStatus
        private let headers: HTTPHeaders
        private let saysTransportSecurity: Bool
        private let hasRest: Bool

        init(_ response: Response) {
            let status = response.status.code >= 200 ? response.status : .internalServerError
            self.status = HTTPResponseStatus(statusCode: status.code)
            var headers = HTTPHeaders()
            headers.reserveCapacity(response.headers.count + 9)
            var said = Said()
            for field in response.headers {
                let name = field.name.canonicalName
                guard !own.contains(name) else { continue }
                said.note(name)
                headers.add(name: field.name.rawName, value: field.value)
            }
            hasRest = response.rest != nil && response.mayHaveBody
            if response.mayHaveBody, !hasRest {
                headers.add(name: "Content-Length", value: String(response.body.count))
            }
            if !said.cacheControl { headers.add(name: "Cache-Control", value: "no-store") }
            if !said.contentSecurityPolicy {
                headers.add(name: "Content-Security-Policy", value: contentSecurityPolicy)
            }
            if !said.contentTypeOptions { headers.add(name: "X-Content-Type-Options", value: "nosniff") }
            if !said.referrerPolicy { headers.add(name: "Referrer-Policy", value: "no-referrer") }
            self.headers = headers
            saysTransportSecurity = said.transportSecurity
        }

        func head(_ context: Context) -> HTTPResponseHead {
            var headers = headers
            headers.add(name: "Date", value: context.date)
            headers.add(name: "X-Request-Id", value: context.requestID)
            if context.isTLS, !saysTransportSecurity {
                headers.add(name: "Strict-Transport-Security", value: "max-age=31536000")
            }
            if hasRest, context.isChunkingKnown { headers.add(name: "Transfer-Encoding", value: "chunked") }
            if context.closes { headers.add(name: "Connection", value: "close") }
            return HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        }
    }

    /// What a route says itself and the server therefore does not.
    private struct Said {
        var cacheControl = false, contentSecurityPolicy = false, contentTypeOptions = false
        var referrerPolicy = false, transportSecurity = false

        mutating func note(_ name: String) {
            switch name {
            case "cache-control": cacheControl = true
            case "content-security-policy": contentSecurityPolicy = true
            case "x-content-type-options": contentTypeOptions = true
            case "referrer-policy": referrerPolicy = true
            case "strict-transport-security": transportSecurity = true
            default: break
            }
        }
    }

    /// Framing, and the identity of the answer, are the server's alone.
    private static let own: Set<String> = [
        "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "trailer", "date", "server",
        "x-request-id",
    ]
}

extension Response {
    /// RFC 9110 §15.3.5, §15.4.5.
    var mayHaveBody: Bool { status != .noContent && status != .notModified }

    /// With what the caller is told of the credential; what the route says itself stands.
    func adding(noticesOf caller: Caller?) -> Response {
        guard let notices = caller?.notices, !notices.isEmpty else { return self }
        var response = self
        for notice in notices {
            guard notice.value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }),
                let name = HTTPField.Name(notice.field), headers[name] == nil
            else { continue }
            response.headers.append(HTTPField(name: name, value: notice.value))
        }
        return response
    }
}
