import AccessPolicy
import Broker
import Identifiers
import StrictJSON

extension StoreSuite {
    private typealias Fixtures = StoreFixtures

    private static func user(
        _ id: String, _ name: String, externalID: String? = nil, emails: [String] = [], isActive: Bool = true,
        at moment: Int64 = 10, revision: Int64 = 1
    ) -> ProvisionedUser {
        ProvisionedUser(
            id: PrincipalID(unchecked: id), userNameKey: Key(name), externalID: externalID,
            emailKeys: emails.map { Key($0) }, isActive: isActive, createdAt: Timestamp(milliseconds: 10),
            modifiedAt: Timestamp(milliseconds: moment), revision: revision,
            document: [
                "userName": JSONValue(name), "emails": .array(emails.map { ["value": JSONValue($0)] }),
            ])
    }

    private static func group(
        _ id: String, _ name: String, display: String? = nil, at moment: Int64 = 10, revision: Int64 = 1
    ) -> ProvisionedGroup {
        ProvisionedGroup(
            id: id, name: Key(name), displayNameKey: Key(display ?? name), externalID: nil,
            createdAt: Timestamp(milliseconds: 10), modifiedAt: Timestamp(milliseconds: moment), revision: revision,
            document: ["displayName": JSONValue(display ?? name)])
    }

    private static func person(_ id: String) -> StoreChange {
        .insertPrincipal(Fixtures.principal(PrincipalID(unchecked: id), name: id))
    }

    /// `usr_a` to `usr_d`.
    private static func filled(_ store: any BrokerStore) async throws {
        let users = [
            user("usr_a", "delta", externalID: "X", emails: ["a@x", "b@x"], at: 40),
            user("usr_b", "Beta", externalID: "x", emails: ["b@x"], isActive: false, at: 30),
            user("usr_c", "be\u{10FFFF}ta", at: 20), user("usr_d", "\u{e9}t\u{e9}", at: 10),
        ]
        try await store.commit(
            users.map { person($0.id.rawValue) } + users.map { .provision(.insertUser($0)) })
    }

