import AccessPolicy
import Broker
import GatehouseTesting
import HTTPTypes
import StrictJSON
import Testing

/// Requests as Entra ID and Okta send them, from the first to the last.
@Suite struct HabitsTests {
    @Test func entra() async throws {
        let scim = try await SCIMService.make()
        #expect(try await scim.find("Users", #"userName eq "Test_User""#).total == 0)
        let bob = try await scim.user("bob@contoso.example").id
        let ada = try await scim.post(
            "/Users",
            """
            {"schemas":["\(SCIMService.userURN)","\(SCIMService.enterpriseURN)"],"externalId":"0a21f0f2",
             "userName":"Ada@contoso.example","active":"True","displayName":"Ada L.","meta":{"resourceType":"User"},
             "emails":[{"primary":true,"type":"work","value":"ada@contoso.example"}],
             "name":{"familyName":"L.","givenName":"Ada"},"\(SCIMService.enterpriseURN)":{"department":"Engines"}}
            """)
        #expect(ada.status == 201)
        let user = "/Users/" + ada.id
        let changed = try await scim.patch(
            user,
            """
            {"op":"Replace","path":"emails[type eq \\"work\\"].value","value":"ada.l@contoso.example"},
            {"op":"Add","path":"phoneNumbers[type eq \\"mobile\\"].value","value":"+44 1"},
            {"op":"Add","path":"\(SCIMService.enterpriseURN):manager","value":"\(bob)"},
            {"op":"Replace","value":{"name.givenName":"Augusta","\(SCIMService.enterpriseURN):department":"Analysis"}}
            """)
        #expect(changed.status == 200, "\(changed.detail)")
        #expect(changed.body["emails"]?.arrayValue?.first?["value"] == "ada.l@contoso.example")
        #expect(changed.body["phoneNumbers"] == [["value": "+44 1", "type": "mobile"]])
        #expect(changed.body[SCIMService.enterpriseURN]?["manager"]?["value"]?.stringValue == bob)
        #expect(changed.body[SCIMService.enterpriseURN]?["department"] == "Analysis")
        #expect(try scim.world.broker.person("ada@contoso.example").profile?.firstName == "Augusta")
        #expect(try await scim.find("Users", #"emails.value eq "ada@contoso.example""#).total == 0)
        #expect(try await scim.find("Users", #"emails.value eq "ADA.L@contoso.example""#).total == 1)
        for (text, flag) in [("False", false), ("True", true)] {
            let answer = try await scim.patch(user, #"{"op":"Replace","path":"active","value":"\#(text)"}"#)
            #expect(answer.body["active"] == .bool(flag))
            #expect(try scim.world.broker.person("ada@contoso.example").isEnabled == flag)
        }
        let group = try await scim.group("Engines").id
        let add = #"{"op":"Add","path":"members","value":[{"value":"\#(ada.id)"},{"value":"\#(bob)"}]}"#
        #expect(SCIMService.values(try await scim.patch("/Groups/\(group)", add), "members").count == 2)
        let remove = #"{"op":"Remove","path":"members","value":[{"value":"\#(ada.id)"}]}"#
        #expect(SCIMService.values(try await scim.patch("/Groups/\(group)", remove), "members") == [bob])
        let found = try await scim.find("Groups", #"displayName eq "engines""#, "&excludedAttributes=members")
        #expect(found.total == 1 && found.resources.first?["members"] == nil)
    }

    @Test func okta() async throws {
        let scim = try await SCIMService.make()
        let body = SCIMService.user(
            "grace@okta.example",
            """
            ,"name":{"givenName":"Grace","familyName":"Hopper"},"emails":[{"primary":true,"value":"grace@okta.example",
            "type":"work"}],"displayName":"Grace Hopper","locale":"en-US","externalId":"00u1","groups":[],
            "password":"1mz050nq","active":true
            """)
        let grace = try await scim.post("/Users", body)
        #expect(grace.status == 201 && grace.body["password"] == nil)
        #expect(try await scim.post("/Users", body).refusal == "409 uniqueness")
        let whole = try #require(grace.body.objectValue)
        let put = try await scim.call(.put, "/Users/\(grace.id)", JSONValue.object(whole).encodedText())
        #expect(put.status == 200 && put.tag == grace.tag, "the same as it was read is no change")
        let off = try await scim.patch("/Users/\(grace.id)", #"{"op":"replace","value":{"active":false}}"#)
        #expect(off.body["active"] == false)
        let group = try await scim.group("Navy", members: [grace.id]).id
        let renamed = try await scim.patch(
            "/Groups/\(group)", #"{"op":"replace","value":{"id":"\#(group)","displayName":"Fleet"}}"#)
        #expect(renamed.body["displayName"] == "Fleet")
        let left = try await scim.patch(
            "/Groups/\(group)", #"{"op":"remove","path":"members[value eq \"\#(grace.id)\"]"}"#)
        #expect(left.status == 200 && left.body["members"] == nil)
    }

    /// Both directories and several workers of one change a group at a time: nobody's change is lost.
    @Test func changesOfMembersAtATime() async throws {
        let scim = try await SCIMService.make()
        var ids: [String] = []
        for number in 0..<8 { ids.append(try await scim.user("u\(number)@example.org").id) }
        let group = try await scim.group("All").id
        scim.world.store.meetBeforeCommit(ids.count)
        try await withThrowingTaskGroup(of: Int.self) { tasks in
            for id in ids {
                tasks.addTask {
                    try await scim.patch(
                        "/Groups/\(group)", #"{"op":"add","path":"members","value":[{"value":"\#(id)"}]}"#
                    ).status
                }
            }
            for try await status in tasks { #expect(status == 200) }
        }
        let read = try await scim.get("/Groups/\(group)")
        #expect(SCIMService.values(read, "members").sorted() == ids.sorted() && read.tag == #"W/"9""#)
    }

    /// Two creates of one name at the same moment: one of them is told.
    @Test func oneNameAtATime() async throws {
        let scim = try await SCIMService.make()
        scim.world.store.meetBeforeCommit(2)
        async let one = scim.user("ada@example.org")
        async let two = scim.user("ADA@example.org")
        #expect(try await [one.refusal, two.refusal].sorted() == ["201 -", "409 uniqueness"])
    }

    @Test func aStoreThatFails() async throws {
        let scim = try await SCIMService.make()
        let id = try await scim.user("ada@example.org").id
        scim.world.store.failCommits = .unavailable("disk full")
        let made = try await scim.user("bob@example.org")
        #expect(made.refusal == "503 -" && made.headers[.retryAfter] == "1" && !made.detail.contains("disk"))
        #expect(
            try await scim.patch("/Users/\(id)", #"{"op":"replace","path":"active","value":false}"#).refusal == "503 -")
        #expect(try await scim.call(.delete, "/Users/\(id)").refusal == "503 -")
        scim.world.store.failCommits = nil
        #expect(try await scim.get("/Users/\(id)").body["active"] == true)
        scim.world.store.failReads = .unavailable("gone")
        for target in ["/Users", "/Users/\(id)", "/Groups", "/Users?filter=displayName%20pr"] {
            #expect(try await scim.get(target).refusal == "503 -", "\(target)")
        }
    }

    @Test(arguments: ["'; DROP TABLE principals; --", "\" or 1 eq 1", "%' OR '1'='1", "\u{202e}evil", "👩‍💻", "a\\\"b"])
    func hostileTexts(_ text: String) async throws {
        let scim = try await SCIMService.make()
        let quoted = JSONValue(text).encodedText()
        let body =
            #"{"schemas":["\#(SCIMService.userURN)"],"userName":\#(quoted),"externalId":\#(quoted),"title":\#(quoted)}"#
        let made = try await scim.post("/Users", body)
        #expect(made.status == 201 && made.body["userName"]?.stringValue == text, "\(made.detail)")
        _ = try await scim.user("other@example.org")
        for attribute in ["userName", "externalId", "title"] {
            let found = try await scim.find("Users", "\(attribute) eq \(quoted)")
            #expect(found.userNames == [text], "\(attribute)")
        }
        #expect(
            try await scim.post("/Groups", #"{"schemas":["\#(SCIMService.groupURN)"],"displayName":\#(quoted)}"#).status
                == 201)
        #expect(try await scim.find("Groups", "displayName eq \(quoted)").total == 1)
    }

    @Test func manyOperations() async throws {
        let scim = try await SCIMService.make()
        let id = try await scim.user("ada@example.org").id
        let operation = #"{"op":"replace","path":"title","value":"x"}"#
        let most = Array(repeating: operation, count: 1000).joined(separator: ",")
        #expect(try await scim.patch("/Users/\(id)", most).status == 200)
        #expect(try await scim.patch("/Users/\(id)", most + "," + operation).refusal == "413 -")
    }
}
