import AccessPolicy
import ArgumentParser
@testable import Broker
@testable import Federation
import Foundation
import GatehouseClient
import HTTPFetch
import JOSE
import Secrets
import StrictJSON
import Testing

@testable import GatehouseKit

/// Whole outputs against files of `fixtures/golden`. `GATEHOUSE_WRITE_GOLDEN=1` writes them anew.
enum Golden {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "fixtures/golden")

    static func expect(_ text: String, _ name: String, _ location: SourceLocation = #_sourceLocation) throws {
        let file = folder.appending(path: name)
        if ProcessInfo.processInfo.environment["GATEHOUSE_WRITE_GOLDEN"] != nil {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(text == (try String(contentsOf: file, encoding: .utf8)), "\(name)", sourceLocation: location)
    }
}

@Suite struct CommandsReportTests {
    static let now: Int64 = 1_795_482_123

    static func policies(
        _ whens: [(name: String, when: String)], examples: [PolicyExample] = []
    ) throws -> [PolicyDefinition] {
        try whens.map {
            PolicyDefinition(
                name: $0.name, position: PolicyPosition(file: "policies.d/p.yaml", line: 2, column: 5), provider: "ci",
                when: $0.when,
                grant: [
                    GrantDefinition(namespace: try NamespacePattern("payments"), roles: [try RoleName("deployer")])
                ],
                examples: examples)
        }
    }

    private static let standard = #"claims.repository_id == "456789" && claims.ref == "refs/heads/main""#

    private static func report(
        claims: [(String, JSONValue)] = [], arguments: [String] = [], policies: [PolicyDefinition]? = nil
    ) async throws -> TokenReport {
        let key = try SigningKey(generating: .ES256)
        var object: JSONObject = [
            "iss": "https://ci.example", "sub": "repo:acme/app:ref:refs/heads/main", "aud": "https://id.example",
            "iat": .integer(now),
            "nbf": .integer(now), "exp": .integer(now + 300), "repository_id": "456789", "ref": "refs/heads/main",
        ]
        for (name, value) in claims { object[name] = value }
        let token = try key.sign(type: "JWT", claims: object).reveal()
        let definition = try ProviderDefinition(
            name: try ProviderName("ci"), kind: .workload, issuer: .exactly(try Issuer("https://ci.example")),
            audiences: [try Audience("https://id.example")],
            keySource: .keySet(JSONValue.object(["keys": [key.publicJWK]]).encoded()))
        let registry = ProviderRegistry(
            [definition], policy: .provider(), transport: { (_, _) async throws(FetchFailure) in throw .cancelled },
            now: { NumericDate(seconds: now) }, uptime: { .zero })
        return TokenReport(
            token: try UnverifiedToken.parse(token), trace: await registry.explainValidate(token),
            policies: PolicySet(
                try policies ?? Self.policies([("deploy-from-main", standard)]), defaultAudience: "https://id.example"),
            request: try TokenExplainCommand.parse(arguments), now: now)
    }

    /// The key's name is new at every run.
    private static func text(_ report: TokenReport) -> String {
        let text = report.text(.plain, now: now, offline: true)
        guard let keyID = report.token?.keyID?.rawValue else { return text }
        return text.replacing(keyID, with: "KID")
    }

    private static func json(_ report: TokenReport) -> String {
        report.json.encodedText().replacing(report.token?.keyID?.rawValue ?? "-", with: "KID") + "\n"
    }

    @Test func accepted() async throws {
        let report = try await Self.report()
        #expect(report.isAccepted)
        try Golden.expect(Self.text(report), "token-explain-accepted.txt")
        try Golden.expect(Self.json(report), "token-explain-accepted.json")
    }

    @Test func noPolicyMatches() async throws {
        let report = try await Self.report(claims: [("ref", "refs/heads/dev")])
        #expect(report.code == "policy.no_match")
        try Golden.expect(Self.text(report), "token-explain-no-match.txt")
        try Golden.expect(Self.json(report), "token-explain-no-match.json")
    }

    @Test func expired() async throws {
        let report = try await Self.report(claims: [("exp", .integer(Self.now - 3600)), ("note", "a\u{1B}[31mb")])
        #expect(report.code == "token.expired")
        try Golden.expect(Self.text(report), "token-explain-expired.txt")
    }

    @Test(
        arguments: [
            ([("iss", "https://other.example")], "token.unknown_issuer"), ([("aud", "x")], "token.wrong_audience"),
            ([("nbf", .integer(now + 3600))], "token.not_yet_valid"), ([("repository_id", "1")], "policy.no_match"),
        ] as [([(String, JSONValue)], String)])
    func codes(_ claims: [(String, JSONValue)], _ code: String) async throws {
        #expect(try await Self.report(claims: claims).code == code)
    }

