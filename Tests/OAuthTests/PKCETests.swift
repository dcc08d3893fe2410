import OAuth
import Secrets
import Testing

@Suite("PKCE (RFC 7636)")
struct PKCETests {
    // RFC 7636 Appendix B
    private static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    private static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    private static let digest: [UInt8] = [
        19, 211, 30, 150, 26, 26, 216, 236, 47, 22, 177, 12, 76, 152, 46, 8, 118, 168, 120, 173, 109, 241, 68, 86, 110,
        225, 137, 74, 203, 112, 249, 195,
    ]

    private static let shape = "code_challenge must be a SHA-256 in base64url"
    private static let method = "code_challenge_method must be S256"

    @Test(
        "challenges that are refused",
        arguments: [
            (nil, nil, "code_challenge is missing"), ("S256", nil, "code_challenge is missing"),
            (nil, challenge, method), ("plain", verifier, method), ("s256", challenge, method),
            ("S256 ", challenge, method), ("S512", challenge, method),
            ("S256", "", shape), ("S256", challenge + "=", shape), ("S256", challenge + "A", shape),
            ("S256", String(challenge.dropLast()), shape), ("S256", challenge.dropLast() + "N", shape),
            ("S256", challenge.dropLast() + "=", shape), ("S256", challenge.dropLast(3) + "+cM", shape),
            ("S256", challenge.dropLast(3) + "/cM", shape), ("S256", challenge.dropLast() + " ", shape),
            ("S256", challenge.dropLast(2) + "é", shape),
        ] as [(String?, String?, String)])
    func refused(_ method: String?, _ challenge: String?, because description: String) {
        #expect(throws: OAuthError(.invalidRequest, description)) {
            try CodeChallenge(method: method, challenge: challenge)
        }
    }

    @Test(
        "verifiers that are refused",
        arguments: [
            "", String(repeating: "a", count: 42), String(repeating: "a", count: 129), verifier + "=", verifier + " ",
            verifier + "\n", verifier + "+", verifier + "/", verifier + "é", verifier + "\u{0}", verifier + "%41",
        ])
    func refusedVerifier(_ text: String) {
        let error = refusal { () throws(OAuthError) in _ = try CodeVerifier(Secret(utf8: text)) }
        #expect(
            error
                == OAuthError(
                    .invalidRequest, "code_verifier must be 43 to 128 letters, digits, '-', '.', '_' or '~'"))
    }

    @Test("a challenge matches its verifier and nothing else")
    func matches() throws {
        let challenge = try CodeChallenge(method: "S256", challenge: Self.challenge)
        let verifier = try CodeVerifier(Secret(utf8: Self.verifier))
        #expect(challenge.rawValue == Self.challenge)
        let isMatch = challenge.matches(verifier) { bytes in
            #expect(bytes == Array(Self.verifier.utf8))
            return Self.digest
        }
        #expect(isMatch)
        for other in [[], Array(Self.digest.dropLast()), Self.digest + [0], Self.digest.map { $0 ^ 1 }] {
            #expect(!challenge.matches(verifier) { _ in other })
        }
        #expect(!"\(verifier)".contains(Self.verifier))
    }

    @Test("a digest that fails is no match")
    func failing() throws {
        struct Broken: Error, Equatable {}
        let challenge = try CodeChallenge(method: "S256", challenge: Self.challenge)
        let verifier = try CodeVerifier(Secret(utf8: String(repeating: "~", count: 128)))
        #expect(throws: Broken()) { try challenge.matches(verifier) { _ in throw Broken() } }
    }
}
