import COpenSSL
import Testing

@testable import OpenSSLCrypto

private let message = Array("The quick brown fox".utf8)
private let schemes: [(String, SignatureScheme)] =
    HashFunction.allCases.flatMap { [("rsa2048", .rsaPKCS1($0)), ("rsa2048", .rsaPSS($0))] }
    + [("p256", .ecdsa(.p256, .sha256)), ("p384", .ecdsa(.p384, .sha384)), ("p521", .ecdsa(.p521, .sha512))]
    + [("ed25519", .ed25519)]

private func encoded(_ signature: [UInt8], _ curve: EllipticCurve) -> [UInt8]? {
    ECDSASignature.der(signature.span, curve)
}

@Suite struct SignatureTests {
    @Test(arguments: schemes)
    func roundTrip(name: String, scheme: SignatureScheme) throws {
        let key = try PrivateKeyHandle(pem: testKey(name))
        let verifier = try VerificationKeyHandle(key.publicComponents)
        for _ in 0..<3 {  // the contexts are used again
            let signature = try key.sign(scheme, message)
            #expect(verifier.verify(scheme, signature: signature, message: message))
            #expect(!verifier.verify(scheme, signature: signature, message: message + [0]))
            #expect(!verifier.verify(scheme, signature: signature, message: []))
            for altered in [[], Array(signature.dropLast()), signature + [0], [0] + signature, signature.reversed()] {
                #expect(!verifier.verify(scheme, signature: altered, message: message))
            }
            for index in stride(from: 0, to: signature.count, by: 7) {
                var altered = signature
                altered[index] ^= 0x10
                #expect(!verifier.verify(scheme, signature: altered, message: message))
                #expect(ERR_peek_error() == 0)
            }
            #expect(verifier.verify(scheme, signature: signature, message: message))
        }
        #expect(ERR_peek_error() == 0)
    }

    @Test(arguments: ["rsa2048", "p256", "p384", "p521", "ed25519"])
    func otherSchemesAreRefused(name: String) throws {
        let key = try PrivateKeyHandle(pem: testKey(name))
        for (other, scheme) in schemes where other != name {
            #expect(throws: CryptoFailure.schemeDoesNotFit) { try key.sign(scheme, message) }
            #expect(!key.verificationKey.verify(scheme, signature: [UInt8](repeating: 1, count: 64), message: message))
        }
    }

    @Test func paddingsAndHashesAreNotMixed() throws {
        let key = try PrivateKeyHandle(pem: testKey("rsa2048"))
        let rsa = schemes.filter { $0.0 == "rsa2048" }.map(\.1)
        for made in rsa {
            let signature = try key.sign(made, message)
            for used in rsa {
                #expect(key.verificationKey.verify(used, signature: signature, message: message) == (made == used))
            }
        }
    }

    @Test func emptyMessage() throws {
        for (name, scheme) in schemes {
            let key = try PrivateKeyHandle(pem: testKey(name))
            #expect(key.verificationKey.verify(scheme, signature: try key.sign(scheme, []), message: []))
        }
    }

    @Test func severalThreadsShareOneKey() async throws {
        for (name, scheme) in schemes {
            let key = try PrivateKeyHandle(pem: testKey(name))
            let signature = try key.sign(scheme, message)
            await withTaskGroup(of: Bool.self) { group in
                for worker in 0..<16 {
                    group.addTask {
                        (0..<20).allSatisfy { turn in
                            let isGood = (worker + turn).isMultiple(of: 2)
                            let text = isGood ? message : message + [1]
                            return key.verificationKey.verify(scheme, signature: signature, message: text) == isGood
                        }
                    }
                }
                for await result in group { #expect(result) }
            }
        }
    }

    @Test(arguments: EllipticCurve.allCases)
    func bothFormsOfECDSA(curve: EllipticCurve) throws {
        let length = curve.coordinateLength
        let numbers: [[UInt8]] = [
            [UInt8](repeating: 0, count: length), [UInt8](repeating: 0, count: length - 1) + [1],
            [UInt8](repeating: 0, count: length - 1) + [0x80], [0x7F] + [UInt8](repeating: 0xFF, count: length - 1),
            [UInt8](repeating: 0xFF, count: length), [0, 0x80] + [UInt8](repeating: 0, count: length - 2),
        ]
        for r in numbers {
            for s in numbers {
                let der = try #require(encoded(r + s, curve))
                #expect(ECDSASignature.jose(der[...], curve) == r + s)
                for cut in 0..<der.count { #expect(ECDSASignature.jose(der.prefix(cut), curve) == nil) }
                #expect(ECDSASignature.jose((der + [0])[...], curve) == nil)
            }
        }
        for count in [0, 1, 2 * length - 1, 2 * length + 1] {
            #expect(encoded([UInt8](repeating: 1, count: count), curve) == nil)
        }
    }
}
