import AccessPolicy
import Identifiers
import StrictJSON
import Testing

let defaultAudience = "https://id.example.com"

func access(_ entries: [String: [String]]) -> NamespaceAccess {
    var access = NamespaceAccess.none
    for (namespace, roles) in entries {
        guard let pattern = try? NamespacePattern(namespace) else { continue }
        access.add(Set(roles.compactMap { try? RoleName($0) }), in: pattern)
    }
    return access
}

extension PolicyDefinition {
    /// A good policy; each test changes what it is about.
    static func sample(
        _ name: String = "deploy", provider: String = "github-actions",
        when: String = #"claims.repository_id == "456789" && claims.ref == "refs/heads/main""#, subject: String? = nil,
        grant: [String: [String]] = ["payments": ["deployer"]], types: [String] = [], lifetime: Int64? = nil,
        audiences: [String] = [], singleUse: Bool = false, mode: Mode = .enforce, examples: [PolicyExample] = [],
        line: Int? = nil
    ) -> PolicyDefinition {
        PolicyDefinition(
            name: name, position: line.map { PolicyPosition(file: "payments.yaml", line: $0, column: 5) },
            provider: provider,
            when: when, whenPosition: line.map { PolicyPosition(file: "payments.yaml", line: $0 + 1, column: 11) },
            subject: subject,
            grant: access(grant).entries.map { GrantDefinition(namespace: $0.key, roles: Array($0.value)) },
            credentialTypes: types, maximumLifetime: lifetime, audiences: audiences, singleUse: singleUse, mode: mode,
            examples: examples)
    }
}

let sampleClaims: JSONObject = {
    let value: JSONValue = [
        "iss": "https://token.actions.githubusercontent.com", "sub": "repo:octo/app:ref:refs/heads/main",
        "repository": "octo/app", "repository_id": "456789", "repository_owner_id": "99", "ref": "refs/heads/main",
        "run_attempt": 2, "groups": ["dev"],
    ]
    return value.objectValue ?? JSONObject()
}()

extension AccessRequest {
    static func sample(
        provider: String = "github-actions", claims: [String: JSONValue?] = [:],
        type: PolicyCredentialType = .accessToken,
        audiences: [String] = [], scope: ScopeRequest = .everything
    ) -> AccessRequest {
        var all = sampleClaims
        for (name, value) in claims { all[name] = value }
        return AccessRequest(
            provider: provider, issuer: "https://token.actions.githubusercontent.com",
            subject: all["sub"]?.stringValue ?? "", claims: all, credentialType: type, audiences: audiences,
            scope: scope)
    }
}

extension ScopeRequest {
    static func asking(namespaces: [String]? = nil, roles: [String]? = nil, unknown: [String] = []) -> ScopeRequest {
        ScopeRequest(
            namespaces: namespaces.map { $0.map { Key($0) } }, roles: roles.map { $0.map { Key($0) } },
            unknown: unknown.map { Key($0) })
    }
}

func set(_ definitions: PolicyDefinition...) -> PolicySet { PolicySet(definitions, defaultAudience: defaultAudience) }

extension AccessDecision {
    var reason: RefusalReason? { if case .refused(let reason) = outcome { reason } else { nil } }
    var grant: Grant? { if case .granted(let grant) = outcome { grant } else { nil } }
}