    static let provisioningChecks: [Check] = [
        check("a provisioned user is kept, changed by revision and goes with the person") { store in
            let first = user("usr_a", "ada", externalID: "x", emails: ["a@x"])
            try requireEqual(
                await failure(of: [.provision(.insertUser(first))], on: store), .conflict, "without a person")
            try await store.commit([person("usr_a"), .provision(.insertUser(first))])
            try requireEqual(try await store.provisionedUser(first.id), first, "as it was given")
            try requireEqual(
                await failure(of: [person("usr_b"), .provision(.insertUser(user("usr_b", "ada")))], on: store),
                .alreadyExists, "a user name twice")
            let second = user("usr_a", "countess", emails: ["b@x", "c@x"], isActive: false, at: 20, revision: 2)
            try await store.commit([.provision(.updateUser(second))])
            try requireEqual(try await store.provisionedUser(first.id), second, "changed")
            try requireEqual(
                await failure(of: [.provision(.updateUser(second))], on: store), .conflict, "a revision that has passed"
            )
            try await store.commit([person("usr_b"), .provision(.insertUser(user("usr_b", "ada")))])
            try requireEqual(
                await failure(of: [.provision(.updateUser(user("usr_b", "countess", revision: 2)))], on: store),
                .conflict, "taking another's user name")
            try await store.commit([
                .provision(.noteUser(first.id, isActive: true, at: Timestamp(milliseconds: 30))),
                .provision(.noteUser(PrincipalID(unchecked: "usr_x"), isActive: true, at: Timestamp(milliseconds: 30))),
            ])
            let noted = try await store.provisionedUser(first.id)
            try requireEqual(noted?.isActive, true, "let in")
            try requireEqual(noted?.revision, 3, "another version")
            try await store.commit([.deletePrincipal(first.id)])
            try requireEqual(try await store.provisionedUser(first.id), nil, "gone with the person")
            try requireEqual(try await store.countProvisionedUsers([.email(Key("b@x"))]), 0, "addresses too")
            try await store.commit([
                person("usr_c"), .provision(.insertUser(user("usr_c", "countess", emails: ["b@x"]))),
            ])
        },
        check("somebody who is renamed has the new name") { store in
            let id = PrincipalID(unchecked: "usr_a")
            try await store.commit([person("usr_a")])
            var record = Fixtures.principal(id, name: "other", revision: 2)
            record.profile = PersonProfile(login: "other", firstName: "", lastName: "")
            try await store.commit([.updatePrincipal(record)])
            try requireEqual(try await store.principals(.user, after: nil, limit: 1).first, record, "renamed")
        },
        check("a provisioned group is kept, touched and changed") { store in
            let first = group("grp_a", "eng")
            try await store.commit([.provision(.insertGroup(first))])
            try requireEqual(try await store.provisionedGroup("grp_a"), first, "as it was given")
            for taken in [group("grp_a", "other"), group("grp_b", "eng")] {
                try requireEqual(
                    await failure(of: [.provision(.insertGroup(taken))], on: store), .alreadyExists, "taken")
            }
            try await store.commit([.provision(.touchGroup("grp_a", at: Timestamp(milliseconds: 15)))])
            let second = group("grp_a", "eng", display: "R&D", at: 20, revision: 3)
            try await store.commit([.provision(.updateGroup(second))])
            try requireEqual(try await store.provisionedGroup("grp_a"), second, "changed")
            try requireEqual(
                await failure(of: [.provision(.updateGroup(second))], on: store), .conflict,
                "a revision that has passed")
            try await store.commit([.provision(.deleteGroup("grp_a"))])
            for change in [
                ProvisioningChange.deleteGroup("grp_a"), .touchGroup("grp_a", at: Timestamp(milliseconds: 1)),
            ] {
                try requireEqual(await failure(of: [.provision(change)], on: store), .conflict, "nothing there")
            }
        },
        check("a refused provisioning changes nothing") { store in
            try await filled(store)
            let change = user("usr_a", "zeta", emails: ["z@x"], revision: 2)
            try requireEqual(
                await failure(
                    of: [.provision(.updateUser(change)), .provision(.deleteGroup("grp_x"))], on: store), .conflict,
                "refused")
            try requireEqual(try await store.provisionedUser(change.id)?.revision, 1, "as before")
            try requireEqual(try await store.countProvisionedUsers([.email(Key("z@x"))]), 0, "addresses too")
        },
        check("provisioned users are found by every condition") { store in
            try await filled(store)
            let cases: [(ProvisioningCondition, [String])] = [
                (.text(.name, .equal, Key("Beta")), ["usr_b"]), (.text(.name, .equal, Key("beta")), []),
                (.prefix(.name, Key("be")), ["usr_c"]), (.prefix(.name, Key("be\u{10FFFF}")), ["usr_c"]),
                (.prefix(.name, Key("")), ["usr_a", "usr_b", "usr_c", "usr_d"]),
                (.prefix(.name, Key("\u{e9}")), ["usr_d"]), (.prefix(.name, Key("%")), []),
                (.text(.name, .less, Key("be\u{10FFFF}ta")), ["usr_b"]),
                (.text(.name, .lessOrEqual, Key("be\u{10FFFF}ta")), ["usr_b", "usr_c"]),
                (.text(.name, .greater, Key("delta")), ["usr_d"]),
                (.text(.name, .greaterOrEqual, Key("delta")), ["usr_a", "usr_d"]),
                (.text(.externalID, .equal, Key("x")), ["usr_b"]), (.prefix(.externalID, Key("")), ["usr_a", "usr_b"]),
                (.text(.id, .greater, Key("usr_b")), ["usr_c", "usr_d"]),
                (.text(.id, .equal, Key("' OR 1=1 --")), []),
                (.email(Key("b@x")), ["usr_a", "usr_b"]), (.email(Key("B@x")), []), (.active(false), ["usr_b"]),
                (.time(.modified, .greaterOrEqual, Timestamp(milliseconds: 30)), ["usr_a", "usr_b"]),
                (.time(.modified, .less, Timestamp(milliseconds: 20)), ["usr_d"]),
                (.time(.created, .equal, Timestamp(milliseconds: 10)), ["usr_a", "usr_b", "usr_c", "usr_d"]),
                (.ids(["usr_d", "usr_x", "usr_b"]), ["usr_b", "usr_d"]), (.ids([]), []),
            ]
            for (condition, expected) in cases {
                let found = try await store.provisionedUsers(ProvisioningQuery([condition], limit: 10))
                try requireEqual(found.map(\.id.rawValue), expected, "\(condition)")
                try requireEqual(try await store.countProvisionedUsers([condition]), expected.count, "\(condition)")
            }
            let both: [ProvisioningCondition] = [.email(Key("b@x")), .active(true)]
            try requireEqual(
                try await store.provisionedUsers(ProvisioningQuery(both, limit: 10)).map(\.id.rawValue), ["usr_a"],
                "both")
            try requireEqual(try await store.countProvisionedUsers([]), 4, "all")
        },
        check("provisioned users come in every order and in pages") { store in
            try await filled(store)
            let orders: [(ProvisioningQuery.Order, Bool, [String])] = [
                (.id, false, ["usr_a", "usr_b", "usr_c", "usr_d"]), (.id, true, ["usr_d", "usr_c", "usr_b", "usr_a"]),
                (.name, false, ["usr_b", "usr_c", "usr_a", "usr_d"]),
                (.name, true, ["usr_d", "usr_a", "usr_c", "usr_b"]),
                (.modified, false, ["usr_d", "usr_c", "usr_b", "usr_a"]),
                (.modified, true, ["usr_a", "usr_b", "usr_c", "usr_d"]),
                (.created, false, ["usr_a", "usr_b", "usr_c", "usr_d"]),
                (.created, true, ["usr_a", "usr_b", "usr_c", "usr_d"]),
            ]
            for (order, isDescending, expected) in orders {
                var found: [String] = []
                for offset in 0..<5 {
                    let query = ProvisioningQuery(order: order, isDescending: isDescending, offset: offset, limit: 1)
                    found += try await store.provisionedUsers(query).map(\.id.rawValue)
                }
                try requireEqual(found, expected, "\(order) \(isDescending)")
            }
            let after = ProvisioningQuery(afterID: "usr_b", limit: 10)
            try requireEqual(
                try await store.provisionedUsers(after).map(\.id.rawValue), ["usr_c", "usr_d"], "after an id")
        },
        check("provisioned groups are found") { store in
            let groups = [group("grp_a", "a", display: "Eng"), group("grp_b", "b", display: "eng", at: 30)]
            try await store.commit(groups.map { .provision(.insertGroup($0)) })
            let cases: [(ProvisioningCondition, [String])] = [
                (.text(.name, .equal, Key("eng")), ["grp_b"]), (.prefix(.name, Key("E")), ["grp_a"]),
                (.email(Key("x")), []), (.active(true), []), (.ids(["grp_a"]), ["grp_a"]),
                (.time(.modified, .greater, Timestamp(milliseconds: 10)), ["grp_b"]),
            ]
            for (condition, expected) in cases {
                let found = try await store.provisionedGroups(ProvisioningQuery([condition], limit: 10))
                try requireEqual(found.map(\.id), expected, "\(condition)")
                try requireEqual(try await store.countProvisionedGroups([condition]), expected.count, "\(condition)")
            }
            try requireEqual(
                try await store.provisionedGroups(ProvisioningQuery(order: .name, isDescending: true, limit: 1)).map(
                    \.id),
                ["grp_b"], "the last by name")
        },
    ]
}
