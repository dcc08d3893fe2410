import AccessPolicy
import StrictJSON
import Testing

@Suite struct DecisionTests {
    @Test(
        arguments: [
            ("a good request", [.sample()], .sample(), nil),
            ("no policies", [], .sample(), .noPolicyForProvider),
            ("another provider's policy", [.sample(provider: "gitlab-ci")], .sample(), .noPolicyForProvider),
            ("the provider in other letters", [.sample(provider: "GitHub-Actions")], .sample(), .noPolicyForProvider),
            ("the Kelvin sign is not K", [.sample(provider: "\u{212A}")], .sample(provider: "K"), .noPolicyForProvider),
            ("only in audit mode", [.sample(mode: .audit)], .sample(), .noPolicyForProvider),
            ("another ref", [.sample()], .sample(claims: ["ref": "refs/heads/dev"]), .noMatchingPolicy),
            ("ref is missing", [.sample()], .sample(claims: ["ref": .none]), .noMatchingPolicy),
            ("ref is null", [.sample()], .sample(claims: ["ref": .some(.null)]), .noMatchingPolicy),
            ("ref is a list", [.sample()], .sample(claims: ["ref": ["refs/heads/main"]]), .noMatchingPolicy),
            ("an id as a number", [.sample()], .sample(claims: ["repository_id": 456789]), .noMatchingPolicy),
            ("the condition has an error", [.sample(when: "claims.absent == 'x'")], .sample(), .noMatchingPolicy),
            ("the condition is no bool", [.sample(when: "claims.ref")], .sample(), .noMatchingPolicy),
            ("an error beside a hit", [.sample("a", when: "claims.absent == 'x'"), .sample("b")], .sample(), nil),
            ("the default audience", [.sample()], .sample(audiences: [defaultAudience]), nil),
            (
                "a listed audience", [.sample(audiences: ["https://a", "https://b"])],
                .sample(audiences: ["https://b"]), nil
            ),
            (
                "two listed audiences", [.sample(audiences: ["https://a", "https://b"])],
                .sample(audiences: ["https://b", "https://a"]), nil
            ),
            (
                "one of two is not listed", [.sample(audiences: ["https://a"])],
                .sample(audiences: ["https://a", "https://b"]), .audienceNotAllowed
            ),
            ("another audience", [.sample()], .sample(audiences: ["https://other"]), .audienceNotAllowed),
            (
                "an audience with a slash more", [.sample()], .sample(audiences: [defaultAudience + "/"]),
                .audienceNotAllowed
            ),
            ("the default is not listed", [.sample(audiences: ["https://a"])], .sample(), .audienceNotAllowed),
            (
                "a star is no wildcard", [.sample(audiences: ["*"])], .sample(audiences: ["https://a"]),
                .audienceNotAllowed
            ),
            ("another type", [.sample()], .sample(type: .apiToken), .credentialTypeNotAllowed),
            ("the other type only", [.sample(types: ["API_TOKEN"])], .sample(), .credentialTypeNotAllowed),
            ("both types", [.sample(types: ["API_TOKEN", "access_token"])], .sample(type: .apiToken), nil),
            (
                "audience counts before type", [.sample(types: ["API_TOKEN"], audiences: ["https://a"])], .sample(),
                .audienceNotAllowed
            ),
            (
                "the nearest policy gives the reason",
                [
                    .sample("a", when: "false"), .sample("b", audiences: ["https://a"]),
                    .sample("c", types: ["API_TOKEN"]),
                ], .sample(), .credentialTypeNotAllowed
            ),
            ("the subject has an error", [.sample(subject: "claims.absent")], .sample(), .noMatchingPolicy),
            ("the subject is empty", [.sample(subject: "''")], .sample(), .noMatchingPolicy),
            ("the subject is no text", [.sample(subject: "claims.run_attempt")], .sample(), .noMatchingPolicy),
            (
                "the subject is too long", [.sample(subject: "claims.long")],
                .sample(claims: ["long": JSONValue(String(repeating: "a", count: 513))]), .noMatchingPolicy
            ),
            ("a namespace that is granted", [.sample()], .sample(scope: .asking(namespaces: ["payments"])), nil),
            (
                "a namespace that is not", [.sample()], .sample(scope: .asking(namespaces: ["billing"])),
                .scopeNotGranted("namespace:billing")
            ),
            (
                "a role that is not", [.sample()], .sample(scope: .asking(roles: ["admin"])),
                .scopeNotGranted("role:admin")
            ),
            (
                "a role elsewhere", [.sample(grant: ["a": ["x"], "b": ["y"]])],
                .sample(scope: .asking(namespaces: ["a"], roles: ["y"])), .scopeNotGranted("role:y")
            ),
            (
                "no namespace name", [.sample()], .sample(scope: .asking(namespaces: ["PAYMENTS"])),
                .scopeNotGranted("namespace:PAYMENTS")
            ),
            (
                "no scope value of ours", [.sample()], .sample(scope: .asking(unknown: ["openid"])),
                .scopeNotGranted("openid")
            ),
            (
                "a namespace out of a star", [.sample(grant: ["*": ["monitor"]])],
                .sample(scope: .asking(namespaces: ["billing"])), nil
            ),
            (
                "system is not in a star", [.sample(grant: ["*": ["monitor"]])],
                .sample(scope: .asking(namespaces: ["system"])), .scopeNotGranted("namespace:system")
            ),
            (
                "shared is not in a star", [.sample(grant: ["*": ["monitor"]])],
                .sample(scope: .asking(namespaces: ["shared"])), .scopeNotGranted("namespace:shared")
            ),
            (
                "a star out of a name", [.sample()], .sample(scope: .asking(namespaces: ["*"])),
                .scopeNotGranted("namespace:*")
            ),
            ("an empty list of namespaces", [.sample()], .sample(scope: .asking(namespaces: [])), .scopeNotGranted("")),
            ("an empty list of roles", [.sample()], .sample(scope: .asking(roles: [])), .scopeNotGranted("")),
        ] as [(String, [PolicyDefinition], AccessRequest, RefusalReason?)])
    func decides(_ rule: String, _ definitions: [PolicyDefinition], _ request: AccessRequest, _ reason: RefusalReason?)
    {
        let policies = PolicySet(definitions, defaultAudience: defaultAudience)
        #expect(policies.refused.isEmpty)
        let decision = policies.decide(request)
        #expect(decision.reason == reason)
        #expect((decision.grant == nil) == (reason != nil))
        #expect(policies.explain(request).decision == decision)
    }

