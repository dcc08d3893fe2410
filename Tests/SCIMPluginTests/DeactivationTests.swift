import AccessPolicy
import Broker
import GatehouseTesting
import HTTPTypes
import Secrets
import StrictJSON
import Testing

/// What becomes of a person when the directory lets go of them.
@Suite struct DeactivationTests {
    /// A user of the directory with an API token of their own.
    private func userWithToken(_ scim: SCIMService, _ name: String) async throws -> (id: String, token: Secret) {
        let id = try await scim.user(name).id
        let (token, credential) = try scim.world.broker.firstToken(of: PrincipalID(id), days: 30)
        try await scim.world.store.commit(StoreTransaction(changes: [.insertCredential(credential)], events: []))
        return (id, token)
    }

    @Test func aDeactivationRefusesTheTokenAtOnce() async throws {
        let scim = try await SCIMService.make()
        let (id, token) = try await userWithToken(scim, "ada@example.org")
        #expect(try scim.world.caller(token).principal.id.rawValue == id)
        let off = try await scim.patch("/Users/\(id)", #"{"op":"Replace","path":"active","value":"False"}"#)
        #expect(off.status == 200 && off.body["active"] == false)
        #expect(throws: CredentialRefusal.self) { try scim.world.caller(token) }
        // A PUT that does not say so lets nobody in.
        let put = try await scim.call(.put, "/Users/\(id)", SCIMService.user("ada@example.org"))
        #expect(put.body["active"] == false)
        #expect(throws: CredentialRefusal.self) { try scim.world.caller(token) }
        // Nor does removing it, nor a PUT after that.
        let removed = try await scim.patch("/Users/\(id)", #"{"op":"remove","path":"active"}"#)
        #expect(removed.status == 200 && removed.body["active"] == nil)
        #expect(try await scim.find("Users", "active eq false").total == 1)
        #expect(try await scim.find("Users", "not (active eq true)").total == 1)
        #expect(throws: CredentialRefusal.self) { try scim.world.caller(token) }
        let again = try await scim.call(.put, "/Users/\(id)", SCIMService.user("ada@example.org"))
        #expect(again.body["active"] == false)
        #expect(throws: CredentialRefusal.self) { try scim.world.caller(token) }
        let on = try await scim.patch("/Users/\(id)", #"{"op":"replace","value":{"active":true}}"#)
        #expect(on.body["active"] == true)
        #expect(try scim.world.caller(token).principal.id.rawValue == id)
        let actions = scim.world.store.events.suffix(4).map(\.action)
        #expect(actions == [.userDisabled, .userReplaced, .userReplaced, .userEnabled])
        #expect(try await scim.call(.delete, "/Users/\(id)").status == 204)
        #expect(throws: CredentialRefusal.self) { try scim.world.caller(token) }
        #expect(scim.world.store.events.suffix(2).map(\.action) == [.credentialRevoked, .userRemoved])
    }

    /// What an administrator does shows in SCIM, as another version.
    @Test func administratorsChangesShow() async throws {
        let scim = try await SCIMService.make()
        let id = try await scim.user("ada@example.org").id
        let admin = try scim.world.administrator()
        try await scim.world.broker.setEnabled(
            false, person: "ada@example.org", by: admin, context: TestWorld.context)
        let read = try await scim.get("/Users/\(id)")
        #expect(read.body["active"] == false && read.tag == #"W/"2""#)
        #expect(try await scim.find("Users", "active eq false").total == 1)
        _ = try await scim.world.broker.removePerson("ada@example.org", by: admin, context: TestWorld.context)
        #expect(try await scim.get("/Users/\(id)").status == 404)
        #expect(try await scim.get("/Users").total == 0)
    }

    @Test func theLastAdministratorStays() async throws {
        let scim = try await SCIMService.make()
        let id = try await scim.user("ada@example.org").id
        let group = try await scim.group("Admins", members: [id]).id
        let admin = try scim.world.administrator()
        let broker = scim.world.broker
        _ = try await broker.changeRoles(
            of: "Admins", adding: try TestWorld.access(["system": ["admin"]]), by: admin, context: TestWorld.context)
        // The first administrator goes: the directory's user is the last.
        let first = try #require(broker.principal(admin.principal.id)).principal.name
        _ = try await broker.removePerson(first, by: admin, context: TestWorld.context)
        let before = scim.world.store.events.count
        let off = #"{"op":"replace","path":"active","value":false}"#
        #expect(try await scim.patch("/Users/\(id)", off).refusal == "403 -")
        #expect(try await scim.call(.delete, "/Users/\(id)").refusal == "403 -")
        #expect(try await scim.call(.delete, "/Groups/\(group)").refusal == "403 -")
        #expect(try await scim.call(.put, "/Groups/\(group)", SCIMService.group("Admins")).refusal == "403 -")
        let remove = #"{"op":"remove","path":"members[value eq \"\#(id)\"]"}"#
        #expect(try await scim.patch("/Groups/\(group)", remove).refusal == "403 -")
        #expect(scim.world.store.events.count == before, "nothing happened")
        #expect(try await scim.get("/Users/\(id)").body["active"] == true)
        #expect(SCIMService.values(try await scim.get("/Groups/\(group)"), "members") == [id])
    }

    @Test func peopleMadeOtherwiseAreNotTheDirectorys() async throws {
        let scim = try await SCIMService.make()
        let caller = try await scim.world.person("ada", [:])
        let id = caller.principal.id.rawValue
        #expect(try await scim.get("/Users/\(id)").status == 404)
        #expect(try await scim.patch("/Users/\(id)", #"{"op":"replace","path":"active","value":false}"#).status == 404)
        #expect(try await scim.call(.delete, "/Users/\(id)").status == 404)
        #expect(try await scim.get("/Users").total == 0)
        #expect(try await scim.group("Staff", members: [id]).refusal == "400 invalidValue")
        let taken = try await scim.user("Ada@Example.com")
        #expect(taken.refusal == "409 uniqueness" && taken.detail.contains("administrator"))

        // Who came through a provider that does not provision stays whose they are, too.
        func link(_ provider: String, issuer: String = "https://i.example") async throws {
            let origin = Principal.Origin(provider: provider, issuer: issuer, subject: "1")
            let link = IdentityLink(origin: origin, principal: caller.principal.id, linkedAt: scim.world.clock.now)
            try await scim.world.store.commit(StoreTransaction(changes: [.linkIdentity(link)], events: []))
        }
        try await link("other")
        #expect(try await scim.user("ada@example.com").refusal == "409 uniqueness")
        // Nor one of the same name that is another by now.
        try await link("ci")
        #expect(try await scim.user("ada@example.com").refusal == "409 uniqueness")
        try await link("ci", issuer: scim.world.issuer.issuer)
        let adopted = try await scim.user("ada@example.com", #","name":{"givenName":"Ada"}"#)
        #expect(adopted.status == 201 && adopted.id == id)
        #expect(try scim.world.broker.person("ada@example.com").profile?.source == .directory)
        #expect(try await scim.user("ada@example.com").refusal == "409 uniqueness")
    }

    @Test(arguments: [HTTPRequest.Method.get, .post, .put, .patch, .delete])
    func theSCIMTokenOnly(_ method: HTTPRequest.Method) async throws {
        let scim = try await SCIMService.make()
        let administrator = scim.world.administratorToken.revealText()
        let target = method == .get || method == .post ? "/Users" : "/Users/usr_1"
        #expect(try await scim.call(method, target, with: administrator).status == 401)
        #expect(try await scim.call(method, target, with: "gth_scim_x").status == 401)
        #expect(throws: CredentialRefusal.self) { try scim.world.caller(Secret(utf8: scim.token)) }
        _ = try await scim.world.broker.switchProvisioning(
            false, of: "ci", days: nil, by: try scim.world.administrator(), context: TestWorld.context)
        #expect(try await scim.call(method, target).status == 401, "switched off")
    }
}
