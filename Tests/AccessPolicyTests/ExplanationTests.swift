import AccessPolicy
import StrictJSON
import Testing

@Suite struct ExplanationTests {
    private func firstCheck(_ when: String, _ claims: [String: JSONValue?]) -> PolicyExplanation.Check? {
        set(.sample(when: when)).explain(.sample(claims: claims)).policies.first?.checks.first
    }

    /// Nothing is wrong with the test: the token is somebody else's.
    @Test func aTestThatIsRightHasNoHint() throws {
        let check = try #require(firstCheck("'nobody' in claims.groups", [:]))
        #expect(check.outcome != .hit && check.hint == nil)
    }

    @Test(
        arguments: [
            ("claims.repository == 'Octo/App'", [:], .caseOnly, "upper and lower case"),
            ("claims.iss == 'https://token.actions.githubusercontent.com/'", [:], .trailingSlash, "slash"),
            (
                "claims.iss == 'https://token.actions.githubusercontent.com'",
                ["iss": "https://token.actions.githubusercontent.com/"], .trailingSlash, "slash"
            ),
            ("claims.ref == 'refs/heads/*'", [:], .wildcard, "claims.ref.startsWith(\"refs/heads/\")"),
            ("claims.sub == 'repo:octo/*:ref:refs/heads/*'", [:], .wildcard, "no meaning"),
            ("claims.sub == '*'", [:], .wildcard, "no meaning"),
            (
                "claims.sub == 'repo:octo/app:ref:refs/heads/main'", ["sub": "repo:octo@1/app@2:ref:refs/heads/main"],
                .gitHubSubjectForm, "repository_id"
            ),
            ("claims.sub == 'repo:octo@1/app@2:ref:refs/heads/main'", [:], .gitHubSubjectForm, "two forms"),
            ("claims.sub.startsWith('repo:octo@1/app@2:ref:refs/heads/main')", [:], .gitHubSubjectForm, "two forms"),
            ("claims.ref == 'main'", [:], .shortRef, "refs/heads/"),
            ("claims.ref == 'refs/tags/v1'", ["ref": "v1"], .shortRef, "refs/tags/"),
            ("claims.ref == ' refs/heads/main'", [:], .blanks, "blanks"),
            ("claims.repository == 'caf\u{E9}'", ["repository": "cafe\u{301}"], .lookalike, "bytes"),
            ("claims.run_attempt == '2'", [:], .numberNotText, "without quotes"),
            ("claims.groups == 'dev'", [:], .listNotText, "'dev' in claims.groups"),
            ("claims.repositry == 'octo/app'", [:], .unknownClaim, "did you mean \"repository\"?"),
            ("claims.environment == 'production'", [:], .unknownClaim, "has()"),
        ] as [(String, [String: JSONValue?], PolicyHint.Kind, String)])
    func hints(_ when: String, _ claims: [String: JSONValue?], _ kind: PolicyHint.Kind, _ words: String) throws {
        let check = try #require(firstCheck(when, claims))
        #expect(check.outcome != .hit)
        let hint = try #require(check.hint)
        #expect(hint.kind == kind)
        #expect(hint.message.contains(words), "\(hint.message)")
    }

    @Test(
        arguments: [
            ("claims.ref == 'refs/heads/dev'", [:]),
            ("claims.sub == 'repo:octo@1/app@2:ref:refs/heads/main'", ["sub": "repo:octo@1/app@3:ref:refs/heads/main"]),
            ("claims.ref == 'a*b'", [:]), ("claims.ref != 'refs/heads/main'", [:]), ("claims.run_attempt == 3", [:]),
            ("claims.groups == 'ops'", ["groups": .some(.null)]),
        ] as [(String, [String: JSONValue?])])
    func noHint(_ when: String, _ claims: [String: JSONValue?]) throws {
        let check = try #require(firstCheck(when, claims))
        #expect(check.outcome == .miss)
        #expect(check.hint == nil)
    }

    @Test func expectedAndGot() throws {
        let policies = set(.sample("a", line: 3), .sample("b", provider: "gitlab-ci"), .sample("c", mode: .audit))
        let explanation = policies.explain(.sample(claims: ["ref": "refs/heads/dev"]))
        #expect(explanation.decision.reason == .noMatchingPolicy)
        #expect(explanation.hint == "to see what a change would do first, add the policy with mode: audit")
        #expect(explanation.policies.map(\.name) == ["a", "b", "c"])
        #expect(explanation.policies.map(\.verdict.code) == ["miss", "skipped", "miss"])
        #expect(explanation.policies.map(\.mode) == [.enforce, .enforce, .audit])
        let first = try #require(explanation.policies.first)
        #expect(first.position == PolicyPosition(file: "payments.yaml", line: 3, column: 5))
        #expect(first.checks.map(\.outcome) == [.hit, .miss])
        #expect(
            first.checks.map(\.source) == [#"claims.repository_id == "456789""#, #"claims.ref == "refs/heads/main""#])
        #expect(first.checks.last?.expected == #""refs/heads/main""#)
        #expect(first.checks.last?.got == #""refs/heads/dev""#)
        #expect(first.checks.allSatisfy { $0.wasReached })
        #expect(first.grants == access(["payments": ["deployer"]]))
    }

    @Test(
        arguments: [
            (.sample(), .sample(), "hit"), (.sample(mode: .audit), .sample(), "hit"),
            (.sample(), .sample(claims: ["ref": "x"]), "miss"), (.sample(), .sample(claims: ["ref": .none]), "error"),
            (.sample(), .sample(provider: "other"), "skipped"),
            (.sample(), .sample(audiences: ["https://x"]), "audience"),
            (.sample(), .sample(type: .apiToken), "credential_type"), (.sample(subject: "''"), .sample(), "subject"),
            (.sample(when: "claims.ref"), .sample(), "error"),
        ] as [(PolicyDefinition, AccessRequest, String)])
    func verdicts(_ definition: PolicyDefinition, _ request: AccessRequest, _ code: String) {
        #expect(set(definition).explain(request).policies.map(\.verdict.code) == [code])
    }

    @Test(
        arguments: [
            (.sample(provider: "github-action"), "there are policies for 'github-actions'"),
            (.sample(provider: "okta\n"), #"provider: "okta\n""#), (.sample(audiences: ["https://x"]), "audiences"),
            (.sample(type: .apiToken), "credentials.types"), (.sample(scope: .asking(namespaces: ["x"])), "namespace"),
        ] as [(AccessRequest, String)])
    func decisionHints(_ request: AccessRequest, _ words: String) throws {
        let hint = try #require(set(.sample()).explain(request).hint)
        #expect(hint.contains(words), "\(hint)")
    }

    @Test func aListIsWhatIsExpected() throws {
        let check = try #require(firstCheck("claims.ref in ['main', 'dev']", [:]))
        #expect(check.expected == #"["main", "dev"]"#)
        #expect(check.got == #""refs/heads/main""#)
    }

    @Test func hostileClaimsStayOnOneShortLine() throws {
        let hostile = "a\n\u{1B}[2J\u{202E}" + String(repeating: "x", count: 10_000)
        let check = try #require(firstCheck("claims.ref == 'a'", ["ref": JSONValue(hostile)]))
        let got = try #require(check.got)
        #expect(got.utf8.count <= 200)
        #expect(got.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E })
    }
}
