import Federation
import HTTPFetch
import HTTPTypes
import Identifiers
import JOSE
import SeededRandom
import StrictJSON
import Testing

/// Whatever a browser or a provider sends is read or refused, and never ends the process.
@Suite struct SignInFuzzTests {
    private func altered(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<(1 + random.next() % 4) where !bytes.isEmpty {
            let index = Int(random.next() % UInt64(bytes.count))
            switch random.next() % 3 {
            case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: index)
            default: bytes.insert(random.pick(Array("{}[]\",:\\ e0-%&=;<>\u{00}".utf8)), at: index)
            }
        }
        return bytes
    }

    @Test func alteredQueries() {
        var random = SeededGenerator(seed: 6749)
        let query = Array("code=a%20b&state=s-1&iss=https%3A%2F%2Fidp.example&error=x&error_description=%C3%BC".utf8)
        var read = 0
        for _ in 0..<4000 where (try? AuthorizationResponse(form: altered(query, &random))) != nil { read += 1 }
        #expect(read > 0)
    }

    @Test func alteredAnswers() async throws {
        var random = SeededGenerator(seed: 9207)
        let stage = try SignInStage()
        let userinfo = Array(#"{"sub":"job-1","groups":["a"],"_claim_names":{"groups":"src1"},"n":1e3}"#.utf8)
        var seen: Set<String> = []
        for round in 0..<300 {
            let outcome = try await stage.run(prepare: { pending in
                let token = try stage.key.token(stage.claims(nonce: pending.nonce))
                let answer = SignInStage.tokenAnswer.with("id_token", JSONValue(String(decoding: token, as: UTF8.self)))
                stage.userinfo(["sub": "job-1"])
                if round.isMultiple(of: 2) {
                    stage.world.answer(SignInStage.tokenEndpoint, altered(answer.encoded(), &random))
                } else {
                    stage.world.answer(SignInStage.userinfoEndpoint, altered(userinfo, &random))
                }
            })
            seen.insert(outcome.refusal?.code ?? "passed")
        }
        #expect(seen.count > 5)
    }
}
