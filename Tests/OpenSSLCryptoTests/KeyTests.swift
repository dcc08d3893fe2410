import COpenSSL
import Secrets
import Testing

@testable import OpenSSLCrypto

/// P-256's generator: a point that certainly is on the curve.
private let generator = (
    x: bytes("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
    y: bytes("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
)
private let prime256 = bytes("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff")
private func modulus(bits: Int) -> [UInt8] { [0x80] + [UInt8](repeating: 0, count: bits / 8 - 2) + [1] }

@Suite struct PublicKeyTests {
    @Test(
        arguments: [
            (
                "2047 bits", .rsa(modulus: [0x7F] + [UInt8](repeating: 0xFF, count: 255), exponent: [1, 0, 1]),
                .modulusTooSmall
            ),
            ("1024 bits", .rsa(modulus: modulus(bits: 1024), exponent: [1, 0, 1]), .modulusTooSmall),
            (
                "zeros in front do not count",
                .rsa(modulus: [UInt8](repeating: 0, count: 200) + modulus(bits: 1024), exponent: [3]), .modulusTooSmall
            ),
            ("no modulus", .rsa(modulus: [], exponent: [1, 0, 1]), .modulusTooSmall),
            ("4104 bits", .rsa(modulus: modulus(bits: 4104), exponent: [1, 0, 1]), .modulusTooLarge),
            ("16384 bits", .rsa(modulus: modulus(bits: 16384), exponent: [1, 0, 1]), .modulusTooLarge),
            ("even modulus", .rsa(modulus: modulus(bits: 2048).dropLast() + [2], exponent: [1, 0, 1]), .modulusEven),
            ("exponent 1", .rsa(modulus: modulus(bits: 2048), exponent: [1]), .exponentOutOfRange),
            ("exponent 0", .rsa(modulus: modulus(bits: 2048), exponent: [0]), .exponentOutOfRange),
            ("no exponent", .rsa(modulus: modulus(bits: 2048), exponent: []), .exponentOutOfRange),
            ("even exponent", .rsa(modulus: modulus(bits: 2048), exponent: [1, 0, 0]), .exponentOutOfRange),
            ("exponent 2^32 + 1", .rsa(modulus: modulus(bits: 2048), exponent: [1, 0, 0, 0, 1]), .exponentOutOfRange),
            ("x too short", .ec(.p256, x: Array(generator.x.dropFirst()), y: generator.y), .wrongLength),
            ("y too long", .ec(.p256, x: generator.x, y: [0] + generator.y), .wrongLength),
            ("P-256's point as P-384", .ec(.p384, x: generator.x, y: generator.y), .wrongLength),
            ("x and y swapped", .ec(.p256, x: generator.y, y: generator.x), .notOnCurve),
            ("one bit off", .ec(.p256, x: generator.x, y: generator.y.dropLast() + [0xF4]), .notOnCurve),
            ("0, 0", .ec(.p256, x: [UInt8](repeating: 0, count: 32), y: [UInt8](repeating: 0, count: 32)), .notOnCurve),
            ("x is the prime", .ec(.p256, x: prime256, y: generator.y), .notOnCurve),
            ("Ed25519 with 31 bytes", .ed25519([UInt8](repeating: 9, count: 31)), .wrongLength),
            ("Ed25519 with 33 bytes", .ed25519([UInt8](repeating: 9, count: 33)), .wrongLength),
            ("Ed25519, nothing", .ed25519([]), .wrongLength),
            ("Ed25519, all zero", .ed25519([UInt8](repeating: 0, count: 32)), .smallOrder),
            ("Ed25519, identity", .ed25519([1] + [UInt8](repeating: 0, count: 31)), .smallOrder),
            ("Ed25519, identity with a sign", .ed25519([1] + [UInt8](repeating: 0, count: 30) + [0x80]), .smallOrder),
            (
                "Ed25519, order 8", .ed25519(bytes("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")),
                .smallOrder
            ),
            ("Ed25519, p", .ed25519([0xED] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]), .smallOrder),
        ] as [(String, PublicKeyComponents, KeyDefect)])
    func refused(_ what: String, components: PublicKeyComponents, defect: KeyDefect) {
        #expect(throws: CryptoFailure.unusableKey(defect)) { try VerificationKeyHandle(components) }
        #expect(ERR_peek_error() == 0)
    }

    @Test func limitsAreTheCallersUpTo8192() throws {
        let large = PublicKeyComponents.rsa(modulus: modulus(bits: 8192), exponent: [3])
        #expect(throws: CryptoFailure.unusableKey(.modulusTooLarge)) { try VerificationKeyHandle(large) }
        #expect(throws: Never.self) { try VerificationKeyHandle(large, maximumRSABits: 8192) }
        #expect(throws: CryptoFailure.unusableKey(.modulusTooLarge)) {
            try VerificationKeyHandle(.rsa(modulus: modulus(bits: 8200), exponent: [3]), maximumRSABits: .max)
        }
        #expect(throws: CryptoFailure.unusableKey(.modulusTooLarge)) {
            try VerificationKeyHandle(.rsa(modulus: modulus(bits: 2048), exponent: [3]), maximumRSABits: -1)
        }
    }

    @Test func exponentUpTo32Bits() throws {
        #expect(throws: Never.self) {
            try VerificationKeyHandle(.rsa(modulus: modulus(bits: 2048), exponent: [0, 0xFF, 0xFF, 0xFF, 0xFF]))
        }
    }
}

