import AccessPolicy
import Broker
import GatehouseTesting
import HTTPTypes
import StrictJSON
import Testing

/// Groups over SCIM, and the groups that administrators bind roles to.
@Suite struct GroupTests {
    @Test func aGroupsLife() async throws {
        let scim = try await SCIMService.make()
        let broker = scim.world.broker
        let (ada, bob) = (try await scim.user("ada@example.org").id, try await scim.user("bob@example.org").id)
        let made = try await scim.group("Engineering", members: [ada])
        #expect(made.status == 201 && made.id.hasPrefix("grp_") && made.tag == #"W/"1""#)
        #expect(
            made.body["members"] == [
                [
                    "value": JSONValue(ada),
                    "$ref": JSONValue(TestWorld.publicURL + SCIMService.root + "/Users/" + ada),
                    "type": "User",
                ]
            ])
        #expect(try broker.group("Engineering").provisionedID == made.id)

        // Roles come from an administrator, and hold for whoever is in it.
        let admin = try scim.world.administrator()
        _ = try await broker.changeRoles(
            of: "Engineering", adding: try TestWorld.access(["default": ["developer"]]), by: admin,
            context: TestWorld.context)
        let add = #"{"op":"Add","path":"members","value":[{"value":"\#(bob)"}]}"#
        let added = try await scim.patch("/Groups/\(made.id)", add)
        #expect(added.status == 200 && added.tag == #"W/"2""#)
        #expect(Set(SCIMService.values(added, "members")) == [ada, bob])
        #expect(try await scim.patch("/Groups/\(made.id)", add).tag == added.tag, "the same again changes nothing")
        #expect(try broker.group("Engineering").bindings == TestWorld.access(["default": ["developer"]]))
        let user = try await scim.get("/Users/\(bob)")
        #expect(SCIMService.values(user, "groups") == [made.id])
        #expect(user.body["groups"]?.arrayValue?.first?["display"] == "Engineering")

        // The name that administrators know stays, what people read does not.
        let renamed = try await scim.patch(
            "/Groups/\(made.id)", #"{"op":"replace","value":{"id":"\#(made.id)","displayName":"R&D"}}"#)
        #expect(renamed.status == 200 && renamed.body["displayName"] == "R&D")
        #expect(try broker.group("Engineering").displayName == "R&D")
        #expect(try broker.group("Engineering").provisionedID == made.id)

        let put = try await scim.call(.put, "/Groups/\(made.id)", SCIMService.group("R&D", members: [bob]))
        #expect(put.status == 200 && SCIMService.values(put, "members") == [bob])
        let emptied = try await scim.patch("/Groups/\(made.id)", #"{"op":"remove","path":"members"}"#)
        #expect(emptied.status == 200 && emptied.body["members"] == nil)

        #expect(try await scim.call(.delete, "/Groups/\(made.id)").status == 204)
        #expect(try await scim.get("/Groups/\(made.id)").status == 404)
        #expect(throws: DirectoryFailure.self) { try broker.group("Engineering") }
        let actions = scim.world.store.events.filter { $0.requestID == "req-scim" }.map(\.action)
        #expect(
            actions.dropFirst(2) == [
                .groupCreated, .groupReplaced, .groupReplaced, .groupReplaced, .groupReplaced, .groupRemoved,
            ])
    }

