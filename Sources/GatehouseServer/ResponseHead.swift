import AccessPolicy
import HTTPTypes
import NIOCore
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

    /// Writes it to the end of the buffer; returns the status.
    ///
    /// Straight into the bytes that leave: a list of fields, as NIO's encoder takes it, would be made for each answer only
    /// to be read once. `HTTPField` has taken line ends out of every value.
    static func write(_ response: Response, _ context: Context, into buffer: inout ByteBuffer) -> Int {
        let status = response.status.code >= 200 ? response.status : .internalServerError
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeString(String(status.code))
        buffer.writeStaticString(" ")
        buffer.writeString(status.reasonPhrase)
        buffer.writeStaticString("\r\n")
        var said = Said()
        for field in response.headers {
            let name = field.name.canonicalName
            guard !isOurs(name) else { continue }
            said.note(name)
            buffer.writeString(field.name.rawName)
            buffer.writeStaticString(": ")
            buffer.writeString(field.value)
            buffer.writeStaticString("\r\n")
        }
        writeFraming(response, context, into: &buffer)
        if !said.cacheControl { buffer.writeStaticString("Cache-Control: no-store\r\n") }
        if !said.contentSecurityPolicy {
            buffer.writeStaticString("Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n")
        }
        if !said.contentTypeOptions { buffer.writeStaticString("X-Content-Type-Options: nosniff\r\n") }
        if !said.referrerPolicy { buffer.writeStaticString("Referrer-Policy: no-referrer\r\n") }
        if context.isTLS, !said.transportSecurity {
            buffer.writeStaticString("Strict-Transport-Security: max-age=31536000\r\n")
        }
        buffer.writeStaticString("Date: ")
        buffer.writeString(context.date)
        buffer.writeStaticString("\r\nX-Request-Id: ")
        buffer.writeString(context.requestID)
        buffer.writeStaticString("\r\n\r\n")
        return status.code
    }

    /// Where the body ends (RFC 9112 §6), and whether the connection does.
    private static func writeFraming(_ response: Response, _ context: Context, into buffer: inout ByteBuffer) {
        if response.mayHaveBody {
            if response.rest == nil {
                buffer.writeStaticString("Content-Length: ")
                buffer.writeString(String(response.body.count))
                buffer.writeStaticString("\r\n")
            } else if context.isChunkingKnown {
                buffer.writeStaticString("Transfer-Encoding: chunked\r\n")
            }
        }
        if context.closes { buffer.writeStaticString("Connection: close\r\n") }
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
    private static func isOurs(_ name: String) -> Bool {
        switch name {
        case "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "trailer", "date", "server",
            "x-request-id":
            true
        default: false
        }
    }
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
