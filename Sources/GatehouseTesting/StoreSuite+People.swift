import AccessPolicy
import Broker

extension StoreSuite {
    private typealias Fixtures = StoreFixtures

    private static func person(_ id: String, _ email: String, revision: Int64 = 1) -> PrincipalRecord {
        var record = Fixtures.principal(PrincipalID(unchecked: id), name: email, revision: revision)
        record.profile = PersonProfile(
            login: PersonProfile.login(email), firstName: "Zoë\u{0}", lastName: "", management: .local,
            source: .directory)
        return record
    }

    static let peopleChecks: [Check] = [
        check("a login is one person's, and a profile is kept") { store in
            let ada = person("usr_1", "Ada@Example.org")
            try await store.commit([.insertPrincipal(ada)])
            try requireEqual(
                await failure(of: [.insertPrincipal(person("usr_2", "ada@example.org"))], on: store), .alreadyExists,
                "the same login")
            try await store.commit([.insertPrincipal(person("usr_2", "äda@example.org"))])
            try requireEqual(
                await failure(of: [.updatePrincipal(person("usr_2", "ADA@example.org", revision: 2))], on: store),
                .conflict, "taking another's login")
            try requireEqual(try await store.principals(.user, after: nil, limit: 10).first, ada, "as it was given")
            try await store.commit([.deletePrincipal(ada.principal.id)])
            try await store.commit([.insertPrincipal(person("usr_3", "ada@example.org"))])
        },
        check("people are listed by name and id, in pages") { store in
            let records = [("usr_c", "b"), ("usr_b", "b"), ("usr_a", "c"), ("usr_d", "a")].map { id, name in
                Fixtures.principal(PrincipalID(unchecked: id), name: name)
            }
            try await store.commit(records.map { .insertPrincipal($0) } + [.insertPrincipal(Fixtures.workload(1))])
            var found: [String] = []
            var place: PrincipalPlace?
            while let record = try await store.principals(.user, after: place, limit: 1).first {
                found.append(record.principal.id.rawValue)
                place = PrincipalPlace(name: record.principal.name, id: record.principal.id)
            }
            try requireEqual(found, ["usr_d", "usr_b", "usr_c", "usr_a"], "one by one")
            try requireEqual(try await store.principals(.user, after: nil, limit: 0).count, 0, "none")
        },
        check("sign-ins are listed in their time and the last one is remembered") { store in
            let id = PrincipalID(unchecked: "usr_1")
            func signIn(_ name: String, _ at: Int64) -> StoreChange {
                .recordSignIn(
                    SignIn(
                        id: name, principal: id, at: Timestamp(milliseconds: at), provider: "okta",
                        remoteAddress: "192.0.2.1"))
            }
            try requireEqual(await failure(of: [signIn("a", 1)], on: store), .conflict, "nobody")
            try await store.commit([.insertPrincipal(Fixtures.principal(id))])
            try await store.commit([signIn("b", 20), signIn("c", 30), signIn("a", 10)])
            try requireEqual(await failure(of: [signIn("a", 11)], on: store), .alreadyExists, "an id twice")
            let (start, end) = (Timestamp(milliseconds: 10), Timestamp(milliseconds: 20))
            try requireEqual(
                try await store.signIns(from: start, to: end, after: nil, limit: 10).map(\.id), ["a", "b"], "in time")
            try requireEqual(
                try await store.signIns(from: start, to: end, after: "a", limit: 10).map(\.id), ["b"], "a page")
            try requireEqual(
                try await store.principals(.user, after: nil, limit: 1).first?.lastSignInAt,
                Timestamp(milliseconds: 30), "the last one")
            let later = Timestamp(milliseconds: 21).adding(seconds: SignIn.keptSeconds)
            try requireEqual(try await store.sweep(before: later, limit: 10), 2, "swept")
            try await store.commit([.deletePrincipal(id)])
            try requireEqual(
                try await store.signIns(from: start, to: later, after: nil, limit: 10).count, 0, "gone with them")
        },
    ]
}
