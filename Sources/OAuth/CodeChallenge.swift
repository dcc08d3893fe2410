internal import Identifiers
internal import Secrets

/// What a client commits itself to before it gets a code: the SHA-256 of its verifier (RFC 7636 §4.2).
///
/// Only `S256`: with `plain`, whoever sees the request has the verifier (RFC 9700 §2.1.1).
package struct CodeChallenge: ByteIdentifier {
    /// The name of the method in requests and metadata.
    package static let method = "S256"

    package let rawValue: String
    private let digest: [UInt8]

    /// Both parameters of the authorization request. A challenge without a method means `plain` (RFC 7636 §4.3), and is
    /// refused as such.
    package init(method: String?, challenge: String?) throws(OAuthError) {
        guard let challenge else { throw OAuthError(.invalidRequest, "code_challenge is missing") }
        guard let method, method.hasSameBytes(as: Self.method) else {
            throw OAuthError(.invalidRequest, "code_challenge_method must be S256")
        }
        guard let digest = Self.digest(challenge) else {
            throw OAuthError(.invalidRequest, "code_challenge must be a SHA-256 in base64url")
        }
        (rawValue, self.digest) = (challenge, digest)
    }

    /// Whether this is the challenge of that verifier (RFC 7636 §4.6).
    package func matches<Failure: Error>(
        _ verifier: CodeVerifier, sha256: ([UInt8]) throws(Failure) -> [UInt8]
    ) throws(Failure) -> Bool {
        Secret.constantTimeEqual(digest, try sha256(verifier.secret.reveal()))
    }

    /// Canonical base64url without padding: another spelling could never match, so it is told at once.
    private static func digest(_ text: String) -> [UInt8]? {
        guard text.utf8.count == 43 else { return nil }
        var base64: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "-"): base64.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): base64.append(UInt8(ascii: "/"))
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
            default: base64.append(byte)
            }
        }
        return Base64Text.decode(base64 + [UInt8(ascii: "=")])
    }
}
