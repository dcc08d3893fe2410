import GatehouseConfiguration
import StrictJSON
import Testing

private let provider = "name: github-actions\ntype: workload\nissuer: https://i.example\naudiences: [a]"

private func files(_ policies: String) -> MemoryFiles {
    MemoryFiles(["gatehouse.yaml": minimal("providers: p\npolicies: q\n"), "p/a.yaml": provider, "q/a.yaml": policies])
}

/// One policy in flow style, with a field replaced or added.
private func policy(_ more: String, grant: String = "[{namespace: a, roles: [b]}]") -> String {
    "policies:\n- {name: n, provider: github-actions, when: 'true', grant: \(grant)\(more.isEmpty ? "" : ",\n\(more)")}"
}

@Suite struct PolicyTests {
    @Test func theExampleOfTheInterface() throws {
        let policy = try #require(
            try files(
                """
                policies:
                  - name: deploy-from-main
                    provider: github-actions
                    when: claims.repository_id == "456789" && claims.ref == "refs/heads/main"      # CEL
                    subject: '"repo:" + claims.repository_id'
                    grant: [{namespace: payments, roles: [deployer]}, {namespace: "*", roles: monitor}]
                    credentials: {types: [access_token, API_TOKEN], max_ttl: 15m}
                    audiences: [https://api.example.com]
                    single_use: true
                    mode: audit
                    examples:
                      - {accept: {repository_id: "456789", ref: refs/heads/main}}
                      - {refuse: {repository_id: 456789, verified: true, ratio: 0.5, none: null}}
                """
            ).load().policies.first)
        #expect(policy.name.value == "deploy-from-main")
        #expect(policy.provider.value == "github-actions")
        #expect(policy.when.value == #"claims.repository_id == "456789" && claims.ref == "refs/heads/main""#)
        #expect(policy.when.position.description == "q/a.yaml:4:11")
        #expect(policy.subject?.value == #""repo:" + claims.repository_id"#)
        #expect(policy.grants.map(\.namespace.value) == ["payments", "*"])
        #expect(policy.grants.map { $0.roles.map(\.value) } == [["deployer"], ["monitor"]])
        #expect(policy.credentialTypes?.map(\.value) == ["access_token", "API_TOKEN"])
        #expect(policy.maximumLifetime == 900)
        #expect(policy.audiences.map(\.value) == ["https://api.example.com"])
        #expect(policy.singleUse)
        #expect(policy.mode == .audit)
        #expect(policy.position.description == "q/a.yaml:2:5")
        #expect(policy.examples.map(\.expectation) == [.accept, .refuse])
        #expect(
            policy.examples.map { JSONValue.object($0.claims).encodedText() } == [
                #"{"repository_id":"456789","ref":"refs/heads/main"}"#,
                #"{"repository_id":456789,"verified":true,"ratio":0.5,"none":null}"#,
            ])
        #expect(policy.examples[1].position.description == "q/a.yaml:13:10")
    }

    @Test func defaultsOfAPolicy() throws {
        let policy = try #require(try files(policy("")).load().policies.first)
        #expect(policy.mode == .enforce)
        #expect(!policy.singleUse)
        #expect(policy.credentialTypes == nil)
        #expect(policy.maximumLifetime == nil)
        #expect(policy.audiences.isEmpty)
        #expect(policy.examples.isEmpty)
    }

    @Test func conditionsKeepDollarsAndLines() throws {
        let policy = try #require(
            try files(
                """
                policies:
                  - name: n
                    provider: github-actions
                    when: |
                      claims.a.matches("^${x}$")
                        && true
                    grant: [{namespace: a, roles: [b]}]
                """
            ).load().policies.first)
        #expect(policy.when.value == "claims.a.matches(\"^${x}$\")\n  && true")
    }

    @Test(arguments: [
        (policy("whn: x"), "q/a.yaml:3:1: unknown key 'whn'"),
        (policy("single_use: yes"), "q/a.yaml:3:13: 'single_use' must be true or false; write true"),
        (policy("single_use: 'true'"), "q/a.yaml:3:13: 'single_use' must be true or false; without quotes"),
        (policy("mode: Audit"), "q/a.yaml:3:7: 'mode' must be one of enforce, audit (did you mean 'audit'?)"),
        (policy("credentials: {max_ttl: 15}"), "q/a.yaml:3:24: 'max_ttl' must be a duration such as 30s, 15m, 1h or 90d"),
        (policy("credentials: {max_ttl: 91d}"), "q/a.yaml:3:24: 'max_ttl' must be 1s to 90d"),
        (policy("credentials: {type: [a]}"), "q/a.yaml:3:15: unknown key 'type' (did you mean 'types'?)"),
        (
            policy("examples: [{accept: {}, refuse: {}}]"),
            "q/a.yaml:3:12: 'examples' must each have one of 'accept' and 'refuse', with claims"
        ),
        (policy("examples: [{accept: 1}]"), "q/a.yaml:3:12: 'examples' must have claims as a map under 'accept'"),
        (policy("examples: [{accept: {a: .nan}}]"), "q/a.yaml:3:25: JSON has no such number"),
        (policy("", grant: "[{namespace: a}]"), "q/a.yaml:2:60: key 'roles' is missing"),
        (policy("", grant: "[{namespace: a, roles: []}]").replacing("'true'", with: "''"), "q/a.yaml:2:45: 'when' is empty"),
        ("policies: {}", "q/a.yaml:1:11: 'policies' must be a list, not a map"),
        ("policy: []", "q/a.yaml:1:1: key 'policies' is missing"),
        (
            policy("").replacing("github-actions", with: "github-action"),
            "q/a.yaml:2:23: policy 'n' names a provider that is not configured (did you mean 'github-actions'?)"
        ),
    ])
    func aWrongPolicyIsNamedWithItsPlace(_ text: String, _ problem: String) {
        #expect(files(text).problems().first == problem)
    }

    @Test func policiesCanBeReadAlone() throws {
        let files = files(policy(""))
        #expect(try loadPolicies(paths: ["q"], surroundings: files.surroundings).count == 1)
        #expect(try loadPolicies(paths: ["q/a.yaml"], surroundings: files.surroundings).count == 1)
        #expect(throws: ConfigurationProblems.self) {
            try loadPolicies(paths: ["none.yaml"], surroundings: files.surroundings)
        }
    }
}
