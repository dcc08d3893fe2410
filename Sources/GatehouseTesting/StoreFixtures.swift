package import AccessPolicy
package import Broker
package import StrictJSON

/// Records for store tests: plain, valid, and different where a key must be.
package enum StoreFixtures {
    package static let owner = PrincipalID(unchecked: "usr_owner")

    package static func principal(
        _ id: PrincipalID = owner, name: String = "owner", revision: Int64 = 1
    ) -> PrincipalRecord {
        PrincipalRecord(
            principal: Principal(id: id, kind: .user, name: name, origin: nil),
            bindings: NamespaceAccess([.named(.system): [.admin], .allApplication: [.developer, .monitor]]),
            createdAt: Timestamp(milliseconds: 1_000), revision: revision)
    }

    /// A workload that an outside issuer vouches for.
    package static func workload(_ number: Int) -> PrincipalRecord {
        PrincipalRecord(
            principal: Principal(
                id: PrincipalID(unchecked: "wkl_\(number)"), kind: .workload, name: "repo:acme/app",
                origin: Principal.Origin(
                    provider: "github", issuer: "https://issuer.example", subject: "repo:acme/app:\(number)")),
            bindings: .none, createdAt: Timestamp(milliseconds: 2_000))
    }

    package static func hash(_ number: Int) -> TokenHash? {
        TokenHash((0..<32).map { UInt8(truncatingIfNeeded: $0 < 8 ? number >> ($0 * 8) : $0) })
    }

    package static func credential(
        _ number: Int, name: String? = nil, namespace: NamespaceName = .system, owner: PrincipalID = owner,
        type: CredentialType = .apiToken, hash: TokenHash? = nil, rights: CredentialRights = .owner(ceiling: nil),
        removableAt: Int64 = 1_000_000, revision: Int64 = 1
    ) -> CredentialRecord {
        CredentialRecord(
            id: CredentialID(unchecked: "cred_\(number)"), namespace: namespace, name: name ?? "name-\(number)",
            type: type,
            owner: owner, proof: proof(number, type: type, hash: hash), createdAt: Timestamp(milliseconds: 3_000),
            expiresAt: Timestamp(milliseconds: 900_000), rights: rights, parent: .subjectToken("aa"), root: .bootstrap,
            context: number % 2 == 0
                ? AuthenticationContext(contextClass: "urn:mfa", methods: ["pwd", "h\u{e4}rte"]) : nil,
            removableAt: Timestamp(milliseconds: removableAt), revision: revision)
    }

    /// A token, or a certificate that is signed.
    package static func proof(_ number: Int, type: CredentialType, hash: TokenHash?) -> CredentialProof {
        guard let digest = hash ?? Self.hash(number), type.form == .token else {
            return .certificate(CertificateProof(serial: "serial-\(number)", fingerprint: Self.hash(number)))
        }
        return .token(TokenGenerations(hash: digest, madeAt: Timestamp(milliseconds: 3_000)))
    }

    /// Every shape of a proof in turn.
    static func everyProof(_ number: Int, type: CredentialType) -> CredentialProof {
        guard type.form == .token, let hash = hash(number), let old = Self.hash(number + 1000) else {
            let fingerprint = number % 2 == 0 ? nil : Self.hash(number)
            return .certificate(CertificateProof(serial: "serial-\(number)", fingerprint: fingerprint))
        }
        let previous = TokenGenerations.Previous(
            hash: old, madeAt: Timestamp(milliseconds: 1), retiresAt: Timestamp(milliseconds: .max))
        return .token(
            TokenGenerations(
                hash: hash, generation: number % 2 == 0 ? .max : 1, madeAt: Timestamp(milliseconds: .min),
                previous: number % 2 == 0 ? previous : nil))
    }

    package static func object(_ name: String, kind: StoredObject.Kind = .group, revision: Int64 = 1) -> StoredObject {
        StoredObject(
            id: StoredObject.ID(kind, name), document: ["bindings": [:], "revision": .integer(revision)],
            createdAt: Timestamp(milliseconds: 1), modifiedAt: Timestamp(milliseconds: revision), revision: revision)
    }

    package static func use(
        _ key: String, authority: String = "https://issuer.example", until: Int64 = 1_000_000
    ) -> SingleUse {
        SingleUse(kind: .subjectToken, authority: authority, key: key, until: Timestamp(milliseconds: until))
    }

    package static func event(_ request: String, details: JSONObject = JSONObject()) -> AuditEvent {
        AuditEvent(
            time: Timestamp(milliseconds: 1_795_000_000_000), action: .tokenExchanged, outcome: .success,
            actor: AuditEvent.Actor(principal: "wkl_1", name: "repo:acme/app", provider: "github"), target: "cred_1",
            namespace: "payments", requestID: request, details: details)
    }

    /// What an exchange writes: the workload, the token's one use, the credential, the event.
    package static func exchange(_ number: Int) -> StoreTransaction {
        let workload = workload(number % 100)
        let access = NamespaceAccess([.named(.default): [.developer]])
        let rights = CredentialRights.policies(
            [PolicyGrant(policy: "deploy", provider: "github", access: access)], types: [.apiToken])
        return StoreTransaction(
            changes: [
                .ensurePrincipal(workload), .claim(use("digest-\(number)")),
                .insertCredential(credential(number, owner: workload.principal.id, rights: rights)),
            ],
            events: [event("request-\(number)", details: ["policies": ["deploy"], "scope": "namespace:default"])])
    }
}

/// Shorter calls of a store.
extension TransactionStore {
    package func commit(_ changes: [StoreChange], events: [AuditEvent] = []) async throws(StoreFailure) {
        try await commit(StoreTransaction(changes: changes, events: events))
    }
}
