import SCIM
import StrictJSON
import Testing

@Suite struct SchemaTests {
    /// Names, types and the characteristics that differ from the usual ones (RFC 7643 §8.7.1).
    @Test(arguments: [
        ("User", "userName", "string false true false readWrite default server"),
        ("User", "name", "complex false false false readWrite default none"),
        ("User", "profileUrl", "reference false false true readWrite default none"),
        ("User", "active", "boolean false false false readWrite default none"),
        ("User", "password", "string false false false writeOnly never none"),
        ("User", "emails", "complex true false false readWrite default none"),
        ("User", "groups", "complex true false false readOnly default none"),
        ("User", "x509Certificates", "complex true false false readWrite default none"),
        ("Group", "displayName", "string false true false readWrite default none"),
        ("Group", "members", "complex true false false readWrite default none"),
    ])
    func attribute(_ schema: String, _ name: String, _ characteristics: String) throws {
        let found = try #require(Schema.withID("urn:ietf:params:scim:schemas:core:2.0:\(schema)"))
        let json = try #require(found.attribute(named: name)).json
        let shown = ["type", "multiValued", "required", "caseExact", "mutability", "returned", "uniqueness"].map {
            json[$0]?.stringValue ?? json[$0]?.boolValue.map { "\($0)" } ?? "?"
        }
        #expect(shown.joined(separator: " ") == characteristics)
    }

    @Test func namesInTheirOrder() {
        #expect(
            Schema.user.attributes.map(\.name) == [
                "userName", "name", "displayName", "nickName", "profileUrl", "title", "userType", "preferredLanguage",
                "locale", "timezone", "active", "password", "emails", "phoneNumbers", "ims", "photos", "addresses",
                "groups", "entitlements", "roles", "x509Certificates",
            ])
        #expect(
            Schema.enterpriseUser.attributes.map(\.name) == [
                "employeeNumber", "costCenter", "organization", "division", "department", "manager",
            ])
        #expect(
            Schema.group.attribute(named: "members")?.subAttributes.map(\.name) == ["value", "$ref", "display", "type"])
        #expect(
            Schema.user.attribute(named: "emails")?.subAttributes.map(\.name) == [
                "value", "display", "type", "primary",
            ])
        #expect(Schema.withID("URN:ietf:params:scim:schemas:core:2.0:user") == .user)
        #expect(Schema.withID("urn:ietf:params:scim:schemas:core:2.0:Device") == nil)
    }

    @Test func schemaResource() {
        let json = Schema.group.json(base)
        #expect(json["schemas"] == ["urn:ietf:params:scim:schemas:core:2.0:Schema"])
        #expect(json["id"] == "urn:ietf:params:scim:schemas:core:2.0:Group")
        #expect(
            json["meta"]?["location"]
                == "https://gate.example/api/scim/namespaces/system/v2/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group"
        )
        #expect(json["attributes"]?.arrayValue?.count == 2)
        #expect(
            json["attributes"]?.arrayValue?.first == [
                "name": "displayName", "type": "string", "multiValued": false, "description": "The name of the group.",
                "required": true, "caseExact": false, "mutability": "readWrite", "returned": "default",
                "uniqueness": "none",
            ])
    }

    /// Every definition in every schema has each characteristic that RFC 7643 §7 demands, and the schema of schemas names
    /// all that we write.
    @Test func theSchemasAreOfTheSchemaOfSchemas() throws {
        let described = try #require(Schema.schema.attribute(named: "attributes")).subAttributes.map(\.name)
        func check(_ definition: JSONValue) {
            let names = definition.objectValue?.names ?? []
            for name in names { #expect(described.contains(name), "\(name)") }
            for name in ["name", "type", "multiValued", "description", "required", "mutability", "returned"] {
                #expect(names.contains(name))
            }
            #expect((definition["type"] == "complex") == (definition["subAttributes"] != nil))
            for inner in definition["subAttributes"]?.arrayValue ?? [] { check(inner) }
        }
        for schema in Schema.all {
            let json = schema.json(base)
            #expect(json["name"] != "" && json["description"] != "")
            for attribute in json["attributes"]?.arrayValue ?? [] { check(attribute) }
        }
        #expect(Schema.all.count == 6)
    }

    @Test func resourceTypes() {
        #expect(
            ResourceType.user.json(base)
                == object(
                    #"""
                    {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"], "id": "User", "name": "User",
                     "endpoint": "/Users", "description": "User account",
                     "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
                     "schemaExtensions": [
                       {"schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "required": false}],
                     "meta": {"resourceType": "ResourceType",
                       "location": "https://gate.example/api/scim/namespaces/system/v2/ResourceTypes/User"}}
                    """#))
        #expect(ResourceType.group.json(base)["schemaExtensions"] == nil)
        #expect(ResourceType.named("group") == .group)
        #expect(ResourceType.named("Device") == nil)
    }

    @Test func serviceProviderConfig() {
        let json = ServiceProviderConfig(maximumResults: 200, documentationURI: "https://gate.example/docs").json(base)
        #expect(
            json
                == object(
                    #"""
                    {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
                     "documentationUri": "https://gate.example/docs", "patch": {"supported": true},
                     "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
                     "filter": {"supported": true, "maxResults": 200}, "changePassword": {"supported": false},
                     "sort": {"supported": true}, "etag": {"supported": true},
                     "authenticationSchemes": [{"type": "oauthbearertoken", "name": "OAuth Bearer Token",
                       "description": "Authentication with the SCIM token in the Authorization field.",
                       "specUri": "https://www.rfc-editor.org/info/rfc6750", "primary": true}],
                     "meta": {"resourceType": "ServiceProviderConfig",
                       "location": "https://gate.example/api/scim/namespaces/system/v2/ServiceProviderConfig"}}
                    """#))
        // What it says is of its own schema.
        for name in json.names where !["schemas", "meta"].contains(name) {
            #expect(Schema.serviceProviderConfig.attribute(named: name) != nil, "\(name)")
        }
        #expect(ServiceProviderConfig(maximumResults: 1).json(base)["documentationUri"] == nil)
    }

    @Test(arguments: [
        ("https://a.example", "https://a.example/Users/1"), ("https://a.example//", "https://a.example/Users/1"),
    ])
    func locations(_ root: String, _ location: String) {
        #expect(ServiceURL(root).location("Users", "1") == location)
        #expect(ServiceURL(root).location("Users", "a/é?").hasSuffix("/Users/a%2F%C3%A9%3F"))
    }

    /// Table 9 of RFC 7644, and the form of §3.12.
    @Test func errors() {
        #expect(
            SCIMError(.mutability, "id cannot be changed.").body == [
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "400", "scimType": "mutability",
                "detail": "id cannot be changed.",
            ])
        #expect(
            SCIMError(status: 404, "There is no such user.").body == [
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404",
                "detail": "There is no such user.",
            ])
        #expect(
            SCIMError.ScimType.allCases.map { "\($0.rawValue) \($0.status)" } == [
                "invalidFilter 400", "tooMany 400", "uniqueness 409", "mutability 400", "invalidSyntax 400",
                "invalidPath 400", "noTarget 400", "invalidValue 400", "invalidVers 400", "sensitive 403",
            ])
    }
}
