import AccessPolicy
import Broker

extension StoreSuite {
    private typealias Fixtures = StoreFixtures

    static let transactionChecks: [Check] = [
        check("a transaction whose last change fails leaves nothing") { store in
            try await store.commit([.insertPrincipal(Fixtures.principal()), .claim(Fixtures.use("spent"))])
            let changes: [StoreChange] = [
                .insertPrincipal(Fixtures.workload(1)), .insertCredential(Fixtures.credential(1)),
                .insertSetting(name: "a", value: "1"),
                .insertNamespace(.default, createdAt: Timestamp(milliseconds: 1)),
                .revokeToken(RevokedToken(tokenID: "t", until: Timestamp(milliseconds: 9))),
                .claim(Fixtures.use("fresh")),
                .claim(Fixtures.use("spent")),
            ]
            let before = try await contents(store)
            let found = await failure(of: changes, events: [Fixtures.event("lost")], on: store)
            try requireEqual(found, .alreadyUsed, "failure")
            try requireEqual(try await contents(store), before, "contents")
            try requireEqual(try await store.setting("a"), nil, "setting")
            try requireEqual(try await store.auditEntries(node: nil, after: 0, limit: 10).count, 0, "audit rows")
            // Each change by itself works: nothing of it was left behind.
            for change in changes.dropLast() {
                try requireEqual(await failure(of: [change], on: store), nil, "\(change) afterwards")
            }
        },
        check("changes of one transaction see each other") { store in
            var record = Fixtures.credential(1)
            let inserted = record
            record.revision = 2
            record.isActive = false
            try await store.commit([
                .insertPrincipal(Fixtures.principal()), .insertCredential(inserted), .updateCredential(record),
            ])
            try requireEqual(try await store.credential(record.id), record, "credential")
            try requireEqual(
                await failure(of: [.claim(Fixtures.use("twice")), .claim(Fixtures.use("twice"))], on: store),
                .alreadyUsed,
                "the same claim twice in one transaction")
            try requireEqual(await failure(of: [.claim(Fixtures.use("twice"))], on: store), nil, "the claim afterwards")
        },
        check("what says so is idempotent and keeps the first") { store in
            let first = Fixtures.workload(1)
            var second = first
            second.isEnabled = false
            try await store.commit([.ensurePrincipal(first)])
            try await store.commit([.ensurePrincipal(second)])
            let later = RevokedToken(tokenID: "t", until: Timestamp(milliseconds: 9))
            let earlier = RevokedToken(tokenID: "t", until: Timestamp(milliseconds: 5))
            try await store.commit([.revokeToken(later), .revokeToken(earlier)])
            try await store.commit([.revokeToken(later)])
            try await store.commit([.insertNamespace(.default, createdAt: Timestamp(milliseconds: 1))])
            try await store.commit([.insertNamespace(.default, createdAt: Timestamp(milliseconds: 2))])
            try requireEqual(
                try await contents(store),
                [
                    .insertPrincipal(first), .revokeToken(later),
                    .insertNamespace(.default, createdAt: Timestamp(milliseconds: 1)),
                ], "contents")
        },
        check("an update changes what may change") { store in
            var record = Fixtures.credential(1)
            try await store.commit([.insertPrincipal(Fixtures.principal()), .insertCredential(record)])
            record.expiresAt = Timestamp(milliseconds: .max)
            record.isActive = false
            record.markedForDeletionAt = Timestamp(milliseconds: -1)
            record.rights = .owner(ceiling: NamespaceAccess([.allApplication: [.monitor]]))
            record.removableAt = Timestamp(milliseconds: .min)
            record.revision = 2
            try await store.commit([.updateCredential(record)])
            try requireEqual(try await store.credential(record.id), record, "credential")
            var owner = Fixtures.principal(revision: 2)
            owner.isEnabled = false
            owner.bindings = .none
            try await store.commit([.updatePrincipal(owner)])
            try requireEqual(
                try await contents(store), [.insertPrincipal(owner), .insertCredential(record)], "contents")
            try await store.commit([.deleteCredential(record.id, revision: 2)])
            try requireEqual(try await store.credential(record.id), nil, "the deleted credential")
        },
        check("a write probe works and shows nowhere") { store in
            try await store.checkWritable()
            try requireEqual(try await contents(store), [], "contents")
            try requireEqual(try await store.auditNodes(), [], "audit nodes")
        },
    ]

