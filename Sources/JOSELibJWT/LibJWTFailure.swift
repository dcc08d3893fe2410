/// Why libjwt did not do what it was asked. Carries no key bytes, no claims and no token.
package enum LibJWTFailure: Error, Hashable, Sendable {
    /// libjwt 1.10.2 knows HS, RS and ES only.
    case algorithmNotSupported
    /// No usable key for this algorithm: empty or short secret, encrypted or foreign PEM, wrong type or curve.
    case unusableKey
    /// The claims, the key id or the token contain what a C string cannot.
    case notRepresentable
    case outOfMemory
    /// libjwt refused to sign.
    case refused
    /// libjwt signed something other than what it was given, or our own verifier does not accept it.
    case unfaithful
    /// libjwt does not accept what a new key of ours has signed: the key must not be published.
    case probeRefused
}
