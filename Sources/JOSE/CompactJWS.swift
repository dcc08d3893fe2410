internal import OpenSSLCrypto
package import StrictJSON

/// A JSON Web Signature in compact form (RFC 7515 §7.1), taken apart but not verified.
///
/// Everything that could lead to another key or another meaning is refused (`crit`, `b64`) or never looked at
/// (`jku`, `x5u`, `jwk`, `x5c`): the key comes from the caller's set alone (RFC 8725 §3.10).
package struct CompactJWS: Sendable, CustomStringConvertible, CustomReflectable {
    /// Longest token that is looked at.
    package static let largestLength = 16 * 1024

    package let algorithm: SignatureAlgorithm
    package let keyID: KeyID?
    /// `typ` as written.
    package let type: String?
    package let header: JSONObject
    package let payload: [UInt8]
    package let signature: [UInt8]

    private let bytes: [UInt8]
    private let signingInputLength: Int

    /// What was signed: header and payload, encoded, with the dot between them (RFC 7515 §5.2).
    package var signingInput: ArraySlice<UInt8> { bytes.prefix(signingInputLength) }

    /// The token's name for replay protection: a re-encoded signature does not make it another token.
    package var signingInputDigest: [UInt8] { SHA2.digest(.sha256, signingInput.span) }

    // Whoever has all three parts can use the token: it is not printed, and errors do not carry it.
    package var description: String { "CompactJWS(\(algorithm), redacted)" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    package static func parse(_ bytes: [UInt8]) throws(TokenRejection) -> CompactJWS { try CompactJWS(bytes) }

    private init(_ bytes: [UInt8]) throws(TokenRejection) {
        guard bytes.count <= Self.largestLength else { throw .tooLarge }
        let dots = bytes.indices.filter { bytes[$0] == UInt8(ascii: ".") }
        guard dots.count == 2, let first = dots.first, let second = dots.last else { throw .malformed(.segments) }
        let span = bytes.span
        guard let headerBytes = Base64URL.decode(span.extracting(..<first)),
            let payload = Base64URL.decode(span.extracting((first + 1)..<second)),
            let signature = Base64URL.decode(span.extracting((second + 1)...))
        else { throw .malformed(.encoding) }
        guard let header = try? JSONValue.parseObject(headerBytes, limits: .token) else { throw .malformed(.header) }
        if header["b64"] != nil { throw .unencodedPayload }
        if header["crit"] != nil { throw .unknownCritical }
        guard let name = header["alg"]?.stringValue else { throw .malformed(.algorithm) }
        guard let algorithm = SignatureAlgorithm(rawValue: name) else { throw .algorithmNotAllowed }
        self.algorithm = algorithm
        if let kid = header["kid"] {
            guard let text = kid.stringValue, let keyID = try? KeyID(text) else { throw .malformed(.keyID) }
            self.keyID = keyID
        } else {
            keyID = nil
        }
        if let typ = header["typ"] {
            guard let text = typ.stringValue else { throw .malformed(.type) }
            type = text
        } else {
            type = nil
        }
        (self.header, self.payload, self.signature) = (header, payload, signature)
        (self.bytes, signingInputLength) = (bytes, second)
    }
}
