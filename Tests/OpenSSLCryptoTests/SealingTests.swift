import OpenSSLCrypto
import Secrets
import Testing

@Suite struct SealingTests {
    @Test("McGrew and Viega, test case 16") func published() throws {
        let key = try SealingKey(Secret(bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")))
        let sealed = bytes(
            "cafebabefacedbaddecaf888"
                + "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                + "76fc6ece0f4e1768cddf8853bb2d551b")
        let opened = try key.open(sealed, context: bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
        #expect(
            hex(opened.reveal())
                == "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
        )
    }

    @Test(arguments: [0, 1, 16, 17, 5000]) func roundTrip(length: Int) throws {
        let (key, secret) = try SealingKey.generate()
        let plaintext = Secret([UInt8](repeating: 5, count: length))
        let sealed = try key.seal(plaintext, context: [1, 2])
        #expect(sealed.count == length + 28)
        #expect(try key.open(sealed, context: [1, 2]).matches(plaintext))
        #expect(try SealingKey(secret).open(sealed, context: [1, 2]).matches(plaintext))
        #expect(try key.seal(plaintext, context: [1, 2]) != sealed)
    }

    @Test func anyChangeIsRefused() throws {
        let (key, _) = try SealingKey.generate()
        let sealed = try key.seal(Secret(utf8: "secret"), context: [1])
        for index in sealed.indices {
            var altered = sealed
            altered[index] ^= 1
            #expect(throws: CryptoFailure.sealBroken) { try key.open(altered, context: [1]) }
        }
        for count in 0..<sealed.count {
            #expect(throws: CryptoFailure.sealBroken) { try key.open(Array(sealed.prefix(count)), context: [1]) }
        }
        for context in [[], [2], [1, 1]] as [[UInt8]] {
            #expect(throws: CryptoFailure.sealBroken) { try key.open(sealed, context: context) }
        }
        let (other, _) = try SealingKey.generate()
        #expect(throws: CryptoFailure.sealBroken) { try other.open(sealed, context: [1]) }
    }

    @Test(arguments: [0, 16, 31, 33]) func keyLength(count: Int) {
        #expect(throws: CryptoFailure.unusableKey(.wrongLength)) {
            try SealingKey(Secret([UInt8](repeating: 1, count: count)))
        }
    }
}
