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
    /// A certificate cannot be used; nothing was built.
    case unusableCertificate(CertificateDefect)
    /// What was to be written into a certificate, a revocation list or a PKCS#12 file must not be.
    case unfitForCertificate(CertificateField)
    /// The system gave no thread to work on.
    case noThread
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

/// What is wrong with a certificate that was given.
package enum CertificateDefect: String, Hashable, Sendable, CaseIterable {
    case notReadable = "not one certificate in DER or PEM form"
    case notAuthority = "its basic constraints do not make it an authority"
    case mayNotSign = "its key usage lacks keyCertSign or cRLSign, or its extended key usage lacks clientAuth"
    case unknownCriticalExtension = "it has a critical extension that we do not know"
    case unsupportedKey = "its key is neither RSA nor EC on P-256 or P-384"
    case keyDoesNotBelong = "it certifies another key"
}

/// What must not be written, because a reader would refuse it or understand something else.
package enum CertificateField: String, Hashable, Sendable, CaseIterable {
    case commonName = "a common name has 1 to 64 characters and no control characters"
    case organization = "an organization has 1 to 64 characters and no control characters, and there are at most 32"
    case alternativeName = "not a URI, mail address, host name or IP address in visible ASCII"
    case revocationURL = "the address of the revocation list is not a URI in visible ASCII"
    case serial = "a serial number has 16 bytes, the first from 0x01 to 0x7F, in lower-case hexadecimal"
    case time = "a time is outside the years 1970 to 9999, or the end lies before the start"
    case outlivesAuthority = "it would be valid for longer than the certificate of its authority"
    case listNumber = "the number of a revocation list is not negative"
    case password = "a password has 1 to 1024 bytes of UTF-8 without NUL"
    case friendlyName =
        "a friendly name has 1 to 255 characters of the Basic Multilingual Plane, none of them a control"
    case iterations = "a password is stretched 100,000 to 10,000,000 times"
}

/// The name of a C call, for the log: only literals can be one, so no secret gets in.
package struct StaticName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let description: String
    package init(stringLiteral value: StaticString) { description = value.description }
}
