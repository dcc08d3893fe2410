package import JOSE
package import Secrets

/// What we prove with that we are the client.
package enum ClientCredential: Sendable {
    case none
    /// A password, or the key of `client_secret_jwt`.
    case secret(Secret)
    /// An unencrypted PEM. `keyID` is the name that the provider knows the key by.
    case privateKey(pem: Secret, keyID: String?, algorithm: SignatureAlgorithm)
    /// Apple's kind: the client secret is a token that this key signs, ES256.
    case appleKey(pem: Secret, keyID: String, teamID: String)
}