@Suite struct PrivateKeyTests {
    @Test(
        arguments: [
            ("rsa1024", .modulusTooSmall), ("secp256k1", .unsupportedKind), ("x25519", .unsupportedKind),
            ("rsapss", .unsupportedKind), ("p256-encrypted", .notReadable),
        ] as [(String, KeyDefect)])
    func refused(name: String, defect: KeyDefect) throws {
        let pem = try testKey(name)
        #expect(throws: CryptoFailure.unusableKey(defect)) { try PrivateKeyHandle(pem: pem) }
        #expect(ERR_peek_error() == 0)
    }

    @Test(arguments: ["", "not PEM", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
    func garbage(text: String) {
        #expect(throws: CryptoFailure.unusableKey(.notReadable)) { try PrivateKeyHandle(pem: Secret(utf8: text)) }
    }

    @Test func publicHalfIsNoPrivateKey() throws {
        let text = try PrivateKeyHandle(pem: testKey("p256")).verificationKey.pem()
        #expect(text.hasPrefix("-----BEGIN PUBLIC KEY-----"))
        #expect(throws: CryptoFailure.unusableKey(.notReadable)) { try PrivateKeyHandle(pem: Secret(utf8: text)) }
    }

    @Test func tooLongIsNotRead() throws {
        let padding = [UInt8](repeating: 10, count: 64 * 1024)
        let pem = Secret(padding + (try testKey("p256").reveal()))
        #expect(throws: CryptoFailure.unusableKey(.notReadable)) { try PrivateKeyHandle(pem: pem) }
    }

    @Test(arguments: [("p256", "p256-sec1"), ("rsa2048", "rsa2048-pkcs1")])
    func olderFormsAreTheSameKey(name: String, older: String) throws {
        let (new, old) = (try PrivateKeyHandle(pem: testKey(name)), try PrivateKeyHandle(pem: testKey(older)))
        #expect(new.publicComponents == old.publicComponents)
        #expect(try new.pem().matches(old.pem()))
    }

    @Test(arguments: ["rsa2048", "rsa3072", "rsa4104", "p256", "p384", "p521", "ed25519"])
    func storedAndReadAgain(name: String) throws {
        let key = try PrivateKeyHandle(pem: testKey(name))
        let again = try PrivateKeyHandle(pem: key.pem())
        #expect(again.publicComponents == key.publicComponents)
    }

    @Test(arguments: [.p256, .p384, .p521, .ed25519, .rsa(bits: 2048)] as [PrivateKeyHandle.Kind])
    func generated(kind: PrivateKeyHandle.Kind) throws {
        let key = try PrivateKeyHandle(generating: kind)
        #expect(try PrivateKeyHandle(pem: key.pem()).publicComponents == key.publicComponents)
    }

    @Test(arguments: [
        (1024, KeyDefect.modulusTooSmall), (-1, .modulusTooSmall), (16384, .modulusTooLarge), (.max, .modulusTooLarge),
    ])
    func sizesRefused(bits: Int, defect: KeyDefect) {
        #expect(throws: CryptoFailure.unusableKey(defect)) { try PrivateKeyHandle(generating: .rsa(bits: bits)) }
    }
}
