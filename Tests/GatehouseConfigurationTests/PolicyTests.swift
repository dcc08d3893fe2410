import AccessPolicy
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
        #expect(policy.name == "deploy-from-main")
        #expect(policy.provider == "github-actions")
        #expect(policy.when == #"claims.repository_id == "456789" && claims.ref == "refs/heads/main""#)
        #expect(policy.whenPosition?.description == "q/a.yaml:4:11")
        #expect(policy.subject == #""repo:" + claims.repository_id"#)
        #expect(policy.subjectPosition?.description == "q/a.yaml:5:15")
        #expect(policy.grant.map(\.namespace.text) == ["payments", "*"])
        #expect(policy.grant.map { $0.roles.map(\.rawValue) } == [["deployer"], ["monitor"]])
        #expect(policy.credentialTypes == ["access_token", "API_TOKEN"])
        #expect(policy.maximumLifetime == 900)
        #expect(policy.audiences == ["https://api.example.com"])
        #expect(policy.singleUse)
        #expect(policy.mode == .audit)
        #expect(policy.position?.description == "q/a.yaml:2:5")
        #expect(policy.examples.map(\.kind) == [.accept, .refuse])
        #expect(
            policy.examples.map { JSONValue.object($0.claims).encodedText() } == [
                #"{"repository_id":"456789","ref":"refs/heads/main"}"#,
                #"{"repository_id":456789,"verified":true,"ratio":0.5,"none":null}"#,
            ])
        #expect(policy.examples[1].position?.description == "q/a.yaml:13:10")
    }

    @Test func defaultsOfAPolicy() throws {
        let policy = try #require(try files(policy("")).load().policies.first)
        #expect(policy.mode == .enforce)
        #expect(!policy.singleUse)
        #expect(policy.credentialTypes.isEmpty)
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
        #expect(policy.when == "claims.a.matches(\"^${x}$\")\n  && true")
        #expect(policy.whenPosition == nil)
    }

    @Test func aPolicyOfTheFileIsOneForTheEngine() throws {
        let loaded = try files(policy("examples: [{accept: {}}]")).load().policies
        let set = PolicySet(loaded, defaultAudience: "https://id.example.com")
        #expect(set.refused.isEmpty)
    }

    @Test(arguments: [
        (policy("whn: x"), "q/a.yaml:3:1: unknown key 'whn'"),
        (policy("single_use: yes"), "q/a.yaml:3:13: 'single_use' must be true or false; write true"),
        (policy("single_use: 'true'"), "q/a.yaml:3:13: 'single_use' must be true or false; without quotes"),
        (policy("mode: Audit"), "q/a.yaml:3:7: 'mode' must be one of enforce, audit (did you mean 'audit'?)"),
        (
            policy("credentials: {max_ttl: 15}"),
            "q/a.yaml:3:24: 'max_ttl' must be a duration such as 30s, 15m, 1h or 90d"
        ),
        (policy("credentials: {max_ttl: 91d}"), "q/a.yaml:3:24: 'max_ttl' must be 1s to 90d"),
        (policy("credentials: {type: [a]}"), "q/a.yaml:3:15: unknown key 'type' (did you mean 'types'?)"),
        (
            policy("examples: [{accept: {}, refuse: {}}]"),
            "q/a.yaml:3:12: 'examples' must each have one of 'accept' and 'refuse', with claims"
        ),
        (policy("examples: [{accept: 1}]"), "q/a.yaml:3:12: 'examples' must have claims as a map under 'accept'"),
        (policy("examples: [{accept: {a: .nan}}]"), "q/a.yaml:3:25: JSON has no such number"),
        (
            policy("credentials: {types: [api_token]}"),
            "q/a.yaml:3:23: 'types' must be one of access_token, session, API_TOKEN, API_CERTIFICATE, KUBE_CONFIG, SERVICE_API_TOKEN, SERVICE_API_CERTIFICATE, SERVICE_KUBE_CONFIG, SITE_GLOBAL_KUBE_CONFIG, SERVICE_SITE_GLOBAL_KUBE_CONFIG (did you mean 'API_TOKEN'?)"
        ),
        (
            policy("", grant: "[{namespace: A_b, roles: [b]}]"),
            "q/a.yaml:2:73: 'namespace' must be 1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit"
        ),
        (
            policy("", grant: "[{namespace: a, roles: [Admin]}]"),
            "q/a.yaml:2:84: 'roles' must be 1 to 256 of a-z, 0-9 and '-', beginning with a letter"
        ),
        (policy("", grant: "[{namespace: a}]"), "q/a.yaml:2:61: key 'roles' is missing"),
        (
            policy("", grant: "[{namespace: a, roles: []}]").replacing("'true'", with: "''"),
            "q/a.yaml:2:45: 'when' is empty"
        ),
        ("policies: {}", "q/a.yaml:1:11: 'policies' must be a list, not a map"),
        ("policy: []", "q/a.yaml:1:1: key 'policies' is missing"),
        (
            policy("").replacing("github-actions", with: "github-action"),
            "q/a.yaml:2:3: policy 'n' names a provider that is not configured (did you mean 'github-actions'?)"
        ),
    ])
    func aWrongPolicyIsNamedWithItsPlace(_ text: String, _ problem: String) {
        #expect(files(text).problems().first == problem)
    }

    /// One made over the API: no file has it, and it is like no name that one has.
    @Test func aPolicyMayBeOfAProviderThatNoFileHas() throws {
        let loaded = try files(policy("").replacing("github-actions", with: "okta-abcd1234")).load()
        #expect(loaded.policiesOfOtherProviders.map(\.provider) == ["okta-abcd1234"])
        #expect(try files(policy("")).load().policiesOfOtherProviders.isEmpty)
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
