import SCIM
import StrictJSON
import Testing

/// The body of a PATCH with these operations.
func patch(_ operations: String) -> JSONObject {
    object(#"{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [\#(operations)]}"#)
}

private let stored = object(
    #"""
    {"externalId": "e1", "userName": "bj", "name": {"familyName": "Jensen", "givenName": "Barbara"}, "title": "Guide",
     "active": true,
     "emails": [{"value": "w@x.example", "type": "work", "primary": true}, {"value": "h@x.example", "type": "home"}],
     "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
       {"department": "Tours", "manager": {"value": "m1", "$ref": "../Users/m1"}}}
    """#)

private let work = #"{"value":"w@x.example","type":"work","primary":true}"#
private let home = #"{"value":"h@x.example","type":"home"}"#

@Suite struct UserPatchTests {
    private func apply(
        _ operations: String, to attributes: JSONObject = stored
    ) throws(SCIMError) -> PatchOutcome<UserResource> {
        try UserPatch(patch(operations)).apply(to: try UserResource(attributes: attributes))
    }

    /// One attribute after the operations; `unchanged` when nothing has changed at all.
    @Test(arguments: [
        // RFC 7644 §3.5.2.1: add.
        (
            "add without path",
            #"{"op":"add","value":{"emails":[{"value":"babs@jensen.org","type":"home"}],"nickname":"Babs"}}"#, "emails",
            "[\(work),\(home),{\"value\":\"babs@jensen.org\",\"type\":\"home\"}]"
        ),
        ("add without path, the other attribute", #"{"op":"add","value":{"nickname":"Babs"}}"#, "nickName", #""Babs""#),
        ("add replaces a single value", #"{"op":"add","path":"title","value":"Boss"}"#, "title", #""Boss""#),
        ("add of the same value", #"{"op":"add","path":"title","value":"Guide"}"#, "title", "unchanged"),
        (
            "add of a value that is there", "{\"op\":\"add\",\"path\":\"emails\",\"value\":[\(home)]}", "emails",
            "unchanged"
        ),
        (
            "add of the same value and type",
            #"{"op":"add","path":"emails","value":{"value":"h@x.example","type":"home","display":"d"}}"#, "emails",
            "[\(work),{\"value\":\"h@x.example\",\"display\":\"d\",\"type\":\"home\"}]"
        ),
        (
            "add merges a complex value", #"{"op":"add","path":"name","value":{"middleName":"J"}}"#, "name",
            #"{"familyName":"Jensen","givenName":"Barbara","middleName":"J"}"#
        ),
        (
            "add of a sub-attribute", #"{"op":"add","path":"name.givenName","value":"Babs"}"#, "name",
            #"{"familyName":"Jensen","givenName":"Babs"}"#
        ),
        (
            "add of a new primary value",
            #"{"op":"add","path":"emails","value":[{"value":"n@x.example","primary":true}]}"#, "emails",
            "[{\"value\":\"w@x.example\",\"type\":\"work\",\"primary\":false},\(home),{\"value\":\"n@x.example\",\"primary\":true}]"
        ),
        (
            "add makes another primary", #"{"op":"add","path":"emails[type eq \"home\"].primary","value":"True"}"#,
            "emails",
            #"[{"value":"w@x.example","type":"work","primary":false},{"value":"h@x.example","type":"home","primary":true}]"#
        ),
        (
            "add to a selected value", #"{"op":"add","path":"emails[type eq \"home\"]","value":{"display":"d"}}"#,
            "emails", "[\(work),{\"value\":\"h@x.example\",\"display\":\"d\",\"type\":\"home\"}]"
        ),
        (
            "add makes what the filter describes",
            #"{"op":"add","path":"emails[type eq \"other\"]","value":{"value":"o@x.example"}}"#, "emails",
            "[\(work),\(home),{\"value\":\"o@x.example\",\"type\":\"other\"}]"
        ),
        // §3.5.2.2: remove.
        ("remove a value", #"{"op":"remove","path":"title"}"#, "title", "absent"),
        ("remove what is not there", #"{"op":"remove","path":"nickName"}"#, "nickName", "unchanged"),
        ("remove a sub-attribute", #"{"op":"remove","path":"name.givenName"}"#, "name", #"{"familyName":"Jensen"}"#),
        ("remove all values", #"{"op":"remove","path":"emails"}"#, "emails", "absent"),
        (
            "remove selected values", #"{"op":"remove","path":"emails[type eq \"work\" and value ew \"x.example\"]"}"#,
            "emails", "[\(home)]"
        ),
        ("remove the last values", #"{"op":"remove","path":"emails[value ew \"x.example\"]"}"#, "emails", "absent"),
        (
            "remove of what no filter finds", #"{"op":"remove","path":"emails[type eq \"other\"]"}"#, "emails",
            "unchanged"
        ),
        (
            "remove a sub-attribute of selected values", #"{"op":"remove","path":"emails[type eq \"work\"].primary"}"#,
            "emails", "[{\"value\":\"w@x.example\",\"type\":\"work\"},\(home)]"
        ),
        (
            "remove a sub-attribute of all", #"{"op":"remove","path":"emails.type"}"#, "emails",
            #"[{"value":"w@x.example","primary":true},{"value":"h@x.example"}]"#
        ),
        (
            "remove listed values", #"{"op":"remove","path":"emails","value":[{"value":"h@x.example"}]}"#, "emails",
            "[\(work)]"
        ),
        (
            "remove the extension",
            #"{"op":"remove","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"}"#, enterpriseURN,
            "absent"
        ),
        // §3.5.2.3: replace.
        (
            "replace all values", #"{"op":"replace","path":"emails","value":[{"value":"n@x.example"}]}"#, "emails",
            #"[{"value":"n@x.example"}]"#
        ),
        (
            "replace without path",
            #"{"op":"replace","value":{"emails":[{"value":"n@x.example","primary":true}],"title":"Boss"}}"#, "emails",
            #"[{"value":"n@x.example","primary":true}]"#
        ),
        ("replace by null", #"{"op":"replace","path":"title","value":null}"#, "title", "absent"),
        ("replace by an empty array", #"{"op":"replace","path":"emails","value":[]}"#, "emails", "absent"),
        (
            "replace merges a complex value",
            #"{"op":"replace","path":"name","value":{"givenName":"Babs","familyName":null}}"#, "name",
            #"{"givenName":"Babs"}"#
        ),
        (
            "replace a selected value",
            #"{"op":"replace","path":"emails[type eq \"work\"]","value":{"value":"n@x.example"}}"#, "emails",
            "[{\"value\":\"n@x.example\"},\(home)]"
        ),
        (
            "replace a sub-attribute of selected values",
            #"{"op":"replace","path":"emails[type eq \"WORK\"].value","value":"n@x.example"}"#, "emails",
            "[{\"value\":\"n@x.example\",\"type\":\"work\",\"primary\":true},\(home)]"
        ),
        ("replace with the same", #"{"op":"replace","path":"active","value":true}"#, "active", "unchanged"),
        (
            "replace with the same, without path", #"{"op":"replace","value":{"userName":"bj","active":"True"}}"#,
            "active", "unchanged"
        ),
        // Entra ID.
        ("Entra disables a user", #"{"op":"Replace","path":"active","value":"False"}"#, "active", "false"),
        ("Entra disables a user, newer", #"{"op":"replace","path":"active","value":false}"#, "active", "false"),
        (
            "Entra's arrays of one", #"{"op":"Replace","path":"userName","value":[{"$ref":null,"value":"bj2"}]}"#,
            "userName", #""bj2""#
        ),
        (
            "Entra makes the first address of its kind",
            #"{"op":"Replace","path":"phoneNumbers[type eq \"mobile\"].value","value":"555"}"#, "phoneNumbers",
            #"[{"value":"555","type":"mobile"}]"#
        ),
        (
            "Entra's boolean in a filter", #"{"op":"Add","path":"roles[primary eq \"True\"].value","value":"admin"}"#,
            "roles", #"[{"value":"admin","primary":true}]"#
        ),
        (
            "Entra's dotted names", #"{"op":"replace","value":{"name.givenName":"Babs","name.familyName":"J"}}"#,
            "name", #"{"familyName":"J","givenName":"Babs"}"#
        ),
        (
            "Entra's URN in a name",
            #"{"op":"Add","value":{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department":"Sales"}}"#,
            enterpriseURN, #"{"department":"Sales","manager":{"value":"m1","$ref":"../Users/m1"}}"#
        ),
        (
            "Entra's path in a name", #"{"op":"Add","value":{"emails[type eq \"work\"].value":"n@x.example"}}"#,
            "emails", "[{\"value\":\"n@x.example\",\"type\":\"work\",\"primary\":true},\(home)]"
        ),
        (
            "Entra replaces the manager",
            #"{"op":"Replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"m2"}"#,
            enterpriseURN, #"{"department":"Tours","manager":{"value":"m2"}}"#
        ),
        (
            "Entra replaces the manager, older",
            #"{"op":"Replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":[{"$ref":"http://a/Users/m2","value":"m2"}]}"#,
            enterpriseURN, #"{"department":"Tours","manager":{"value":"m2","$ref":"http://a/Users/m2"}}"#
        ),
        (
            "Entra removes the manager",
            #"{"op":"Remove","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"}"#,
            enterpriseURN, #"{"department":"Tours"}"#
        ),
        (
            "the extension as an object",
            #"{"op":"replace","value":{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":null,"costCenter":"1"}}}"#,
            enterpriseURN, #"{"costCenter":"1","manager":{"value":"m1","$ref":"../Users/m1"}}"#
        ),
        (
            "the extension as a path",
            #"{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","value":{"division":"d"}}"#,
            enterpriseURN, #"{"division":"d","department":"Tours","manager":{"value":"m1","$ref":"../Users/m1"}}"#
        ),
        // Okta.
        ("Okta disables a user", #"{"op":"replace","value":{"active":false}}"#, "active", "false"),
        ("Okta sets a password", #"{"op":"replace","value":{"password":"t1meMa$heen"}}"#, "password", "unchanged"),
        ("a password by its path", #"{"op":"replace","path":"password","value":"x"}"#, "password", "unchanged"),
        // Without a path, what is unknown or the service's is passed over.
        (
            "unknown names",
            #"{"op":"add","value":{"shoeSize":42,"urn:example:2.0:X:y":1,"id":"evil","meta":{},"schemas":[],"groups":[{"value":"admins"}]}}"#,
            "id", "unchanged"
        ),
        // Several operations, one after the other.
        (
            "remove and add",
            #"{"op":"remove","path":"emails[type eq \"work\"]"},{"op":"add","path":"emails","value":[{"value":"n@x.example","type":"work","primary":true}]}"#,
            "emails", "[\(home),{\"value\":\"n@x.example\",\"type\":\"work\",\"primary\":true}]"
        ),
        (
            "back and forth", #"{"op":"remove","path":"title"},{"op":"add","path":"title","value":"Guide"}"#, "title",
            "unchanged"
        ),
        (
            "required in between", #"{"op":"remove","path":"userName"},{"op":"add","path":"userName","value":"bj3"}"#,
            "userName", #""bj3""#
        ),
    ])
    func changes(_ rule: String, _ operations: String, _ attribute: String, _ expected: String) throws {
        let outcome = try apply(operations)
        let value = outcome.resource.attributes[attribute]?.encodedText() ?? "absent"
        #expect((outcome.isChanged ? value : "unchanged") == expected)
        #expect(try UserResource(attributes: outcome.resource.attributes) == outcome.resource)
        // What is done twice is as what is done once, but where the new value is none that the filter selects.
        guard rule != "replace a selected value" else { return }
        #expect(try UserPatch(patch(operations)).apply(to: outcome.resource).resource == outcome.resource)
    }

    /// The example of RFC 7644 §3.5.2.3, on the user of RFC 7643.
    @Test func replaceAnAddress() throws {
        let user = try storedUser()
        let whole = try UserPatch(
            patch(
                #"""
                {"op":"replace","path":"addresses[type eq \"work\"]","value":
                  {"type":"work","streetAddress":"911 Universal City Plaza","locality":"Hollywood","region":"CA",
                   "postalCode":"91608","country":"US","primary":true}}
                """#)
        ).apply(to: user)
        let addresses = try #require(whole.resource.attributes["addresses"]?.arrayValue)
        #expect(addresses.count == 2)
        #expect(addresses[0]["streetAddress"] == "911 Universal City Plaza")
        #expect(addresses[0]["formatted"] == nil)
        let street = try UserPatch(
            patch(#"{"op":"replace","path":"addresses[type eq \"work\"].streetAddress","value":"1010 Broadway Ave"}"#)
        ).apply(to: user)
        let changed = try #require(street.resource.attributes["addresses"]?.arrayValue)
        #expect(changed[0]["streetAddress"] == "1010 Broadway Ave")
        #expect(changed[0]["formatted"] != nil)
        #expect(changed[1] == user.attributes["addresses"]?.arrayValue?[1])
    }

    @Test(arguments: [
        (#"{"op":"remove"}"#, "noTarget: Operations[0]: remove needs a path."),
        (
            #"{"op":"replace","path":"emails[type eq \"other\"]","value":{"value":"x"}}"#,
            "noTarget: Operations[0]: emails has no value that the path selects."
        ),
        (
            #"{"op":"replace","path":"emails[type ne \"work\" and type ne \"home\"].value","value":"x"}"#,
            "noTarget: Operations[0]: emails.value has no value that the path selects."
        ),
        (
            #"{"op":"add","path":"emails[type co \"other\"]","value":{"value":"x"}}"#,
            "noTarget: Operations[0]: emails has no value that the path selects."
        ),
        (
            #"{"op":"add","path":"roles.value","value":"x"}"#,
            "noTarget: Operations[0]: roles.value has no value that the path selects."
        ),
        (
            #"{"op":"replace","path":"id","value":"x"}"#,
            "mutability: Operations[0]: id is set by the service and cannot be changed."
        ),
        (
            #"{"op":"replace","path":"meta.version","value":"x"}"#,
            "mutability: Operations[0]: meta.version is set by the service and cannot be changed."
        ),
        (
            #"{"op":"add","path":"groups","value":[{"value":"admins"}]}"#,
            "mutability: Operations[0]: groups is set by the service and cannot be changed."
        ),
        (
            #"{"op":"remove","path":"groups[value eq \"x\"]"}"#,
            "mutability: Operations[0]: groups is set by the service and cannot be changed."
        ),
        (
            #"{"op":"replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName","value":"x"}"#,
            "mutability: Operations[0]: urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName is set by the service and cannot be changed."
        ),
        (#"{"op":"remove","path":"userName"}"#, "mutability: userName is required and cannot be removed."),
        (
            #"{"op":"replace","path":"userName","value":null}"#,
            "mutability: userName is required and cannot be removed."
        ),
        (#"{"op":"replace","path":"userName","value":""}"#, "invalidValue: userName is required."),
        (
            #"{"op":"replace","path":"active","value":"maybe"}"#,
            "invalidValue: Operations[0]: active must be a boolean, not a string."
        ),
        (
            #"{"op":"add","path":"title","value":"a"},{"op":"replace","path":"title","value":7}"#,
            "invalidValue: Operations[1]: title must be a string, not a number."
        ),
        (
            #"{"op":"replace","path":"title","value":["a","b"]}"#,
            "invalidValue: Operations[0]: title must be a string, not an array."
        ),
        (#"{"op":"replace","path":"title"}"#, "invalidValue: Operations[0]: replace needs a value."),
        (
            #"{"op":"add","value":"x"}"#,
            "invalidValue: Operations[0]: without a path, value must be an object, not a string."
        ),
        (
            #"{"op":"add","path":"emails","value":[{"value":"1","primary":true},{"value":"2","primary":true}]}"#,
            "invalidValue: Operations[0]: emails has more than one value that is primary."
        ),
        (
            #"{"op":"replace","path":"emails.primary","value":true}"#,
            "invalidValue: Operations[0]: emails.primary has more than one value that is primary."
        ),
        (
            #"{"op":"replace","path":"shoeSize","value":42}"#,
            "invalidPath: Operations[0]: User has no attribute shoeSize."
        ),
        (
            #"{"op":"replace","path":"urn:example:2.0:X:y","value":42}"#,
            "invalidPath: Operations[0]: User has no schema of urn:example:2.0:X:y."
        ),
        (
            #"{"op":"replace","path":"name.surname","value":"x"}"#,
            "invalidPath: Operations[0]: name has no sub-attribute surname."
        ),
        (
            #"{"op":"replace","path":"","value":"x"}"#,
            "invalidPath: Operations[0]: The path is not valid: the name of an attribute should stand here, at byte 0."
        ),
        (
            #"{"op":"replace","path":"/userName","value":"x"}"#,
            "invalidPath: Operations[0]: The path is not valid: an attribute is written as name, name.subName or urn:...:name, in letters, digits, - and _, at byte 0."
        ),
        (#"{"op":"replace","path":7,"value":"x"}"#, "invalidPath: Operations[0]: path must be a string."),
        (
            #"{"op":"replace","path":"emails[type eq \"work\"]value","value":"x"}"#,
            "invalidPath: Operations[0]: The path is not valid: the path should end here, at byte 22."
        ),
        (
            #"{"op":"replace","path":"emails[type eq \"work\"].kind","value":"x"}"#,
            "invalidPath: Operations[0]: The path is not valid: emails has no sub-attribute kind, at byte 23."
        ),
        (
            #"{"op":"replace","path":"title[value eq \"x\"]","value":"x"}"#,
            "invalidPath: Operations[0]: The path is not valid: only an attribute of several values may have brackets behind it, at byte 5."
        ),
        (
            #"{"op":"replace","path":"emails[type eq work]","value":"x"}"#,
            "invalidFilter: Operations[0]: The path is not valid: a value should follow: true, false, null, a number, or a string in double quotes, at byte 15."
        ),
        (
            #"{"op":"replace","path":"emails[kind eq \"work\"].value","value":"x"}"#,
            "invalidFilter: Operations[0]: The path is not valid: emails has no sub-attribute kind, at byte 7."
        ),
        (
            #"{"op":"replace","path":"emails[type eq \"work\"","value":"x"}"#,
            "invalidFilter: Operations[0]: The path is not valid: a ']' should follow, at byte 21."
        ),
        (
            #"{"op":"replace","path":"emails[primary gt true].value","value":"x"}"#,
            "invalidFilter: Operations[0]: The path is not valid: gt cannot compare primary, which is a boolean, at byte 18."
        ),
        (
            #"{"op":"add","value":{"emails[type eq work].value":"x"}}"#,
            "invalidFilter: Operations[0]: The path is not valid: a value should follow: true, false, null, a number, or a string in double quotes, at byte 15."
        ),
        (
            #"{"op":"remove","path":"urn:ietf:params:scim:schemas:core:2.0:User"}"#,
            "invalidPath: Operations[0]: the core schema cannot be removed."
        ),
        (
            #"{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","value":"x"}"#,
            "invalidValue: Operations[0]: urn:ietf:params:scim:schemas:extension:enterprise:2.0:User must be an object, not a string."
        ),
        (
            #"{"op":"move","path":"title","value":"x"}"#,
            "invalidSyntax: Operations[0]: op must be add, remove or replace."
        ),
        (#"{"path":"title","value":"x"}"#, "invalidSyntax: Operations[0]: op must be add, remove or replace."),
        (#"7"#, "invalidSyntax: Operations[0]: an operation must be an object, not a number."),
        ("", "invalidSyntax: Operations is required: an array of at least one operation."),
    ])
    func refuses(_ operations: String, _ answer: String) {
        #expect(refusal { () throws(SCIMError) in try apply(operations) } == "400 " + answer)
    }

    @Test func bodies() {
        let noSchema = object(#"{"Operations": [{"op": "remove", "path": "title"}]}"#)
        #expect(
            refusal { () throws(SCIMError) in try UserPatch(noSchema) }
                == "400 invalidSyntax: schemas is required: an array that contains urn:ietf:params:scim:api:messages:2.0:PatchOp."
        )
        let lowercase = object(
            #"{"SCHEMAS": ["urn:ietf:params:scim:api:messages:2.0:patchop"], "operations": [{"OP": "REMOVE", "Path": "TITLE"}]}"#
        )
        #expect(refusal { () throws(SCIMError) in try UserPatch(lowercase) } == "none")
        let many = patch(Array(repeating: #"{"op":"remove","path":"title"}"#, count: 4).joined(separator: ","))
        #expect(
            refusal { () throws(SCIMError) in try UserPatch(many, maximumOperations: 3) }
                == "413 -: A PATCH may have 3 operations, and this one has 4.")
    }

    /// Values that are added one by one meet the limit too.
    @Test func limitOfValues() throws {
        var attributes = stored
        attributes["roles"] = .array((0..<100).map { ["value": JSONValue("r\($0)")] })
        let answer = refusal { () throws(SCIMError) in
            try apply(#"{"op":"add","path":"roles","value":"one more"}"#, to: attributes)
        }
        #expect(answer == "400 invalidValue: Operations[0]: roles has more than 100 values.")
        let same = try apply(#"{"op":"add","path":"roles","value":"r7"}"#, to: attributes)
        #expect(!same.isChanged)
    }
}
