internal import JOSE
internal import OpenSSLCrypto
internal import Secrets

/// The three random texts of one sign-in, each of 256 bits (RFC 6749 §10.10, RFC 7636 §7.1).
struct SignInSecrets: Sendable {
    let state: String
    let nonce: String
    let verifier: Secret

    init() throws(SignInRefusal) {
        state = try Self.random()
        nonce = try Self.random()
        verifier = Secret(utf8: try Self.random())
    }

    /// `S256`, never `plain`, and whatever the metadata lists: a list without it is how a downgrade begins
    /// (RFC 9700 §2.1.1).
    var challenge: String { Base64URL.encode(SHA2.sha256(verifier.reveal())) }

    static func random() throws(SignInRefusal) -> String {
        do { return Base64URL.encode(try RandomBytes.make(32)) } catch { throw .noRandomness }
    }
}
