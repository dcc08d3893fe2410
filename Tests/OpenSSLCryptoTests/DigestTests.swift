import OpenSSLCrypto
import Secrets
import SeededRandom
import Testing

@Suite struct DigestTests {
    @Test(
        "FIPS 180-4 examples",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", .sha256),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", .sha256),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1", .sha256
            ),
            (
                "abc",
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
                .sha384
            ),
            (
                "abc",
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
                .sha512
            ),
        ] as [(String, String, HashFunction)])
    func published(text: String, digest: String, function: HashFunction) {
        #expect(hex(SHA2.digest(function, Array(text.utf8))) == digest)
    }

    @Test(arguments: HashFunction.allCases)
    func piecesGiveTheSameDigest(function: HashFunction) {
        var random = SeededGenerator(seed: 1)
        for length in [0, 1, 63, 64, 65, 127, 128, 129, 1000] {
            let message = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            var state = SHA2State(function)
            var rest = message[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...rest.count, using: &random)
                state.add(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
                _ = state.digest()  // asking does not disturb
            }
            #expect(state.digest() == SHA2.digest(function, message))
            #expect(state.digest().count == function.digestLength)
        }
    }

    @Test(
        "RFC 4231",
        arguments: [
            (
                String(repeating: "0b", count: 20), "4869205468657265",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                String(repeating: "aa", count: 131),
                "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ])
    func hmac256(key: String, message: String, code: String) {
        #expect(hex(HMACKey(Secret(bytes(key))).sha256(bytes(message))) == code)
    }

    @Test("RFC 4231 case 2, the longer digests") func hmacLonger() {
        let key = HMACKey(Secret(utf8: "Jefe"))
        let message = Array("what do ya want for nothing?".utf8)
        #expect(
            hex(key.sha384(message))
                == "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649")
        #expect(
            hex(key.sha512(message))
                == "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
        )
    }

    @Test func shortenedCodeIsRefused() {
        let key = HMACKey(Secret([UInt8](repeating: 7, count: 32)))
        let message = Array("message".utf8)
        let code = key.sha256(message)
        #expect(key.verify(.sha256, code: code, message: message))
        for shorter in [[], Array(code.prefix(16)), Array(code.dropLast()), code + [0]] {
            #expect(!key.verify(.sha256, code: shorter, message: message))
        }
    }

    @Test func checksum() {
        #expect(CRC32.checksum("123456789".utf8.span) == 0xCBF4_3926)
        #expect(CRC32.checksum([UInt8]().span) == 0)
        #expect(CRC32.checksum(([0] as [UInt8]).span) == 0xD202_EF8D)
    }

    @Test(arguments: [0, -1, Int.min, Int.max, RandomBytes.largest + 1])
    func randomRefuses(count: Int) { #expect(throws: CryptoFailure.noRandomness) { try RandomBytes.make(count) } }

    @Test func randomDiffers() throws {
        #expect(try RandomBytes.make(32) != RandomBytes.make(32))
        #expect(try RandomBytes.make(RandomBytes.largest).count == RandomBytes.largest)
    }
}
