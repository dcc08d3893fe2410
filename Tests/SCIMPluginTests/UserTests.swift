import AccessPolicy
import Broker
import GatehouseTesting
import HTTPTypes
import StrictJSON
import Testing

/// Users over SCIM, and the people that they are.
@Suite struct UserTests {
    @Test func aUsersLife() async throws {
        let scim = try await SCIMService.make()
        let made = try await scim.user(
            "ada@example.org",
            #","name":{"givenName":"Ada","familyName":"Lovelace"},"externalId":"00u1","active":true"#)
        #expect(made.status == 201 && made.headers[.contentType] == "application/scim+json")
        #expect(made.headers[.location] == made.body["meta"]?["location"]?.stringValue)
        #expect(made.headers[.location] == TestWorld.publicURL + SCIMService.root + "/Users/" + made.id)
        #expect(made.tag == #"W/"1""# && made.body["meta"]?["version"]?.stringValue == made.tag)
        let person = try scim.world.broker.person("ADA@example.org")
        #expect(person.principal.id.rawValue == made.id && person.isEnabled && person.bindings == .none)
        #expect(person.profile?.firstName == "Ada" && person.profile?.source == .directory)

        let read = try await scim.get("/Users/\(made.id)")
        #expect(read.status == 200 && read.body == made.body)
        let same: HTTPFields = [.ifNoneMatch: made.tag]
        #expect(try await scim.get("/Users/\(made.id)", headers: same).status == 304)

        let renamed = try await scim.call(
            .put, "/Users/\(made.id)", SCIMService.user("countess@example.org", #","name":{"givenName":"A"}"#))
        #expect(renamed.status == 200 && renamed.tag == #"W/"2""#)
        #expect(renamed.body["externalId"] == nil && renamed.body["name"]?["familyName"] == nil)
        #expect(throws: DirectoryFailure.self) { try scim.world.broker.person("ada@example.org") }
        #expect(try scim.world.broker.person("countess@example.org").principal.id.rawValue == made.id)
        #expect(
            try await scim.world.store.principals(.user, after: nil, limit: 10).map(\.principal.name)
                .contains("countess@example.org"))

        let patched = try await scim.patch(
            "/Users/\(made.id)", #"{"op":"replace","path":"name.familyName","value":"Byron"}"#)
        #expect(patched.status == 200 && patched.tag == #"W/"3""#)
        #expect(patched.body["name"] == ["givenName": "A", "familyName": "Byron"])
        // The same again changes nothing.
        let again = try await scim.patch(
            "/Users/\(made.id)", #"{"op":"replace","path":"name.familyName","value":"Byron"}"#)
        #expect(again.tag == patched.tag)

        #expect(try await scim.call(.delete, "/Users/\(made.id)").status == 204)
        #expect(try await scim.get("/Users/\(made.id)").status == 404)
        #expect(try await scim.call(.delete, "/Users/\(made.id)").status == 404)
        #expect(throws: DirectoryFailure.self) { try scim.world.broker.person("countess@example.org") }
        let actions = scim.world.store.events.filter { $0.requestID == "req-scim" }.map(\.action)
        #expect(actions == [.userCreated, .userReplaced, .userReplaced, .userRemoved])
        let actor = try #require(scim.world.store.events.last?.actor)
        #expect(actor.name == "scim-provisioner" && actor.credential?.hasPrefix("cred_") == true)
    }

    @Test(arguments: [
        ("a user name is taken, whatever its case", SCIMService.user("ADA@example.org"), "409 uniqueness"),
        (
            "the e-mail address is the name to sign in with",
            SCIMService.user("ada", #","emails":[{"value":"Ada@Example.org"}]"#), "409 uniqueness"
        ),
        ("the first administrator is nobody's to provision", SCIMService.user("administrator"), "409 uniqueness"),
        ("an empty user name", SCIMService.user(""), "400 invalidValue"),
        ("no schemas", #"{"userName":"bob"}"#, "400 invalidSyntax"),
        ("another schema", #"{"schemas":["urn:x"],"userName":"bob"}"#, "400 invalidSyntax"),
        ("no user name", #"{"schemas":["\#(SCIMService.userURN)"]}"#, "400 invalidValue"),
        ("no JSON", "{", "400 invalidSyntax"), ("no object", "[]", "400 invalidSyntax"),
        ("nothing", "", "400 invalidSyntax"),
        ("a member twice", #"{"schemas":[],"schemas":[]}"#, "400 invalidSyntax"),
        ("too deep", String(repeating: "[", count: 100), "400 invalidSyntax"),
        ("active is no boolean", SCIMService.user("bob", #","active":"perhaps""#), "400 invalidValue"),
    ])
    func refusedUsers(_ rule: String, _ body: String, _ expected: String) async throws {
        let scim = try await SCIMService.make()
        _ = try await scim.user("ada@example.org")
        let before = scim.world.store.events.count
        let answer = try await scim.post("/Users", body)
        #expect(answer.refusal == expected, "\(rule): \(answer.detail)")
        #expect(answer.body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"])
        #expect(answer.body["status"]?.stringValue == String(answer.status))
        #expect(scim.world.store.events.count == before, "nothing happened")
    }

    /// `id`, `meta`, roles and groups are not a client's to say.
    @Test func nothingGetsInByBeingSent() async throws {
        let scim = try await SCIMService.make()
        let made = try await scim.user(
            "eve@example.org",
            """
            ,"id":"usr_admin","meta":{"version":"9"},"roles":[{"value":"admin"}],"groups":[{"value":"grp_1"}],
            "password":"hunter2-hunter2","namespace_roles":[{"namespace":"system","role":"admin"}]
            """)
        #expect(made.status == 201 && made.id.hasPrefix("usr_") && made.id != "usr_admin")
        #expect(made.body["groups"] == nil && made.body["password"] == nil)
        #expect(made.body["meta"]?["version"]?.stringValue == #"W/"1""#)
        #expect(try scim.world.broker.person("eve@example.org").bindings == .none)
        for operation in [
            #"{"op":"replace","path":"id","value":"usr_x"}"#, #"{"op":"add","path":"groups","value":[{"value":"g"}]}"#,
            #"{"op":"replace","path":"meta.version","value":"1"}"#,
        ] {
            #expect(try await scim.patch("/Users/\(made.id)", operation).refusal == "400 mutability")
        }
    }

    /// Two users may have one `externalId`: it is the client's.
    @Test func externalIDsAreNoAuthority() async throws {
        let scim = try await SCIMService.make()
        let one = try await scim.user("a@example.org", #","externalId":"x""#)
        let two = try await scim.user("b@example.org", #","externalId":"x""#)
        #expect(one.status == 201 && two.status == 201)
        #expect(try await scim.find("Users", #"externalId eq "x""#).total == 2)
        #expect(try await scim.find("Users", #"externalId eq "X""#).total == 0, "case exact")
    }

    @Test func versionsMustMatch() async throws {
        let scim = try await SCIMService.make()
        let id = try await scim.user("ada@example.org").id
        let operation = #"{"op":"replace","path":"displayName","value":"Ada"}"#
        let (old, other): (HTTPFields, HTTPFields) = ([.ifMatch: #"W/"1""#], [.ifMatch: #"W/"7""#])
        #expect(try await scim.patch("/Users/\(id)", operation, headers: other).refusal == "412 -")
        #expect(try await scim.patch("/Users/\(id)", operation, headers: old).tag == #"W/"2""#)
        #expect(try await scim.patch("/Users/\(id)", operation, headers: old).refusal == "412 -")
        #expect(try await scim.call(.delete, "/Users/\(id)", headers: old).refusal == "412 -")
        #expect(try await scim.patch("/Users/\(id)", operation, headers: [.ifMatch: "nonsense"]).status == 400)
        #expect(try await scim.call(.delete, "/Users/\(id)", headers: [.ifMatch: "*"]).status == 204)
    }

    /// All operations or none.
    @Test func aFailedPatchChangesNothing() async throws {
        let scim = try await SCIMService.make()
        let made = try await scim.user("ada@example.org")
        let answer = try await scim.patch(
            "/Users/\(made.id)",
            #"{"op":"add","path":"displayName","value":"Ada"},{"op":"remove","path":"userName"}"#)
        #expect(answer.refusal == "400 mutability")
        #expect(try await scim.get("/Users/\(made.id)").body == made.body)
    }

    @Test(arguments: [
        ("text/plain", 415), ("application/xml; charset=utf-8", 415), ("application/json", 201),
        ("application/scim+json; charset=utf-8", 201), ("Application/SCIM+JSON", 201),
    ])
    func mediaTypes(_ type: String, _ status: Int) async throws {
        let scim = try await SCIMService.make()
        let answer = try await scim.call(
            .post, "/Users", SCIMService.user("ada@example.org"), headers: [.contentType: type])
        #expect(answer.status == status)
    }

    @Test func theNamesOfAPerson() async throws {
        let scim = try await SCIMService.make()
        let long = String(repeating: "ö", count: 200)
        let made = try await scim.user(
            "ada",
            #","name":{"givenName":"\#(long)"},"emails":[{"value":"x@example.org"},{"value":"y@example.org","primary":true}]"#
        )
        let person = try scim.world.broker.person("y@example.org")
        #expect(person.principal.id.rawValue == made.id && person.profile?.firstName.utf8.count == 256)
        let bare = try await scim.user("bob", #","emails":[{"value":"no address"}]"#)
        #expect(try scim.world.broker.person("bob").principal.id.rawValue == bare.id)
    }
}
