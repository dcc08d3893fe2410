import Identifiers
import JOSE
import SeededRandom
import StrictJSON
import Testing

/// Seeded and bounded: the same inputs every time. What matters is that nothing traps and nothing changed is accepted.
@Suite struct MutationTests {
    private func mutate(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let index = Int.random(in: 0...bytes.count, using: &random)
            let interesting = Array(".=-_+/AZaz09{}[]\":,\\ \n\0\u{7F}e".utf8) + [0x80, 0xC2, 0xFF]
            let byte = interesting.randomElement(using: &random) ?? 0
            switch Int.random(in: 0...5, using: &random) {
            case 0 where index < bytes.count: bytes[index] = byte
            case 1 where index < bytes.count: bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 2: bytes.insert(byte, at: index)
            case 3 where index < bytes.count: bytes.remove(at: index)
            case 4: bytes = Array(bytes.prefix(index))
            default: bytes += bytes.prefix(Int.random(in: 0...8, using: &random))
            }
        }
        return bytes
    }

    @Test func tokens() throws {
        let sample = try Sample()
        let expectation = try Sample.expectation()
        let good = try sample.token()
        #expect(sample.outcome(good, expectation) == nil)
        var random = SeededGenerator(seed: 7515)
        for _ in 0..<5_000 {
            let token = mutate(good, &random)
            if token != good, sample.outcome(token, expectation) == nil { Issue.record("accepted: \(token)") }
        }
    }

    /// Header and claims are changed before signing: whatever comes of it, nothing traps, and what is accepted names
    /// our issuer and audience.
    @Test func signedNonsense() throws {
        let sample = try Sample()
        let expectation = try Sample.expectation()
        var random = SeededGenerator(seed: 7519)
        let header = Array("{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"\(sample.key.keyID)\"}".utf8)
        for _ in 0..<1_500 {
            let token = try sample.token(
                header: String(decoding: mutate(header, &random), as: UTF8.self),
                payload: String(decoding: mutate(Sample.claims.encoded(), &random), as: UTF8.self))
            if sample.outcome(token, expectation) == nil {
                let claims = try UnverifiedToken.parse(token).claims
                #expect(claims.issuer?.rawValue == Sample.issuer)
                #expect(claims.audiences.map(\.rawValue) == [Sample.audience])
            }
        }
    }

    @Test func keySets() throws {
        let good = try fixture("rfc7517.json").encoded()
        var random = SeededGenerator(seed: 7517)
        for _ in 0..<3_000 {
            let set = try? KeySet(jwks: mutate(good, &random), options: KeySetOptions(allowSymmetric: true))
            if let set { #expect(set.keys.count + set.skipped.count <= 5) }
        }
    }
}
