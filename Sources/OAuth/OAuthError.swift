package import StrictJSON

/// The error answer of an OAuth endpoint (RFC 6749 §5.2).
///
/// The description is for the developer of the client and says what to mend; it never repeats what was sent.
package struct OAuthError: Error, Hashable, Sendable {
    package let code: OAuthErrorCode
    package let description: String?
    package let status: Int

    /// `status` only where an endpoint's RFC wants another than the code's own.
    package init(_ code: OAuthErrorCode, _ description: String? = nil, status: Int? = nil) {
        self.code = code
        self.description = description.map(Self.safe)
        self.status = status ?? code.status
    }

    package var body: JSONValue {
        var object: JSONObject = JSONObject()
        object["error"] = JSONValue(code.rawValue)
        if let description { object["error_description"] = JSONValue(description) }
        return .object(object)
    }

    /// The value for `WWW-Authenticate`, which a 401 must have (RFC 6749 §5.2, RFC 6750 §3); `nil` where none belongs.
    package var challenge: String? {
        switch code {
        case .invalidClient: #"Basic realm="gatehouse""#
        case .invalidToken, .insufficientScope: #"Bearer realm="gatehouse", error="\#(code.rawValue)""#
        default: nil
        }
    }

    private static let longest = 200

    /// Only what RFC 6749 §5.2 allows in `error_description`, which also makes it safe in a header and in a log line.
    private static func safe(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8.prefix(longest) {
            switch byte {
            case UInt8(ascii: "\""): bytes.append(UInt8(ascii: "'"))
            case _ where byte.isNQSCHAR: bytes.append(byte)
            default: bytes.append(UInt8(ascii: "?"))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
