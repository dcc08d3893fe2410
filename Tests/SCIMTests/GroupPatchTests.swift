import SCIM
import StrictJSON
import Testing

@Suite struct GroupPatchTests {
    @Test(
        arguments: [
            // RFC 7644 §3.5.2.
            (
                "add a member",
                #"{"op":"add","path":"members","value":[{"display":"Babs Jensen","$ref":"https://example.com/v2/Users/2819","value":"2819"}]}"#,
                [.add(["2819"])]
            ),
            ("remove a member", #"{"op":"remove","path":"members[value eq \"2819\"]"}"#, [.remove(["2819"])]),
            ("remove all members", #"{"op":"remove","path":"members"}"#, [.removeAll]),
            (
                "remove and add",
                #"{"op":"remove","path":"members[value eq \"2819\"]"},{"op":"add","path":"members","value":[{"value":"902c"}]}"#,
                [.remove(["2819"]), .add(["902c"])]
            ),
            (
                "replace all members",
                #"{"op":"replace","path":"members","value":[{"value":"2819"},{"value":"902c"}]}"#,
                [.replaceAll(["2819", "902c"])]
            ),
            ("replace by none", #"{"op":"replace","path":"members","value":[]}"#, [.replaceAll([])]),
            // Entra ID.
            (
                "Entra adds members",
                #"{"op":"Add","path":"members","value":[{"$ref":null,"value":"f648"},{"$ref":null,"value":"a1b2"}]}"#,
                [.add(["f648", "a1b2"])]
            ),
            (
                "Entra removes members, older",
                #"{"op":"Remove","path":"members","value":[{"$ref":null,"value":"f648"}]}"#, [.remove(["f648"])]
            ),
            ("Entra removes none", #"{"op":"Remove","path":"members","value":[]}"#, []),
            (
                "several by or",
                #"{"op":"remove","path":"members[value eq \"1\" or value eq \"2\" or VALUE EQ \"1\"]"}"#,
                [.remove(["1", "2"])]
            ),
            // Okta.
            (
                "Okta adds and removes",
                #"{"op":"remove","path":"members[value eq \"1\"]"},{"op":"add","path":"members","value":[{"value":"2","display":"x@y"}]}"#,
                [.remove(["1"]), .add(["2"])]
            ),
            ("Okta renames", #"{"op":"replace","value":{"id":"abf4","displayName":"Test SCIMv2"}}"#, []),
            // Shapes.
            ("one object", #"{"op":"add","path":"members","value":{"value":"1"}}"#, [.add(["1"])]),
            ("one text", #"{"op":"add","path":"members","value":"1"}"#, [.add(["1"])]),
            ("without path", #"{"op":"add","value":{"members":[{"value":"1"}]}}"#, [.add(["1"])]),
            ("replace without path", #"{"op":"replace","value":{"members":null}}"#, [.replaceAll([])]),
            (
                "with the schema's URN",
                #"{"op":"add","path":"urn:ietf:params:scim:schemas:core:2.0:Group:MEMBERS","value":["1"]}"#,
                [.add(["1"])]
            ),
            (
                "neighbours are joined",
                #"{"op":"add","path":"members","value":["1"]},{"op":"replace","path":"displayName","value":"x"},{"op":"add","path":"members","value":["2","1"]},{"op":"remove","path":"members[value eq \"3\"]"},{"op":"remove","path":"members","value":["4"]},{"op":"remove","path":"members"},{"op":"add","path":"members","value":["5"]}"#,
                [.add(["1", "2"]), .remove(["3", "4"]), .removeAll, .add(["5"])]
            ),
        ] as [(String, String, [MembershipChange])])
    func membership(_ rule: String, _ operations: String, _ changes: [MembershipChange]) throws {
        #expect(try GroupPatch(patch(operations)).membership == changes)
    }

    @Test(arguments: [
        (#"{"op":"replace","path":"displayName","value":"new"}"#, #"{"externalId":"e","displayName":"new"}"#),
        (
            #"{"op":"Replace","path":"displayName","value":[{"$ref":null,"value":"new"}]}"#,
            #"{"externalId":"e","displayName":"new"}"#
        ),
        (
            #"{"op":"replace","value":{"id":"abf4","displayName":"new","members":["1"]}}"#,
            #"{"externalId":"e","displayName":"new"}"#
        ),
        (#"{"op":"remove","path":"externalId"}"#, #"{"displayName":"g"}"#),
        (#"{"op":"add","path":"members","value":["1"]}"#, "unchanged"),
        (#"{"op":"replace","path":"displayName","value":"g"}"#, "unchanged"),
    ])
    func attributes(_ operations: String, _ expected: String) throws {
        let group = try GroupAttributes(attributes: ["displayName": "g", "externalId": "e"])
        let outcome = try GroupPatch(patch(operations)).apply(to: group)
        let text = JSONValue.object(outcome.resource.attributes).encodedText()
        #expect((outcome.isChanged ? text : "unchanged") == expected)
    }

    @Test func onlyMembers() throws {
        #expect(try !GroupPatch(patch(#"{"op":"add","path":"members","value":["1"]}"#)).changesAttributes)
        #expect(try GroupPatch(patch(#"{"op":"replace","path":"displayName","value":"x"}"#)).changesAttributes)
    }

    @Test(arguments: [
        (
            #"{"op":"add","path":"members","value":[{"value":"1","type":"Group"}]}"#,
            "invalidValue: Operations[0]: members[0].type must be User: groups within groups are not supported."
        ),
        (
            #"{"op":"add","path":"members","value":[{"display":"x"}]}"#,
            "invalidValue: Operations[0]: members[0].value is required."
        ),
        (
            #"{"op":"add","path":"members","value":7}"#,
            "invalidValue: Operations[0]: members[0] must be an object, not a number."
        ),
        (
            #"{"op":"add","path":"members","value":["1","2","3","4"]}"#,
            "invalidValue: Operations[0]: members has more than 3 values."
        ),
        (
            #"{"op":"add","path":"members","value":["1","2"]},{"op":"remove","path":"members","value":["3","4"]}"#,
            "invalidValue: members has more than 3 values."
        ),
        (
            #"{"op":"remove","path":"members[value sw \"1\"]"}"#,
            #"invalidFilter: Operations[0]: members are selected by their value only: members[value eq "id" or value eq "id"]."#
        ),
        (
            #"{"op":"remove","path":"members[type eq \"User\"]"}"#,
            #"invalidFilter: Operations[0]: members are selected by their value only: members[value eq "id" or value eq "id"]."#
        ),
        (
            #"{"op":"remove","path":"members[value eq \"1\" and type eq \"User\"]"}"#,
            #"invalidFilter: Operations[0]: members are selected by their value only: members[value eq "id" or value eq "id"]."#
        ),
        (
            #"{"op":"remove","path":"members[not (value eq \"1\")]"}"#,
            #"invalidFilter: Operations[0]: members are selected by their value only: members[value eq "id" or value eq "id"]."#
        ),
        (
            #"{"op":"add","path":"members[value eq \"1\"]","value":{"value":"1"}}"#,
            "invalidPath: Operations[0]: members are added by the path members, without brackets."
        ),
        (
            #"{"op":"replace","path":"members[value eq \"1\"].value","value":"2"}"#,
            "mutability: Operations[0]: a member is added or removed as a whole, and not changed."
        ),
        (
            #"{"op":"remove","path":"members.value"}"#,
            "mutability: Operations[0]: a member is added or removed as a whole, and not changed."
        ),
        (
            #"{"op":"replace","path":"members[value eq \"1\"].display","value":"x"}"#,
            "mutability: Operations[0]: members.display is set by the service and cannot be changed."
        ),
        (
            #"{"op":"replace","path":"members[value eq \"1\"].displayName","value":"x"}"#,
            "invalidPath: Operations[0]: The path is not valid: members has no sub-attribute displayName, at byte 22."
        ),
        (#"{"op":"remove","path":"displayName"}"#, "mutability: displayName is required and cannot be removed."),
        (
            #"{"op":"replace","path":"userName","value":"x"}"#,
            "invalidPath: Operations[0]: Group has no attribute userName."
        ),
        (
            #"{"op":"replace","path":"displayName","value":" "}"#,
            "invalidValue: displayName must not begin or end with white space."
        ),
    ])
    func refuses(_ operations: String, _ answer: String) {
        let limits = ResourceLimits(members: 3)
        let found = refusal { () throws(SCIMError) in
            try GroupPatch(patch(operations), limits: limits)
                .apply(to: try GroupAttributes(attributes: ["displayName": "g"]), limits: limits)
        }
        #expect(found == "400 " + answer)
    }
}
