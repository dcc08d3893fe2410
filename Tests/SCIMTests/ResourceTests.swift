import SCIM
import StrictJSON
import Testing

private let userSchema = #""schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]"#
private let groupSchema = #""schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"]"#

@Suite struct UserResourceTests {
    /// The RFC's full user: everything that is the service's to say is left out, everything else kept.
    @Test func fullUser() throws {
        let user = try UserResource(bjensen)
        #expect(user.userName == "bjensen@example.com")
        #expect(user.externalID == "701984")
        #expect(user.isActive)
        #expect(user.displayName == "Babs Jensen")
        #expect(user.givenName == "Barbara")
        #expect(user.familyName == "Jensen")
        #expect(user.formattedName == "Ms. Barbara J Jensen, III")
        #expect(user.primaryEmail == "bjensen@example.com")
        #expect(user.workEmail == "bjensen@example.com")
        for name in ["id", "meta", "groups", "schemas", "password"] { #expect(user.attributes[name] == nil) }
        for name in ["emails", "addresses", "phoneNumbers", "ims", "photos", "x509Certificates", "title"] {
            #expect(user.attributes[name] == bjensen[name])
        }
        // `manager.displayName` is read-only.
        #expect(
            user.attributes[enterpriseURN]?["manager"]
                == ["value": "26118915-6090-4610-87e4-49d8ca9f808d", "$ref": "../Users/26118915"])
        #expect(try UserResource(attributes: user.attributes) == user)
    }

