import AccessPolicy
import Broker
import Synchronization

extension StoreSuite {
    private typealias Fixtures = StoreFixtures

    static let directoryChecks: [Check] = [
        check("an object is made, changed and removed against its revision") { store in
            let object = Fixtures.object("devs")
            try await store.commit([.insertObject(object), .insertObject(Fixtures.object("devs", kind: .role))])
            try requireEqual(await failure(of: [.insertObject(object)], on: store), .alreadyExists, "made twice")
            try requireEqual(
                await failure(of: [.updateObject(Fixtures.object("devs", revision: 3))], on: store), .conflict,
                "a revision was skipped")
            try requireEqual(
                await failure(of: [.updateObject(Fixtures.object("none", revision: 2))], on: store), .conflict,
                "not there")
            try await store.commit([.updateObject(Fixtures.object("devs", revision: 2))])
            try requireEqual(try await store.object(object.id), Fixtures.object("devs", revision: 2), "changed")
            try requireEqual(
                await failure(of: [.deleteObject(object.id, revision: 1)], on: store), .conflict, "an old revision")
            try await store.commit([.deleteObject(object.id, revision: 2)])
            try requireEqual(try await store.object(object.id), nil, "removed")
            try requireEqual(
                try await store.object(StoredObject.ID(.role, "devs"))?.revision, 1, "another kind of the name")
        },
        check("objects are listed by kind and name, in pages") { store in
            try await store.commit(["b", "a", "ä", "B"].map { .insertObject(Fixtures.object($0)) })
            try await store.commit([.insertObject(Fixtures.object("c", kind: .role))])
            try requireEqual(
                try await store.objects(.group, after: nil, limit: 10).map(\.name), ["B", "a", "b", "ä"], "all")
            try requireEqual(try await store.objects(.group, after: "a", limit: 1).map(\.name), ["b"], "a page")
            try requireEqual(try await store.objects(.group, after: nil, limit: 0).count, 0, "none")
        },
        check("memberships go with the principal, who goes only without credentials") { store in
            let id = Fixtures.owner
            try requireEqual(
                await failure(of: [.addMember(group: "devs", id)], on: store), .conflict, "a member that is not there")
            try await store.commit([
                .insertPrincipal(Fixtures.principal()), .addMember(group: "devs", id), .addMember(group: "devs", id),
                .addMember(group: "ops", id), .removeMember(group: "ops", id), .removeMember(group: "ops", id),
                .insertCredential(Fixtures.credential(1)),
            ])
            try requireEqual(
                try await contents(store).filter { if case .addMember = $0 { true } else { false } },
                [.addMember(group: "devs", id)], "memberships")
            try requireEqual(await failure(of: [.deletePrincipal(id)], on: store), .conflict, "it owns a credential")
            try requireEqual(try await store.credentials(ownedBy: id, limit: 10).count, 1, "owned")
            try await store.commit([
                .deleteCredential(CredentialID(unchecked: "cred_1"), revision: 1), .deletePrincipal(id),
            ])
            try requireEqual(try await contents(store), [], "nothing is left")
            try requireEqual(await failure(of: [.deletePrincipal(id)], on: store), .conflict, "gone already")
        },
        check("many memberships are loaded, each once") { store in
            let ids = (0..<30).map { PrincipalID(unchecked: "usr_\($0)") }
            try await store.commit(ids.map { .insertPrincipal(Fixtures.principal($0)) })
            try await store.commit(ids.flatMap { id in (0..<50).map { .addMember(group: "g\($0)", id) } })
            let members = try await contents(store).filter { if case .addMember = $0 { true } else { false } }
            try requireEqual(members.count, 1500, "memberships")
            try requireEqual(Set(members).count, 1500, "different ones")
        },
        check("a reply is kept once until it is over") { store in
            guard let key = Fixtures.hash(1), let first = Fixtures.hash(2), let second = Fixtures.hash(3) else {
                return
            }
            let reply = StoredReply(key: key, request: first, sealed: [1, 2], until: Timestamp(milliseconds: 100))
            let later = StoredReply(key: key, request: second, sealed: [], until: Timestamp(milliseconds: 200))
            try await store.commit([.rememberReply(reply, asOf: Timestamp(milliseconds: 1))])
            try requireEqual(
                await failure(of: [.rememberReply(later, asOf: Timestamp(milliseconds: 99))], on: store),
                .alreadyExists, "not over yet")
            try requireEqual(try await store.reply(key), reply, "the first one")
            try await store.commit([.rememberReply(later, asOf: Timestamp(milliseconds: 100))])
            try requireEqual(try await store.reply(key), later, "the next one")
            try requireEqual(try await store.reply(second), nil, "another key")
            try requireEqual(try await store.sweep(before: Timestamp(milliseconds: 201), limit: 10), 1, "swept")
            try requireEqual(try await store.reply(key), nil, "over")
        },
        check("a use never goes back, and goes with its credential") { store in
            let id = CredentialID(unchecked: "cred_1")
            func use(_ current: Int64?, _ previous: Int64?) -> StoreChange {
                .recordUse(
                    CredentialUse(
                        id: id, current: current.map { Timestamp(milliseconds: $0) },
                        previous: previous.map { Timestamp(milliseconds: $0) }))
            }
            func stored() async throws -> [StoreChange] {
                try await contents(store).filter { if case .recordUse = $0 { true } else { false } }
            }
            try await store.commit([use(1, 1)])
            try requireEqual(try await stored(), [], "no such credential")
            try await store.commit([.insertPrincipal(Fixtures.principal()), .insertCredential(Fixtures.credential(1))])
            try await store.commit([use(5, nil), use(3, 4), use(nil, 2)])
            try requireEqual(try await stored(), [use(5, 4)], "the later of each")
            try await store.commit([.deleteCredential(id, revision: 1)])
            try requireEqual(try await stored(), [], "gone")
        },
        check("a revoked serial keeps its first time, until it is over") { store in
            func revoked(_ at: Int64) -> StoreChange {
                .revokeCertificate(
                    RevokedCertificate(
                        serial: "ab", revokedAt: Timestamp(milliseconds: at), until: Timestamp(milliseconds: 50)))
            }
            try await store.commit([revoked(1), revoked(2)])
            try requireEqual(try await contents(store), [revoked(1)], "contents")
            try requireEqual(try await store.sweep(before: Timestamp(milliseconds: 50), limit: 10), 0, "not over")
            try requireEqual(try await store.sweep(before: Timestamp(milliseconds: 51), limit: 10), 1, "over")
        },
        check("a listing by expiry begins with what ends first, in pages") { store in
            try await store.commit([.insertPrincipal(Fixtures.principal())])
            for (number, end) in [(1, 30), (2, 10), (3, 20), (4, 20), (5, 99), (6, 5)] as [(Int, Int64)] {
                var record = Fixtures.credential(number)
                record.expiresAt = Timestamp(milliseconds: end)
                try await store.commit([.insertCredential(record)])
            }
            func page(_ after: Int64, _ id: String?, _ limit: Int) async throws -> [String] {
                try await store.credentials(
                    CredentialQuery(
                        namespace: .system, owner: nil, types: [.apiToken],
                        order: .expiry(
                            after: Timestamp(milliseconds: after), id: id.map { CredentialID(unchecked: $0) }),
                        expiringBy: Timestamp(milliseconds: 30), limit: limit)
                ).map(\.id.rawValue)
            }
            try requireEqual(try await page(5, nil, 10), ["cred_2", "cred_3", "cred_4", "cred_1"], "all")
            try requireEqual(try await page(5, nil, 2), ["cred_2", "cred_3"], "the first page")
            try requireEqual(try await page(20, "cred_3", 2), ["cred_4", "cred_1"], "the second")
            try requireEqual(try await page(30, "cred_1", 2), [], "the end")
        },
        check("an intent that is not signed is in no listing") { store in
            var record = Fixtures.credential(1, type: .apiCertificate)
            record.proof = .certificate(CertificateProof(serial: "ab", fingerprint: nil))
            try await store.commit([.insertPrincipal(Fixtures.principal()), .insertCredential(record)])
            let query = CredentialQuery(namespace: .system, owner: nil, types: [.apiCertificate], limit: 10)
            try requireEqual(try await store.credentials(query).count, 0, "before it is signed")
            record.proof = .certificate(CertificateProof(serial: "ab", fingerprint: Fixtures.hash(1)))
            record.revision = 2
            try await store.commit([.updateCredential(record)])
            try requireEqual(try await store.credentials(query), [record], "signed")
        },
        check("a rotation frees the old secret when it is gone, and keeps it while it is good") { store in
            guard let old = Fixtures.hash(1), let new = Fixtures.hash(7) else { return }
            var record = Fixtures.credential(1)
            try await store.commit([.insertPrincipal(Fixtures.principal()), .insertCredential(record)])
            let moment = Timestamp(milliseconds: 9)
            record.proof = .token(
                TokenGenerations(
                    hash: new, generation: 2, madeAt: moment,
                    previous: .init(hash: old, madeAt: moment, retiresAt: moment)))
            record.revision = 2
            try await store.commit([.updateCredential(record)])
            try requireEqual(try await store.credential(record.id), record, "both generations")
            record.proof = .token(TokenGenerations(hash: new, generation: 2, madeAt: moment))
            record.revision = 3
            try await store.commit([.updateCredential(record)])
            try requireEqual(try await store.credential(record.id), record, "the new one only")
        },
        observed("a service user goes with the last of their credentials") { make in
            let told = ToldChanges()
            let store = try await make { told.add($0) }
            let service = PrincipalID(unchecked: "svc_1")
            let record = PrincipalRecord(
                principal: Principal(id: service, kind: .service, name: "bot", origin: nil), bindings: .none,
                createdAt: Timestamp(milliseconds: 1))
            try await store.commit([
                .insertPrincipal(Fixtures.principal()), .insertPrincipal(record), .addMember(group: "devs", service),
                .insertCredential(Fixtures.credential(1, owner: service, type: .serviceAPIToken, removableAt: 10)),
                .insertCredential(Fixtures.credential(2, owner: service, removableAt: 20)),
                .insertCredential(Fixtures.credential(3, removableAt: 20)),
            ])
            try requireEqual(try await store.sweep(before: Timestamp(milliseconds: 11), limit: 10), 1, "the first")
            try require(!told.all.contains(.deletePrincipal(service)), "the user still owns one")
            _ = try await store.sweep(before: Timestamp(milliseconds: 21), limit: 10)
            try require(told.all.contains(.deletePrincipal(service)), "the user is gone")
            try requireEqual(try await contents(store), [.insertPrincipal(Fixtures.principal())], "a person stays")
        },
    ]
}

/// Every change that an observer heard.
final class ToldChanges: Sendable {
    private let heard = Mutex<[StoreChange]>([])
    var all: [StoreChange] { heard.withLock { $0 } }
    func add(_ changes: [StoreChange]) { heard.withLock { $0 += changes } }
}
