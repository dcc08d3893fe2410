import GatehouseClient
import JOSE
import OAuth
import OpenSSLCrypto
import Secrets

/// One request for a code (RFC 6749 §4.1.1), with what proves that the answer belongs to it and the code to us.
struct AuthorizationStart: Sendable {
    /// For the browser. It holds the challenge, not the verifier.
    let url: String
    let state: Secret
    let verifier: CodeVerifier
    let redirectURI: String

    init(_ server: AuthorizationServer, redirectURI: String) throws(CommandFailure) {
        let endpoint = try server.authorizationEndpoint()
        state = try Self.random()
        self.redirectURI = redirectURI
        let secret = try Self.random()
        do throws(OAuthError) {
            verifier = try CodeVerifier(secret)
        } catch {
            throw CommandFailure(.failure, "no random numbers")
        }
        let challenge = Base64URL.encode(SHA2.sha256(verifier.secret.reveal()))
        let query = [
            ("response_type", "code"), ("client_id", AuthorizationServer.clientID), ("redirect_uri", redirectURI),
            ("scope", AuthorizationServer.scope), ("state", state.revealText()), ("code_challenge", challenge),
            ("code_challenge_method", CodeChallenge.method),
        ]
        let separator = endpoint.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        url = endpoint + separator + query.map { $0 + "=" + PercentEncoding.component($1) }.joined(separator: "&")
    }

    /// 256 bits that nobody can guess, as 43 characters.
    private static func random() throws(CommandFailure) -> Secret {
        guard let bytes = try? RandomBytes.make(32) else { throw CommandFailure(.failure, "no random numbers") }
        return Secret(Base64URL.encodeBytes(bytes))
    }
}
