import SCIM
import StrictJSON
import Testing

@Suite struct RepresentationTests {
    private let metadata = ResourceMetadata(
        id: "u/1", created: "2026-01-01T00:00:00.000Z", lastModified: "2026-02-01T00:00:00.000Z",
        version: EntityTag(revision: 3))

    @Test func user() {
        // Whatever was stored, the service's own attributes come from the service.
        let attributes: JSONObject = [
            "userName": "bj", "id": "evil", "meta": "evil", "groups": "evil", "schemas": "evil", "title": "t",
        ]
        let groups = [ResourceReference(id: "g1", display: "Guides")]
        #expect(
            JSONValue.object(Representation.user(attributes, metadata, groups: groups, ServiceURL("https://a")))
                .encodedText()
                == #"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"u/1","userName":"bj","title":"t","#
                + #""groups":[{"value":"g1","$ref":"https://a/Groups/g1","display":"Guides","type":"direct"}],"#
                + #""meta":{"resourceType":"User","created":"2026-01-01T00:00:00.000Z","#
                + #""lastModified":"2026-02-01T00:00:00.000Z","location":"https://a/Users/u%2F1","version":"W/\"3\""}}"#
        )
    }

    @Test func extensionInSchemas() throws {
        let user = Representation.user(try storedUser().attributes, metadata, base)
        #expect(user["schemas"] == ["urn:ietf:params:scim:schemas:core:2.0:User", JSONValue(enterpriseURN)])
        #expect(user["groups"] == nil)
        // What is sent can be sent back.
        #expect(try UserResource(user) == storedUser())
    }

    @Test func group() throws {
        let members = [ResourceReference(id: "1", display: nil)]
        let group = Representation.group(["displayName": "g"], metadata, members: members, ServiceURL("https://a"))
        #expect(group["members"] == [["value": "1", "$ref": "https://a/Users/1", "type": "User"]])
        #expect(try GroupResource(group).memberIDs == ["1"])
        #expect(Representation.group(["displayName": "g"], metadata, members: nil, base)["members"] == nil)
        #expect(Representation.group(["displayName": "g"], metadata, members: [], base)["members"] == nil)
    }

    @Test func lists() {
        #expect(
            ListResponse(totalResults: 9, startIndex: 3, resources: [["id": "1"], ["id": "2"]]).body
                == object(
                    #"""
                    {"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 9,
                     "itemsPerPage": 2, "startIndex": 3, "Resources": [{"id": "1"}, {"id": "2"}]}
                    """#))
        #expect(ListResponse(all: [["id": "1"]]).body["totalResults"] == 1)
        #expect(ListResponse(totalResults: 0, resources: []).body["Resources"] == [])
    }
}

@Suite struct ProjectionTests {
    private let user = object(
        #"""
        {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "bj",
         "name": {"familyName": "J", "givenName": "B"}, "password": "x", "unknown": 1,
         "emails": [{"value": "w@x", "type": "work"}, {"type": "home"}],
         "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
           {"department": "d", "manager": {"value": "m", "displayName": "M"}},
         "meta": {"resourceType": "User", "version": "W/\"1\""}}
        """#)

    /// What is left beside `schemas` and `id`, which always are.
    @Test(arguments: [
        (
            "", "",
            #""userName":"bj","name":{"familyName":"J","givenName":"B"},"emails":[{"value":"w@x","type":"work"},{"type":"home"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"d","manager":{"value":"m","displayName":"M"}},"meta":{"resourceType":"User","version":"W/\"1\""}"#
        ), ("userName", "", #""userName":"bj""#),
        (" USERNAME , Name.FamilyName ", "", #""userName":"bj","name":{"familyName":"J"}"#),
        ("name", "", #""name":{"familyName":"J","givenName":"B"}"#),
        ("emails.value", "", #""emails":[{"value":"w@x"}]"#),
        ("emails.display", "", ""), ("id", "", ""), ("password", "", ""), ("nothing,urn:example:2.0:X:y", "", ""),
        ("meta.version", "", #""meta":{"version":"W/\"1\""}"#),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "",
            #""urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"d","manager":{"value":"m","displayName":"M"}}"#
        ),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value,urn:ietf:params:scim:schemas:core:2.0:User:userName",
            "",
            #""userName":"bj","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"m"}}"#
        ),
        (
            "", "emails,meta,name,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
            #""userName":"bj","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"d"}"#
        ),
        (
            "", "emails.TYPE,meta,name.givenName,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            #""userName":"bj","name":{"familyName":"J"},"emails":[{"value":"w@x"}]"#
        ),
        (
            "", "urn:ietf:params:scim:schemas:core:2.0:User,id,schemas",
            #""urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"d","manager":{"value":"m","displayName":"M"}}"#
        ),
    ])
    func shows(_ attributes: String, _ excluded: String, _ rest: String) throws {
        let projection = try Projection(
            attributes: Projection.names(attributes), excluded: Projection.names(excluded), of: .user)
        let head = #"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1""#
        #expect(
            JSONValue.object(projection.apply(to: user)).encodedText() == head + (rest.isEmpty ? "" : ",") + rest + "}")
    }

    @Test(arguments: [
        (["userName"], ["title"], "attributes and excludedAttributes exclude each other."),
        (
            ["user name"], [],
            "attributes is not valid: an attribute is written as name, name.subName or urn:...:name, in letters, digits, - and _."
        ),
        (
            [], ["emails[type eq \"work\"]"],
            "excludedAttributes is not valid: an attribute is written as name, name.subName or urn:...:name, in letters, digits, - and _."
        ),
        (
            ["x:y"], [],
            "attributes is not valid: what stands before the last colon of an attribute must be the URN of its schema."
        ),
        (Array(repeating: "userName", count: 201), [], "attributes has more than 200 names."),
        ([String(repeating: "a", count: 4097)], [], "attributes has a name that is too long."),
    ])
    func refuses(_ attributes: [String], _ excluded: [String], _ reason: String) {
        let answer = refusal { () throws(SCIMError) in
            try Projection(attributes: attributes, excluded: excluded, of: .user)
        }
        #expect(answer == "400 invalidValue: " + reason)
    }

    /// Whether a group's members need to be read.
    @Test(arguments: [
        ([], [], true), ([], ["members"], false), (["displayName"], [], false), (["members.value"], [], true),
        (["MEMBERS"], [], true), ([], ["urn:ietf:params:scim:schemas:core:2.0:Group:members"], false),
        ([], ["members.display"], true),
    ])
    func members(_ attributes: [String], _ excluded: [String], _ isIncluded: Bool) throws {
        let projection = try Projection(attributes: attributes, excluded: excluded, of: .group)
        #expect(projection.includes("members") == isIncluded)
        #expect(!projection.includes("nothing"))
        #expect(Projection.standard(of: .group).includes("members"))
    }
}

@Suite struct EntityTagTests {
    @Test(arguments: [
        ("*", true, true), (#"W/"12""#, true, false), (#""12""#, true, false), (#"W/"1", "x" ,W/"12""#, true, false),
        (#" , W/"12", "#, true, false), (#"W/"13""#, false, false), (#"W/"012""#, false, false),
        (#""a,b","12""#, true, false), (#""""#, false, false),
    ])
    func conditions(_ text: String, _ matches: Bool, _ isAny: Bool) throws {
        let condition = try EntityTagCondition(text)
        #expect(condition.matches(EntityTag(revision: 12)) == matches)
        #expect(!condition.matches(nil))
        #expect((condition == .any) == isAny)
    }

    @Test(arguments: [
        "", " ", ",", "12", "W/12", #"w/"12""#, #"W/"12"#, #""1" "2""#, "*, \"1\"", #"W/"a b""#, #"W/ "1""#,
        "\"\u{7F}\"",
        Array(repeating: #""1""#, count: 101).joined(separator: ","),
    ])
    func refuses(_ text: String) {
        #expect(
            refusal { () throws(SCIMError) in try EntityTagCondition(text) }
                == #"400 invalidSyntax: If-Match and If-None-Match are * or a list of at most 100 tags such as W/"12"."#
        )
    }

    @Test func tags() throws {
        #expect(EntityTag(revision: 12).text == #"W/"12""#)
        #expect(EntityTag(revision: .min).revision == .min)
        guard case .tags(let tags) = try EntityTagCondition(#"W/"7", "+7", "x""#) else {
            throw SCIMError(status: 500, "")
        }
        #expect(tags.map(\.revision) == [7, nil, nil])
    }
}