    @Test func askingForMore() async throws {
        #expect(try await Self.report(arguments: ["--namespace", "payments", "--role", "deployer"]).isAccepted)
        #expect(try await Self.report(arguments: ["--namespace", "other"]).code == "policy.scope_not_granted")
        #expect(
            try await Self.report(arguments: ["--audience", "https://api.example"]).code
                == "policy.audience_not_allowed")
        #expect(try await Self.report(arguments: ["--type", "API_TOKEN"]).code == "policy.credential_type_not_allowed")
    }

    /// Neither the text nor the JSON is, or contains, the token.
    @Test func theSignatureIsNotShown() async throws {
        let report = try await Self.report()
        let token = try #require(report.token)
        let signature = Base64URL.encode(token.signature)
        #expect(!Self.text(report).contains(signature))
        #expect(!Self.json(report).contains(signature))
    }

    @Test func policyTest() throws {
        let examples = [
            PolicyExample(.accept, claims: ["repository_id": "456789", "ref": "refs/heads/main"]),
            PolicyExample(.refuse, claims: ["repository_id": "456789", "ref": "refs/heads/dev"]),
            PolicyExample(.accept, claims: ["repository_id": "456789", "ref": "refs/heads/Main"]),
            PolicyExample(.accept, claims: ["ref": "refs/heads/main"]),
        ]
        var report = PolicyTestReport(
            try Self.policies([("deploy-from-main", Self.standard), ("broken", "claims.ref ==")], examples: examples))
        report.add(claims: ["repository_id": "456789", "ref": "refs/heads/main"], name: "claims.json")
        #expect(!report.isGood)
        try Golden.expect(report.text(.plain), "policy-test.txt")
        let good = PolicyTestReport(
            try Self.policies([("deploy-from-main", Self.standard)], examples: Array(examples.prefix(2))))
        #expect(good.isGood)
        #expect(good.text(.plain).hasSuffix("✓ 2 examples hold\n"))
        #expect(!PolicyTestReport(try Self.policies([("a", "true"), ("a", "true")])).isGood)
    }

    @Test func policyLint() throws {
        let report = PolicyLintReport(
            PolicySet(
                try Self.policies([("everybody", "true"), ("broken", "1 +")]), defaultAudience: "https://id.example"))
        #expect(report.hasErrors)
        try Golden.expect(report.text(.plain), "policy-lint.txt")
        try Golden.expect(report.json.encodedText() + "\n", "policy-lint.json")
        #expect(PolicyLintReport(PolicySet([], defaultAudience: "")).text(.plain) == "✓ nothing found\n")
    }

    @Test func providerTest() throws {
        let report = ProviderReport(
            provider: "ci", verdict: .misconfigured,
            results: [
                .init(step: .dns, outcome: .passed("resolves"), duration: nil),
                .init(step: .connect, outcome: .passed(""), duration: nil),
                .init(step: .tls, outcome: .skipped, duration: nil),
                .init(
                    step: .discovery, outcome: .failed(code: "metadata_issuer_mismatch", hint: "h\u{1B}x"),
                    duration: nil),
                .init(step: .jwks, outcome: .notReached, duration: .milliseconds(31)),
            ])
        try Golden.expect(report.text(.plain), "provider-test.txt")
        try Golden.expect(report.json.encodedText() + "\n", "provider-test.json")
        #expect(!report.isReady)
    }

    @Test func checkMetadata() throws {
        let document = """
            {"issuer":"https://i.example","jwks_uri":"https://i.example/keys","authorization_endpoint":"https://i.example/auth",
             "id_token_signing_alg_values_supported":["RS256","none"]}
            """
        let report = MetadataReport(Array(document.utf8), expecting: "https://i.example", allowing: [])
        try Golden.expect(report.text(.plain), "check-metadata.txt")
        try Golden.expect(report.json.encodedText() + "\n", "check-metadata.json")
        let refused = MetadataReport(Array(document.utf8), expecting: "https://i.example/", allowing: [])
        #expect(refused.failure?.code == "metadata_issuer_mismatch")
        #expect(refused.text(.plain).contains("[metadata_issuer_mismatch]"))
    }

    @Test func audit() throws {
        let good = AuditReportText(AuditReport(chains: [], faults: [], failure: nil))
        #expect(good.text(.plain) == "✓ intact: 0 events\n")
        let chain = AuditReport.Chain(node: "node-1", count: 41, head: [0x0A, 0xFF])
        let report = AuditReportText(
            AuditReport(
                chains: [chain],
                faults: [
                    .gap(node: "node-1", expected: 42, found: 44), .brokenLink(node: "node-1", sequence: 5),
                    .alteredBody(node: "node-1", sequence: 6),
                ], failure: .unavailable("disk")))
        try Golden.expect(report.text(.plain), "audit-verify.txt")
        try Golden.expect(report.json.encodedText() + "\n", "audit-verify.json")
    }

    @Test func credentials() throws {
        let body = """
            {"items":[{"active":true,"create_timestamp":"2026-11-24T01:02:03.004Z","expiry_timestamp":"2026-12-24T01:02:03.004Z",\
            "name":"ci-bot-x1","namespace":"payments","type":"API_TOKEN","uid":"cred_1","user_email":"demo@local"},\
            {"active":false,"create_timestamp":"2026-11-01T00:00:00.000Z","expiry_timestamp":"2026-11-11T00:00:00.000Z",\
            "name":"old-x2","namespace":"payments","type":"API_TOKEN","uid":"cred_2","user_email":"demo\\u001b[31m@local"}]}
            """
        let bytes = Array(body.utf8)
        let response = ClientResponse(status: 200, requestID: nil, body: bytes, json: try JSONValue.parse(bytes))
        let rows = CredentialRow.rows(response.json?["items"]?.arrayValue ?? [])
        func text(_ format: ListFormat) -> String {
            let table = CredentialRow.table(rows, now: Self.now)
            return String(decoding: format.text(response, table: table, names: rows.map(\.name)), as: UTF8.self)
        }
        try Golden.expect(text(.table), "credential-list.txt")
        try Golden.expect(text(.yaml), "credential-list.yaml")
        #expect(text(.name) == "ci-bot-x1\nold-x2\n")
        #expect(text(.json) == body + "\n")
    }

    @Test func signingKeys() throws {
        let item: JSONValue = [
            "kid": "k1", "algorithm": "ES256", "standing": "active", "created_timestamp": "2026-11-24T01:02:03.004Z",
            "activation_timestamp": "2026-11-24T02:02:03.004Z",
        ]
        let rows = SigningKeyRow.rows([item, ["no": "kid"]])
        try Golden.expect(SigningKeyRow.table(rows, now: Self.now), "keys-list.txt")
    }
}