    /// What is stored of a body, exactly.
    @Test(arguments: [
        (
            "names without case", #""USERNAME": "a", "Name": {"GIVENNAME": "x"}"#,
            #"{"userName":"a","name":{"givenName":"x"}}"#
        ),
        (
            "null and empty are absent",
            #""userName": "a", "title": null, "emails": [], "name": {"givenName": null}, "roles": [null]"#,
            #"{"userName":"a"}"#
        ),
        (
            "what the service says is ignored",
            #""userName": "a", "id": "evil", "meta": {"version": 7}, "groups": "all of them""#, #"{"userName":"a"}"#
        ),
        ("a password is dropped", #""userName": "a", "password": "t1meMa$heen""#, #"{"userName":"a"}"#),
        (
            "unknown attributes are ignored",
            #""userName": "a", "isAdmin": true, "urn:example:2.0:X": {"a": 1}, "emails": [{"value": "a@b", "secret": 1}]"#,
            #"{"userName":"a","emails":[{"value":"a@b"}]}"#
        ),
        (
            "booleans as texts",
            #""userName": "a", "active": "False", "emails": [{"value": "a@b", "primary": "True"}]"#,
            #"{"userName":"a","active":false,"emails":[{"value":"a@b","primary":true}]}"#
        ),
        (
            "texts for complex values", #""userName": "a", "roles": ["admin", "admin", "user"]"#,
            #"{"userName":"a","roles":[{"value":"admin"},{"value":"user"}]}"#
        ),
        (
            "a value once",
            #""userName": "a", "emails": [{"value": "a@b", "type": "work"}, {"type": "work", "value": "a@b"}]"#,
            #"{"userName":"a","emails":[{"value":"a@b","type":"work"}]}"#
        ),
        (
            "the schema's order", #""title": "t", "emails": [], "active": true, "externalId": "e", "userName": "a""#,
            #"{"externalId":"e","userName":"a","title":"t","active":true}"#
        ),
        (
            "the extension, also without its URN in schemas",
            #""userName": "a", "URN:ietf:params:scim:schemas:extension:enterprise:2.0:USER": {"DEPARTMENT": "d", "manager": "m"}"#,
            #"{"userName":"a","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"d","manager":{"value":"m"}}}"#
        ),
        (
            "an empty extension is absent",
            #""userName": "a", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {}"#, #"{"userName":"a"}"#
        ),
        (
            "types are suggestions", #""userName": "a", "emails": [{"value": "a@b", "type": "boat"}]"#,
            #"{"userName":"a","emails":[{"value":"a@b","type":"boat"}]}"#
        ),
    ])
    func stores(_ rule: String, _ body: String, _ stored: String) throws {
        let user = try UserResource(object("{\(userSchema), \(body)}"))
        #expect(JSONValue.object(user.attributes).encodedText() == stored)
    }

    @Test(arguments: [
        (
            #"{"userName": "a"}"#,
            "400 invalidSyntax: schemas is required: an array that contains urn:ietf:params:scim:schemas:core:2.0:User."
        ),
        (
            #"{"schemas": "urn:ietf:params:scim:schemas:core:2.0:User", "userName": "a"}"#,
            "400 invalidSyntax: schemas is required: an array that contains urn:ietf:params:scim:schemas:core:2.0:User."
        ),
        (
            #"{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "userName": "a"}"#,
            "400 invalidSyntax: schemas must contain urn:ietf:params:scim:schemas:core:2.0:User."
        ),
    ])
    func schemas(_ body: String, _ answer: String) {
        #expect(refusal { () throws(SCIMError) in try UserResource(object(body)) } == answer)
    }

    @Test(arguments: [
        ("", "userName is required."), (#", "userName": null"#, "userName is required."),
        (#", "userName": """#, "userName is required."),
        (#", "userName": 7"#, "userName must be a string, not a number."),
        (#", "userName": ["a"]"#, "userName must be a string, not an array."),
        (#", "userName": " a""#, "userName must not begin or end with white space."),
        (#", "userName": "a\u00a0""#, "userName must not begin or end with white space."),
        (#", "userName": "a\nb""#, "userName contains a control character."),
        (#", "userName": "a\u0085b""#, "userName contains a control character."),
        (#", "userName": "a\u0000b""#, "userName contains a NUL character."),
        (#", "userName": "a", "username": "b""#, "userName is given twice, in different case."),
        (#", "userName": "a", "active": "yes""#, "active must be a boolean, not a string."),
        (#", "userName": "a", "active": 1"#, "active must be a boolean, not a number."),
        (#", "userName": "a", "name": "Barbara""#, "name must be an object, not a string."),
        (#", "userName": "a", "name": {"givenName": ["x"]}"#, "name.givenName must be a string, not an array."),
        (#", "userName": "a", "emails": {"value": "a@b"}"#, "emails must be an array, not an object."),
        (#", "userName": "a", "emails": [{"value": 5}]"#, "emails[0].value must be a string, not a number."),
        (#", "userName": "a", "emails": [{"value": "a@b"}, 5]"#, "emails[1] must be an object, not a number."),
        (#", "userName": "a", "addresses": ["Main Street"]"#, "addresses[0] must be an object, not a string."),
        (
            #", "userName": "a", "emails": [{"value": "a", "primary": true}, {"value": "b", "primary": "true"}]"#,
            "emails has more than one value that is primary."
        ),
        (#", "userName": "a", "title": "x\u0000""#, "title contains a NUL character."),
        (#", "userName": "a", "profileUrl": 5"#, "profileUrl must be a URI as a string, not a number."),
        (#", "userName": "a", "password": 5"#, "password must be a string, not a number."),
        (
            #", "userName": "a", "x509Certificates": [{"value": "no base64!"}]"#,
            "x509Certificates[0].value must be a string in base64."
        ),
        (#", "userName": "a", "externalId": {}"#, "externalId must be a string, not an object."),
        (
            #", "userName": "a", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": []"#,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User must be an object, not an array."
        ),
        (
            #", "userName": "a", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": 1}"#,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department must be a string, not a number."
        ),
    ])
    func refuses(_ members: String, _ reason: String) {
        let answer = refusal { () throws(SCIMError) in try UserResource(object("{\(userSchema)\(members)}")) }
        #expect(answer == "400 invalidValue: " + reason)
    }

    @Test func limits() {
        func answer(_ attributes: JSONObject) -> String {
            refusal { () throws(SCIMError) in try UserResource(attributes: attributes) }
        }
        let long = { (count: Int) in JSONValue(String(repeating: "a", count: count)) }
        #expect(answer(["userName": long(320)]) == "none")
        #expect(answer(["userName": long(321)]) == "400 invalidValue: userName is longer than 320 bytes.")
        #expect(answer(["userName": "a", "title": long(1024)]) == "none")
        #expect(answer(["userName": "a", "title": long(1025)]) == "400 invalidValue: title is longer than 1024 bytes.")
        #expect(answer(["userName": "a", "profileUrl": long(2048)]) == "none")
        #expect(
            answer(["userName": "a", "profileUrl": long(2049)])
                == "400 invalidValue: profileUrl is longer than 2048 bytes.")
        #expect(answer(["userName": "a", "x509Certificates": [["value": long(16384)]]]) == "none")
        #expect(
            answer(["userName": "a", "x509Certificates": [["value": long(16388)]]])
                == "400 invalidValue: x509Certificates[0].value is longer than 16384 bytes.")
        let values = { (count: Int) in JSONValue.array((0..<count).map { ["value": JSONValue("r\($0)")] }) }
        #expect(answer(["userName": "a", "roles": values(100)]) == "none")
        #expect(answer(["userName": "a", "roles": values(101)]) == "400 invalidValue: roles has more than 100 values.")
    }

    @Test(
        arguments: [
            (#"[{"value": "a"}, {"value": "b", "type": "Work"}, {"value": "c", "primary": true}]"#, "c", "b", "c"),
            (#"[{"value": "a"}, {"value": "b", "type": "work"}]"#, nil, "b", "b"),
            (#"[{"value": "a"}]"#, nil, nil, "a"),
            (#"[{"type": "work"}, {"value": "", "primary": true}]"#, nil, nil, nil), ("[]", nil, nil, nil),
        ] as [(String, String?, String?, String?)])
    func emails(_ emails: String, _ primary: String?, _ work: String?, _ best: String?) throws {
        let user = try UserResource(object("{\(userSchema), \"userName\": \"a\", \"emails\": \(emails)}"))
        #expect(user.primaryEmail == primary)
        #expect(user.workEmail == work)
        #expect(user.email == best)
        #expect(user.isActive)
    }

    @Test func userNamesAreUniqueWithoutCase() throws {
        let keys = try ["BJensen@Example.com", "bjensen@example.COM"].map {
            try UserResource(attributes: ["userName": JSONValue($0)]).userNameKey
        }
        #expect(keys[0] == keys[1])
    }
}

@Suite struct GroupResourceTests {
    @Test(arguments: [
        ("no members", #""displayName": "g""#, []), ("null", #""displayName": "g", "members": null"#, []),
        (
            "objects",
            #""displayName": "g", "members": [{"value": "1", "display": "x", "$ref": "https://a/Users/1", "type": "User"}]"#,
            ["1"]
        ),
        ("each once", #""displayName": "g", "members": [{"value": "2"}, {"value": "1"}, {"VALUE": "2"}]"#, ["2", "1"]),
        ("texts", #""displayName": "g", "Members": ["1", "2"]"#, ["1", "2"]),
        ("empty type", #""displayName": "g", "members": [{"value": "1", "type": "", "$ref": null}]"#, ["1"]),
    ])
    func members(_ rule: String, _ body: String, _ ids: [String]) throws {
        let group = try GroupResource(object("{\(groupSchema), \(body)}"))
        #expect(group.memberIDs == ids)
        #expect(group.attributes == ["displayName": "g"])
    }

    @Test(arguments: [
        ("", "displayName is required."), (#", "displayName": """#, "displayName is required."),
        (#", "displayName": "  ""#, "displayName must not begin or end with white space."),
        (#", "displayName": "g", "members": {"value": "1"}"#, "members must be an array, not an object."),
        (
            #", "displayName": "g", "members": [{"value": "1", "type": "Group"}]"#,
            "members[0].type must be User: groups within groups are not supported."
        ),
        (
            #", "displayName": "g", "members": [{"value": "1", "$ref": "https://a/v2/Groups/1"}]"#,
            "members[0].$ref must be of a user: groups within groups are not supported."
        ),
        (#", "displayName": "g", "members": [{"value": "1"}, {"display": "x"}]"#, "members[1].value is required."),
        (#", "displayName": "g", "members": [{"value": ""}]"#, "members[0].value is required."),
        (#", "displayName": "g", "members": [{"value": 7}]"#, "members[0].value must be a string, not a number."),
        (#", "displayName": "g", "members": [7]"#, "members[0] must be an object, not a number."),
        (
            #", "displayName": "g", "members": [{"value": "1", "type": 7}]"#,
            "members[0].type must be a string, not a number."
        ),
        (#", "displayName": "g", "members": [], "MEMBERS": []"#, "members is given twice, in different case."),
        (#", "displayName": "g", "members": ["1", "2", "3", "4"]"#, "members has more than 3 values."),
    ])
    func refuses(_ members: String, _ reason: String) {
        let answer = refusal { () throws(SCIMError) in
            try GroupResource(object("{\(groupSchema)\(members)}"), limits: ResourceLimits(members: 3))
        }
        #expect(answer == "400 invalidValue: " + reason)
    }

    @Test func manyMembers() throws {
        let members = JSONValue.array((0..<50_000).map { ["value": JSONValue("user-\($0)")] })
        let body: JSONObject = [
            "schemas": [JSONValue(Schema.group.id)], "displayName": "all", "externalId": "x", "members": members,
        ]
        let group = try GroupResource(body)
        #expect(group.memberIDs.count == 50_000)
        #expect(group.externalID == "x")
        #expect(group.attributes["members"] == nil)
    }
}
