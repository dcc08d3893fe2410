/// Why a cryptographic operation was refused or could not be done. Carries no key bytes and no text from outside.
package enum CryptoFailure: Error, Hashable, Sendable {
    /// The key cannot be used; nothing was built.
    case unusableKey(KeyDefect)
    /// The key is sound but of a kind that this scheme does not go with.
    case schemeDoesNotFit
    /// The system gave no randomness, or more was asked for than one call may have.
    case noRandomness
    /// A sealed value was altered, belongs to another context, or was sealed under another key.
    case sealBroken
    /// OpenSSL refused something that it should do; the text names the call, never its input.
    case library(StaticName)
}

/// What is wrong with a key.
package enum KeyDefect: String, Hashable, Sendable, CaseIterable {
    case wrongLength = "a component has the wrong length"
    case notOnCurve = "the point is not on the curve"
    case smallOrder = "the point has a small order, so that signatures can be made without the private key"
    case modulusTooSmall = "the RSA modulus has fewer than 2048 bits"
    case modulusTooLarge = "the RSA modulus has more bits than allowed"
    case modulusEven = "the RSA modulus is even"
    case exponentOutOfRange = "the RSA exponent is even, below 3 or above 2^32"
    case unsupportedKind = "the key is neither RSA, nor EC on P-256, P-384 or P-521, nor Ed25519"
    case notReadable = "not an unencrypted private key in PEM form"
    case halvesDisagree = "the public half does not verify what the private half signs"
}

/// The name of a C call, for the log: only literals can be one, so no secret gets in.
package struct StaticName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let description: String
    package init(stringLiteral value: StaticString) { description = value.description }
}
