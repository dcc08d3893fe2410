import AccessPolicy
import StrictJSON
import Testing

@Suite struct DefinitionTests {
    @Test(
        arguments: [
            ("no name", .sample(""), ["name must be"]), ("a name with a blank", .sample("a b"), ["name must be"]),
            ("a long name", .sample(String(repeating: "a", count: 129)), ["name must be"]),
            ("a name with other letters", .sample("caf\u{E9}"), ["name must be"]),
            ("no provider", .sample(provider: ""), ["provider must"]),
            (
                "an unknown variable", .sample(when: "claim.ref == 'a'"),
                ["when, 1:1: unknown name 'claim': did you mean 'claims'?"]
            ),
            ("no expression", .sample(when: ""), ["when, 1:1: the expression is empty"]),
            ("a syntax error", .sample(when: "claims.a = 'b'"), ["when, 1:10"]),
            ("regular expressions", .sample(when: "claims.a.matches('b')"), ["regular expressions are not available"]),
            ("a condition that is a text", .sample(when: "'true'"), ["when must give a bool, this gives a string"]),
            ("a subject that is a number", .sample(subject: "1"), ["subject must give a string, this gives a int"]),
            ("a subject with an error", .sample(subject: "claims."), ["subject, 1:8"]),
            ("no grant", .sample(grant: [:]), ["grant must give something"]),
            ("an unknown type", .sample(types: ["api_token"]), ["unknown credential type: did you mean API_TOKEN?"]),
            (
                "a strange type", .sample(types: ["certificate"]),
                ["unknown credential type: known are access_token, session, API_TOKEN"]
            ),
            ("no lifetime", .sample(lifetime: 0), ["max_ttl must be from 1 second to 90 days"]),
            ("a negative lifetime", .sample(lifetime: -1), ["max_ttl"]),
            ("a long lifetime", .sample(lifetime: 90 * 86_400 + 1), ["max_ttl"]),
            ("the largest lifetime", .sample(lifetime: .max), ["max_ttl"]),
            ("an empty audience", .sample(audiences: [""]), ["audiences must not"]),
            (
                "many audiences", .sample(audiences: Array(repeating: "https://a", count: 65)),
                ["more than 64 audiences"]
            ),
            (
                "all at once", .sample("a b", when: "claim.a == 1 && foo()", types: ["x"], lifetime: 0),
                [
                    "name must be", "when, 1:1: unknown name 'claim'", "when, 1:17: unknown function 'foo'",
                    "unknown credential type", "max_ttl",
                ]
            ),
            (
                "an accepted example that is refused",
                .sample(examples: [
                    PolicyExample(.accept, claims: ["repository_id": "456789", "ref": "refs/heads/dev"])
                ]),
                [#"example 1 must be accepted and is refused: {"repository_id": "456789", "ref": "refs/heads/dev"}"#]
            ),
            (
                "an accepted example with an error",
                .sample(examples: [PolicyExample(.accept, claims: ["repository_id": "456789"])]),
                [#"example 1 must be accepted and is refused; 1:44: no such key: "ref""#]
            ),
            (
                "a refused example that is accepted", .sample(examples: [PolicyExample(.refuse, claims: sampleClaims)]),
                ["example 1 must be refused and is accepted"]
            ),
            (
                "an example without a subject",
                .sample(subject: "claims.user", examples: [PolicyExample(.accept, claims: sampleClaims)]),
                [#"example 1 must be accepted and is refused; 1:8: no such key: "user""#]
            ),
            (
                "the second of two examples",
                .sample(examples: [
                    PolicyExample(.accept, claims: sampleClaims),
                    PolicyExample(.accept, claims: [:], position: PolicyPosition(file: "a.yaml", line: 9, column: 7)),
                ]), ["a.yaml:9:7: example 2 must be accepted"]
            ),
            (
                "an example in audit mode", .sample(mode: .audit, examples: [PolicyExample(.accept, claims: [:])]),
                ["example 1 must be accepted"]
            ),
        ] as [(String, PolicyDefinition, [String])])
    func refused(_ rule: String, _ definition: PolicyDefinition, _ words: [String]) throws {
        let policies = set(definition, .sample("other"))
        #expect(policies.policies.map(\.name) == ["other"])
        let refused = try #require(policies.refused.first)
        #expect(policies.refused.count == 1)
        #expect(refused.issues.count == words.count, "\(refused.issues)")
        for (issue, word) in zip(refused.issues, words) { #expect(issue.contains(word), "\(issue)") }
        #expect(policies.decide(.sample()).grant?.policies == ["other"])
    }

    @Test func positionsPointIntoTheFile() {
        let policies = set(.sample("a b", when: "true && claim.a == 1 &&\n  nothing", line: 3))
        #expect(
            policies.refused.first?.issues.map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == [
                "payments.yaml:3:5: name", "payments.yaml:4:19: when:", "payments.yaml:3:5: when,",
            ])
        #expect(policies.refused.first?.position == PolicyPosition(file: "payments.yaml", line: 3, column: 5))
    }

    @Test func aNameTwiceRefusesBoth() {
        let policies = set(.sample(line: 3), .sample("other"), .sample(grant: ["system": ["admin"]], line: 30))
        #expect(policies.policies.map(\.name) == ["other"])
        #expect(policies.refused.map(\.name) == ["deploy", "deploy"])
        #expect(
            policies.refused.first?.issues == [
                "the name is used 2 times: payments.yaml:3:5, payments.yaml:30:5; none of them is in force"
            ])
        #expect(policies.grants(named: "deploy", provider: "github-actions") == nil)
    }

    @Test func namesInOtherLettersAreOtherNames() {
        #expect(set(.sample("deploy"), .sample("Deploy")).policies.map(\.name) == ["Deploy", "deploy"])
    }

    @Test func goodExamples() throws {
        let examples = [
            PolicyExample(.accept, claims: sampleClaims),
            PolicyExample(.refuse, claims: ["repository_id": "456789", "ref": "refs/heads/dev"]),
            PolicyExample(.refuse, claims: [:]),  // an error is a refusal
        ]
        let policies = set(.sample(subject: "'repo:' + claims.repository_id", examples: examples))
        #expect(policies.refused.isEmpty)
        let results = try #require(policies.policies.first).runExamples()
        #expect(results.map(\.isAccepted) == [true, false, false])
        #expect(results.map(\.holds) == [true, true, true])
        #expect(results.map { $0.error == nil } == [true, true, false])
    }

    /// An example brings the issuer and the subject as claims, and is about neither audience nor type.
    @Test func examplesSetTheOtherVariables() {
        let definition = PolicyDefinition.sample(
            when: "issuer == 'https://i' && subject == 's' && provider == 'github-actions'", types: ["API_TOKEN"],
            audiences: ["https://a"],
            examples: [
                PolicyExample(.accept, claims: ["iss": "https://i", "sub": "s"]),
                PolicyExample(.refuse, claims: ["iss": "https://j", "sub": "s"]),
            ])
        #expect(set(definition).refused.isEmpty)
    }
}
