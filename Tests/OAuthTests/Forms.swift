import OAuth
import Testing

/// A form as a careful client writes it: everything but letters and digits escaped.
func form(_ parameters: [(String, String)]) throws -> FormBody {
    try FormBody(Array(parameters.map { "\(escaped($0))=\(escaped($1))" }.joined(separator: "&").utf8))
}

func escaped(_ text: String) -> String {
    text.utf8.map { byte in
        let isPlain = (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
        let hex = String(byte, radix: 16, uppercase: true)
        return isPlain ? String(Unicode.Scalar(byte)) : "%" + (hex.utf8.count == 1 ? "0" : "") + hex
    }.joined()
}

/// What was thrown when that had to be an `OAuthError`.
func refusal(_ body: () throws(OAuthError) -> Void) -> OAuthError? {
    do throws(OAuthError) {
        try body()
        return nil
    } catch {
        return error
    }
}
