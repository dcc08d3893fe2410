package import AccessPolicy
package import Broker
import OpenSSLCrypto
import Identifiers
import Secrets

/// Credentials in a few words.
extension TestWorld {
    package struct Replayed: Error {}

    package func create(
        _ name: String = "bot", type: CredentialType = .apiToken, days: Int64? = nil, password: String? = nil,
        target: KubernetesTarget? = nil, roles: [String: [String]]? = nil, groups: [String] = [],
        in namespace: NamespaceName = .system, by caller: Caller? = nil, replay: ReplayPlan? = nil
    ) async throws -> CreatedCredential {
        let user = try roles.map { CredentialRequest.ServiceUser(roles: try Self.access($0), groups: groups) }
        let caller = try caller ?? administrator()
        let outcome = try await broker.create(
            CredentialRequest(
                name: name, type: type, namespace: namespace, days: days, password: password.map { Secret(utf8: $0) },
                target: target, serviceUser: user),
            by: caller, replay: replay, context: Self.context)
        guard case .created(let created) = outcome else { throw Replayed() }
        return created
    }

    /// `["payments": ["deployer"]]`.
    package static func access(_ roles: [String: [String]]) throws -> NamespaceAccess {
        var access = NamespaceAccess.none
        for (namespace, names) in roles {
            access.add(Set(try names.map { try RoleName($0) }), in: try NamespacePattern(namespace))
        }
        return access
    }

    /// A person with these roles, and a token of theirs.
    package func person(_ name: String, _ roles: [String: [String]], days: Int64 = 30) async throws -> Caller {
        let id = PrincipalID(unchecked: "usr_" + name)
        let record = PrincipalRecord(
            principal: Principal(id: id, kind: .user, name: name + "@example.com", origin: nil),
            bindings: try Self.access(roles), createdAt: clock.now)
        let (token, credential) = try broker.firstToken(of: id, days: days)
        try await store.commit(
            StoreTransaction(changes: [.insertPrincipal(record), .insertCredential(credential)], events: []))
        return try caller(token)
    }

    /// The authority that signs certificates, which a server loads at its start.
    package func loadAuthority() async throws {
        try await broker.loadAuthority(
            given: nil, sealing: try SealingKey(Secret([UInt8](repeating: 9, count: 32))))
    }

    /// A group, as an administrator would make it.
    package func makeGroup(_ name: String, _ roles: [String: [String]]) async throws {
        let group = GroupRecord(name: .init(name), bindings: try Self.access(roles))
        try await insert(StoredObject(id: group.objectID, document: group.document, createdAt: clock.now))
    }

    package func setTenant(_ settings: TenantSettings) async throws {
        try await broker.changeTenantSettings(to: settings, by: try administrator(), context: Self.context)
    }

    package func insert(_ object: StoredObject) async throws {
        try await store.commit(StoreTransaction(changes: [.insertObject(object)], events: []))
    }
}