    static let refusalChecks: [Check] = refusals.map { name, changes, expected in
        check("refused: " + name) { store in
            try await store.commit([
                .insertPrincipal(Fixtures.principal()), .insertCredential(Fixtures.credential(1, name: "taken")),
                .claim(Fixtures.use("spent")), .insertSetting(name: "once", value: "1"),
            ])
            let before = try await contents(store)
            try requireEqual(await failure(of: changes, on: store), expected, "failure")
            try requireEqual(try await contents(store), before, "contents")
        }
    }

    private static let refusals: [(String, [StoreChange], StoreFailure)] = [
        (
            "a credential's id is taken",
            [.insertCredential(Fixtures.credential(1, name: "other", hash: Fixtures.hash(9)))], .alreadyExists
        ),
        ("a credential's name is taken", [.insertCredential(Fixtures.credential(2, name: "taken"))], .alreadyExists),
        ("a token hash is taken", [.insertCredential(Fixtures.credential(2, hash: Fixtures.hash(1)))], .alreadyExists),
        (
            "a serial is taken",
            [
                .insertCredential(Fixtures.credential(3, type: .kubeConfig)),
                .insertCredential(
                    CredentialRecord(
                        id: CredentialID(unchecked: "cred_4"), namespace: .system, name: "name-4", type: .kubeConfig,
                        owner: Fixtures.owner, proof: Fixtures.proof(3, type: .kubeConfig, hash: nil),
                        createdAt: Timestamp(milliseconds: 1), expiresAt: Timestamp(milliseconds: 2),
                        rights: .owner(ceiling: nil), parent: .bootstrap, root: .bootstrap,
                        removableAt: Timestamp(milliseconds: 3))),
            ], .alreadyExists
        ),
        (
            "the owner is not there",
            [.insertCredential(Fixtures.credential(2, owner: PrincipalID(unchecked: "usr_none")))], .conflict
        ),
        ("an update of the same revision", [.updateCredential(Fixtures.credential(1))], .conflict),
        ("an update two revisions ahead", [.updateCredential(Fixtures.credential(1, revision: 3))], .conflict),
        ("an update of the least revision", [.updateCredential(Fixtures.credential(1, revision: .min))], .conflict),
        ("an update of a credential that is gone", [.updateCredential(Fixtures.credential(9, revision: 2))], .conflict),
        (
            "a deletion of another revision", [.deleteCredential(CredentialID(unchecked: "cred_1"), revision: 2)],
            .conflict
        ),
        ("a deletion of what is gone", [.deleteCredential(CredentialID(unchecked: "cred_9"), revision: 1)], .conflict),
        ("a principal's id is taken", [.insertPrincipal(Fixtures.principal(name: "other"))], .alreadyExists),
        ("a principal updated twice", [.updatePrincipal(Fixtures.principal())], .conflict),
        ("a principal that is gone", [.updatePrincipal(Fixtures.workload(1))], .conflict),
        ("a single-use thing used again", [.claim(Fixtures.use("spent"))], .alreadyUsed),
        ("used again with another end", [.claim(Fixtures.use("spent", until: 5))], .alreadyUsed),
        ("a setting is taken", [.insertSetting(name: "once", value: "2")], .alreadyExists),
    ]

    /// Everything that `loadIndex` tells, in its order.
    static func contents(_ store: some IndexSource) async throws(StoreFailure) -> [StoreChange] {
        var all: [StoreChange] = []
        try await store.loadIndex { all += $0 }
        return all
    }
}
