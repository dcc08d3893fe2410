import AccessPolicy
import Broker

extension StoreSuite {
    private typealias Fixtures = StoreFixtures

    /// Pairs that Swift's `String ==` takes for one.
    private static let lookalikes: [(String, String)] = [
        ("caf\u{E9}", "cafe\u{301}"), ("\u{212A}", "K"), ("\u{1E9B}\u{323}", "\u{17F}\u{323}\u{307}"),
    ]

    static let byteChecks: [Check] = [
        check("texts that look alike are different keys") { store in
            try await store.commit([.insertPrincipal(Fixtures.principal())])
            var number = 0
            for (one, other) in lookalikes {
                for text in [one, other] {
                    number += 1
                    try await store.commit([
                        .insertCredential(Fixtures.credential(number, name: text)), .claim(Fixtures.use(text)),
                        .claim(Fixtures.use("key", authority: text)), .insertSetting(name: text, value: text),
                    ])
                }
            }
            for (one, other) in lookalikes {
                for text in [one, other] {
                    let found = try await store.credential(named: text, in: .system)?.name
                    try require(
                        found.map { $0.utf8.elementsEqual(text.utf8) } ?? false, "the credential has another name")
                    let setting = try await store.setting(text)
                    try require(
                        setting.map { $0.utf8.elementsEqual(text.utf8) } ?? false, "the setting has another value")
                    try requireEqual(
                        await failure(of: [.claim(Fixtures.use(text))], on: store), .alreadyUsed, "claim again")
                }
            }
        },
        check("names are kept and ordered by their bytes") { store in
            let names = [
                "", "\u{0}", "a\u{0}b", "B", "a", "a'b\"; --", "Z", "\u{FF5E}", "\u{1F600}",
                String(repeating: "x", count: 9000),
            ]
            try await store.commit([.insertPrincipal(Fixtures.principal())])
            for (number, name) in names.enumerated() {
                try await store.commit([.insertCredential(Fixtures.credential(number, name: name))])
            }
            let query = CredentialQuery(
                namespace: .system, owner: nil, types: Set(CredentialType.allCases), limit: 100)
            let listed = try await store.credentials(query).map { Array($0.name.utf8) }
            let expected = names.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
            try requireEqual(listed, expected, "names")
            for name in names {
                let found = try await store.credential(named: name, in: .system)
                try require(found.map { $0.name.utf8.elementsEqual(name.utf8) } ?? false, "not found by its name")
            }
        },
        check("every kind of record comes back as it went in") { store in
            let access = NamespaceAccess([.named(.shared): [.monitor], .allApplication: [.developer, .powerDeveloper]])
            let grants = [
                PolicyGrant(policy: "a", provider: "p", access: access),
                PolicyGrant(policy: "\u{212A}\"", provider: "", access: .none),
            ]
            let rights: [CredentialRights] = [
                .owner(ceiling: nil), .owner(ceiling: NamespaceAccess.none), .owner(ceiling: access),
                .policies([], types: []),
                .policies(grants, types: [.apiToken, .kubeConfig]),
                .policies(grants, types: Set(CredentialType.allCases)),
            ]
            let sources: [CredentialSource] = [.subjectToken("ab"), .credential("cred_x:y"), .session(":"), .bootstrap]
            try await store.commit([.insertPrincipal(Fixtures.principal())])
            var number = 0
            for type in CredentialType.allCases {
                number += 1
                let base = Fixtures.credential(
                    number, type: type, rights: rights[number % rights.count])
                let targets: [KubernetesTarget?] = [
                    .cluster(name: "dev", namespace: "payments"), .site("site:a/b"), nil,
                ]
                let record = CredentialRecord(
                    id: base.id, namespace: number % 2 == 0 ? .shared : .default, name: base.name, type: type,
                    owner: base.owner, creator: number % 2 == 0 ? nil : PrincipalID(unchecked: "usr_gone"),
                    proof: Fixtures.everyProof(number, type: type), target: targets[number % 3],
                    createdAt: Timestamp(milliseconds: .min), expiresAt: Timestamp(milliseconds: .max),
                    lifetimeEndsAt: number % 2 == 0 ? Timestamp(milliseconds: -5) : nil, isActive: number % 3 == 0,
                    markedForDeletionAt: number % 3 == 1 ? Timestamp(milliseconds: 0) : nil, rights: base.rights,
                    parent: sources[number % 4], root: sources[(number + 1) % 4], removableAt: base.removableAt,
                    revision: .max)
                try await store.commit([.insertCredential(record)])
                try requireEqual(try await store.credential(record.id), record, "credential of type \(type)")
                try requireEqual(
                    try await store.credential(named: record.name, in: record.namespace), record,
                    "credential by its name")
            }
            try requireEqual(
                try await store.credential(CredentialID(unchecked: "cred_none")), nil, "an id that is not there")
            try requireEqual(
                try await store.credential(named: "name-2", in: .system), nil, "a name of another namespace")
        },
    ]
}