    @Test func namesThatAreTaken() async throws {
        let scim = try await SCIMService.make()
        try await scim.world.makeGroup("Admins", ["system": ["admin"]])
        let ada = try await scim.user("ada@example.org").id
        let made = try await scim.group("Admins", members: [ada])
        #expect(made.status == 201 && made.body["displayName"] == "Admins")
        let name = "Admins (\(made.id.suffix(8)))"
        #expect(try scim.world.broker.group(name).bindings == .none, "no roles by having a name")
        #expect(scim.world.broker.memberNames(of: try scim.world.broker.group("Admins")) == [])
        #expect(try await scim.group("Admins").status == 201, "display names need not be unique")
        #expect(
            try await scim.find("Groups", #"displayName eq "ADMINS""#).total == 2, "without the administrators' own")
        #expect(try await scim.group(String(repeating: "é", count: 300)).status == 201)
    }

    @Test(arguments: [
        ("somebody unknown", SCIMService.group("x", members: ["usr_nobody"]), "400 invalidValue"),
        ("the first administrator", SCIMService.group("x", members: ["usr_administrator"]), "400 invalidValue"),
        ("no id at all", SCIMService.group("x", members: ["' OR 1=1 --"]), "400 invalidValue"),
        ("no name", SCIMService.group(""), "400 invalidValue"),
        ("a user's schema", SCIMService.user("x"), "400 invalidSyntax"),
    ])
    func refusedGroups(_ rule: String, _ body: String, _ expected: String) async throws {
        let scim = try await SCIMService.make()
        let answer = try await scim.post("/Groups", body)
        #expect(answer.refusal == expected, "\(rule): \(answer.detail)")
        #expect(try await scim.get("/Groups").total == 0)
        let id = try await scim.group("y").id
        #expect(try await scim.call(.put, "/Groups/\(id)", body).refusal == expected)
        #expect(try await scim.get("/Groups/\(id)").tag == #"W/"1""#)
    }

    /// Whom administrators put into a directory's group is not the directory's to see or to remove.
    @Test func othersStay() async throws {
        let scim = try await SCIMService.make()
        let broker = scim.world.broker
        let ada = try await scim.user("ada@example.org").id
        let group = try await scim.group("Staff", members: [ada]).id
        _ = try await scim.world.person("carol", [:])
        let admin = try scim.world.administrator()
        try await broker.changeGroups(
            of: "carol@example.com", adding: ["Staff"], by: admin, context: TestWorld.context)
        let read = try await scim.get("/Groups/\(group)")
        #expect(SCIMService.values(read, "members") == [ada] && read.tag == #"W/"2""#)
        #expect(try await scim.call(.put, "/Groups/\(group)", SCIMService.group("Staff")).status == 200)
        #expect(broker.memberNames(of: try broker.group("Staff")) == ["carol@example.com"])
        // An administrator may remove the group: then it is gone in both.
        try await broker.removeGroup("Staff", removingMembers: true, by: admin, context: TestWorld.context)
        #expect(try await scim.get("/Groups/\(group)").status == 404)
    }

    @Test func aDeletedUserLeavesTheirGroups() async throws {
        let scim = try await SCIMService.make()
        let ada = try await scim.user("ada@example.org").id
        let group = try await scim.group("Staff", members: [ada]).id
        #expect(try await scim.call(.delete, "/Users/\(ada)").status == 204)
        let read = try await scim.get("/Groups/\(group)")
        #expect(read.body["members"] == nil && read.tag == #"W/"2""#)
    }

    /// Of a large group one member costs one row: what is written, and what is answered.
    @Test func oneMemberOfALargeGroup() async throws {
        let scim = try await SCIMService.make()
        var ids: [String] = []
        for number in 0..<1_001 { ids.append(try await scim.user("u\(number)@example.org").id) }
        let group = try await scim.group("All", members: Array(ids.dropLast())).id
        let last = try #require(ids.last)
        let before = scim.world.store.events.count
        let add = #"{"op":"add","path":"members","value":[{"value":"\#(last)"}]}"#
        let added = try await scim.patch("/Groups/\(group)", add)
        #expect(added.status == 204 && added.body == .null && added.tag == #"W/"2""#)
        let event = try #require(scim.world.store.events.last)
        #expect(scim.world.store.events.count == before + 1)
        #expect(event.details["members_added"] == [JSONValue(last)])
        let without = try await scim.patch("/Groups/\(group)?excludedAttributes=members", add)
        #expect(without.status == 200 && without.body["members"] == nil && without.body["displayName"] == "All")
        #expect(try await scim.get("/Groups/\(group)").body["members"]?.arrayValue?.count == 1_001)
        #expect(try await scim.find("Groups", #"id eq "\#(group)" and members eq "\#(last)""#).total == 1)
        #expect(try await scim.find("Groups", #"members.value eq "usr_x""#).total == 0)
    }
}
