import AccessPolicy
import Broker

extension StoreSuite {
    private typealias Fixtures = StoreFixtures

    static let readingChecks: [Check] = [
        check("a listing is filtered, in pages, and none is missed or shown twice") { store in
            let other = PrincipalID(unchecked: "usr_other")
            try await store.commit([
                .insertPrincipal(Fixtures.principal()), .insertPrincipal(Fixtures.principal(other)),
            ])
            try await store.commit(
                (0..<60).map { number in
                    .insertCredential(
                        Fixtures.credential(
                            number, namespace: number % 10 == 0 ? .default : .system,
                            owner: number % 2 == 0 ? owner : other,
                            type: number % 3 == 0 ? .kubeConfig : .apiToken))
                })
            let all = try await list(store, owner: nil, types: [.apiToken, .kubeConfig], limit: 1000)
            try requireEqual(all.count, 54, "credentials in the namespace")
            try requireEqual(
                try await list(store, owner: owner, types: [.apiToken, .kubeConfig], limit: 1000).count, 24,
                "of one owner")
            try requireEqual(
                try await list(store, owner: owner, types: [.kubeConfig], limit: 1000).count, 8, "of one type")
            try requireEqual(
                try await list(store, owner: nil, types: [.scimAPIToken], limit: 1000), [], "of no type there")
            try requireEqual(try await list(store, owner: nil, types: [], limit: 1000), [], "of no type")
            try requireEqual(try await list(store, owner: nil, types: [.apiToken], limit: 0), [], "at most none")
            try requireEqual(
                try await list(store, owner: nil, types: [.apiToken], limit: -1), [], "at most less than none")
            try requireEqual(
                try await list(store, owner: nil, types: [.apiToken, .kubeConfig], limit: .max), all, "no limit")
            for limit in [1, 7, 54, 55] {
                var (paged, after): ([String], String?) = ([], nil)
                while true {
                    let page = try await list(
                        store, owner: nil, types: [.apiToken, .kubeConfig], after: after, limit: limit)
                    paged += page
                    if page.count < limit { break }
                    after = page.last
                }
                try requireEqual(paged, all, "pages of \(limit)")
            }
        },
        check("the index is loaded whole, in batches") { store in
            try await store.commit([.insertPrincipal(Fixtures.principal())])
            try await store.commit((0..<2_500).map { .insertCredential(Fixtures.credential($0)) })
            try await store.commit(
                (0..<1_000).map { number in
                    .revokeToken(RevokedToken(tokenID: "t\(number)", until: Timestamp(milliseconds: 5)))
                })
            try await store.commit([.insertNamespace(.shared, createdAt: Timestamp(milliseconds: 7))])
            var (sizes, all): ([Int], [StoreChange]) = ([], [])
            try await store.loadIndex { batch in
                sizes.append(batch.count)
                all += batch
            }
            try requireEqual(all.count, 3_502, "changes")
            try requireEqual(Set(all).count, 3_502, "different changes")
            try require(sizes.allSatisfy { (1...1000).contains($0) }, "batch sizes: \(sizes)")
        },
        check("settings are read") { store in
            try requireEqual(try await store.setting("name"), nil, "before")
            try await store.commit([.insertSetting(name: "name", value: "")])
            try requireEqual(try await store.setting("name"), "", "after")
        },
    ]

    private static var owner: PrincipalID { Fixtures.owner }

    private static func list(
        _ store: some CredentialReader, owner: PrincipalID?, types: Set<CredentialType>, after: String? = nil,
        limit: Int
    ) async throws(StoreFailure) -> [String] {
        try await store.credentials(
            CredentialQuery(namespace: .system, owner: owner, types: types, order: .name(after: after), limit: limit)
        ).map(\.name)
    }

    static let sweepChecks: [Check] = [
        observed("a sweep removes what ended first, at most so many, and tells") { make in
            let told = RemovedIDs()
            let store = try await make { told.add($0) }
            try await store.commit([.insertPrincipal(Fixtures.principal())])
            for (number, time) in [(1, 300), (2, 100), (3, 200), (4, 400), (5, 500)] as [(Int, Int64)] {
                try await store.commit([.insertCredential(Fixtures.credential(number, removableAt: time))])
            }
            try requireEqual(
                try await store.sweep(before: Timestamp(milliseconds: 100), limit: 10), 0, "nothing is before 100")
            try requireEqual(try await store.sweep(before: Timestamp(milliseconds: 400), limit: 0), 0, "at most none")
            try requireEqual(try await store.sweep(before: Timestamp(milliseconds: 400), limit: 2), 2, "first sweep")
            try requireEqual(Set(told.ids), ["cred_2", "cred_3"], "removed first")
            try requireEqual(try await store.sweep(before: Timestamp(milliseconds: 400), limit: 2), 1, "second sweep")
            try requireEqual(told.ids.last, "cred_1", "removed last")
            try requireEqual(try await store.sweep(before: Timestamp(milliseconds: 400), limit: 2), 0, "third sweep")
            try requireEqual(
                try await store.credential(CredentialID(unchecked: "cred_4"))?.name, "name-4", "what is left")
        },
        check("a sweep forgets used keys and revoked tokens that are over") { store in
            try await store.commit([
                .claim(Fixtures.use("old", until: 10)), .claim(Fixtures.use("new", until: 30)),
                .revokeToken(RevokedToken(tokenID: "old", until: Timestamp(milliseconds: 10))),
                .revokeToken(RevokedToken(tokenID: "new", until: Timestamp(milliseconds: 30))),
            ])
            try requireEqual(try await store.sweep(before: Timestamp(milliseconds: 20), limit: 1), 1, "first sweep")
            try requireEqual(try await store.sweep(before: Timestamp(milliseconds: 20), limit: 10), 1, "second sweep")
            try requireEqual(await failure(of: [.claim(Fixtures.use("new"))], on: store), .alreadyUsed, "the newer key")
            try requireEqual(await failure(of: [.claim(Fixtures.use("old"))], on: store), nil, "the older key")
            try requireEqual(
                try await contents(store),
                [.revokeToken(RevokedToken(tokenID: "new", until: Timestamp(milliseconds: 30)))],
                "contents")
        },
    ]
}