    @Test func unionOfAllThatMatch() throws {
        let policies = set(
            .sample(
                "b", subject: "'job:' + claims.repository_id", grant: ["billing": ["monitor"]],
                types: ["access_token", "API_TOKEN"], lifetime: 3600, singleUse: true),
            .sample("a", grant: ["payments": ["deployer"], "*": ["monitor"]], lifetime: 600),
            .sample("c", when: "false", grant: ["system": ["admin"]], lifetime: 1),
            .sample("d", grant: ["system": ["admin"]], mode: .audit))
        let decision = policies.decide(.sample())
        let grant = try #require(decision.grant)
        #expect(grant.access == access(["payments": ["deployer"], "*": ["monitor"], "billing": ["monitor"]]))
        #expect(grant.policies == ["a", "b"])
        #expect(grant.maximumLifetime == 600)
        #expect(grant.singleUse)
        #expect(grant.allowedTypes == [.accessToken])
        #expect(grant.audiences == [defaultAudience])
        #expect(grant.subject == "repo:octo/app:ref:refs/heads/main")  // the first policy has no subject of its own
        #expect(decision.wouldGrant == ["d"])
    }

    /// A policy that gives no part of what was asked for sets no limit either.
    @Test func onlyWhatIsGivenCounts() throws {
        let policies = set(
            .sample("a", subject: "'a'", grant: ["payments": ["deployer"]], lifetime: 60, singleUse: true),
            .sample("b", subject: "'b'", grant: ["billing": ["monitor"]], lifetime: 600))
        let grant = try #require(policies.decide(.sample(scope: .asking(namespaces: ["billing"]))).grant)
        #expect(
            grant.grants == [
                PolicyGrant(policy: "b", provider: "github-actions", access: access(["billing": ["monitor"]]))
            ])
        #expect(grant.access == access(["billing": ["monitor"]]))
        #expect(grant.maximumLifetime == 600)
        #expect(!grant.singleUse)
        #expect(grant.subject == "b")
    }

    @Test func defaults() throws {
        let grant = try #require(set(.sample()).decide(.sample()).grant)
        #expect(grant.maximumLifetime == 900)
        #expect(!grant.singleUse)
        #expect(grant.allowedTypes == [.accessToken, .session])
    }

    /// Bytes of a subject are kept; nothing is normalised.
    @Test func aSubjectIsBytes() throws {
        let grant = try #require(
            set(.sample(subject: "claims.who")).decide(.sample(claims: ["who": "e\u{301}\u{212A}"])).grant)
        #expect(Array(grant.subject.utf8) == Array("e\u{301}\u{212A}".utf8))
    }

    @Test(arguments: [
        ("deploy", "github-actions", true), ("deploy", "gitlab-ci", false), ("gone", "github-actions", false),
        ("Deploy", "github-actions", false), ("watch", "github-actions", false), ("broken", "github-actions", false),
    ])
    func grantsAsTheyStand(_ name: String, _ provider: String, _ stands: Bool) {
        let policies = set(.sample(), .sample("watch", mode: .audit), .sample("broken", when: "nothing == 1"))
        #expect(policies.grants(named: name, provider: provider) == (stands ? access(["payments": ["deployer"]]) : nil))
    }

    @Test func namespaces() {
        let policies = set(
            .sample("a", grant: ["payments": ["x"], "*": ["y"]]), .sample("b", grant: ["watched": ["x"]], mode: .audit),
            .sample("c", when: "?", grant: ["broken": ["x"]]))
        #expect(policies.namespaces.map(\.rawValue).sorted() == ["payments", "watched"])
    }
}
