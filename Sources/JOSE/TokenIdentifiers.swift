package import Identifiers

/// Whom a token is for: one value of `aud` (RFC 7519 §4.1.3).
package struct Audience: ByteIdentifier {
    package let rawValue: String
    package init(_ text: String) throws(InvalidValue) { rawValue = try checked(text, "audience", atMost: 1024) }
}

/// Whom a token speaks of, in its issuer's words: `sub` (RFC 7519 §4.1.2). It says nothing without the issuer.
package struct Subject: ByteIdentifier {
    package let rawValue: String
    package init(_ text: String) throws(InvalidValue) { rawValue = try checked(text, "subject", atMost: 1024) }
}

/// The name of a key in its set: `kid` (RFC 7515 §4.1.4). Real ones contain `+`, `/` and `=`.
package struct KeyID: ByteIdentifier {
    package let rawValue: String
    package init(_ text: String) throws(InvalidValue) { rawValue = try checked(text, "key id", atMost: 512) }
}

/// The name of one token: `jti` (RFC 7519 §4.1.7).
package struct TokenID: ByteIdentifier {
    package let rawValue: String
    package init(_ text: String) throws(InvalidValue) { rawValue = try checked(text, "token id", atMost: 1024) }
}

/// Any UTF-8 that has at least one byte, not too many, and no control character: these texts go to logs, to rows and
/// to header fields. Nothing is trimmed or normalised.
private func checked(_ text: String, _ type: String, atMost largest: Int) throws(InvalidValue) -> String {
    let count = text.utf8.count
    guard count > 0 else { throw InvalidValue(type, "is empty") }
    guard count <= largest else { throw InvalidValue(type, "is longer than \(largest) bytes") }
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
        throw InvalidValue(type, "has a control character")
    }
    return text
}
