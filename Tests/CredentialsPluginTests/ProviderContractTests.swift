import Broker
import DescriptionDocuments
import GatehouseTesting
import HTTPTypes
import Identifiers
import ServerPlugin
import StrictJSON
import Testing

/// Each operation on providers answers with every field of its schema and no other, at every depth.
@Suite struct ProviderContractTests {
    @Test func everyOperationAnswersAsTheSchemaSays() async throws {
        let document = try JSONValue.parse(DescriptionDocuments.openAPI, limits: JSONLimits(maximumBytes: 4 << 20))
        let web = TestWeb()
        let api = API(try await TestWorld(web: web))
        web.publish(try TestIssuer(name: "idp", issuer: ProviderTests.issuer))
        var done: Set<String> = []
        func run(
            _ method: HTTPRequest.Method, _ rest: String, _ body: String = "", name: String = ""
        ) async throws
            -> API.Answer
        {
            let template = "/api/web/custom/namespaces/{namespace}/" + rest
            let path = template.replacing("{namespace}", with: "system").replacing("{name}", with: name)
            let answer = try await api.call(method, path, body)
            #expect(answer.status == 200, "\(method) \(path): \(answer.body.encodedText())")
            let operation = document["paths"]?[template]?[method.rawValue.lowercased()]
            let schema = operation?["responses"]?["200"]?["content"]?["application/json"]?["schema"]
            try Self.check(answer.body, try #require(schema), document, "\(method) \(template)")
            done.insert("\(method) \(rest)")
            return answer
        }
        let specs = [
            ("azure_oidc_spec_type", #""issuer":"https://azure.example.com","#),
            ("okta_oidc_spec_type", #""issuer":"https://okta.example.com","#), ("google_oidc_spec_type", ""),
            ("oidc_v10_spec_type", #""issuer":"https://generic.example.com","#),
        ]
        var names: [String] = ["ci"]
        for (form, issuer) in specs {
            let members =
                issuer + #""client_id":"a","client_secret":"x","authorization_url":"https://a.example/a","#
                + #""token_url":"https://a.example/t""#
            names.append(try await run(.post, "oidc_providers", ProviderTests.body(form, members)).name)
        }
        let workload = try await run(.post, "oidc_providers", ProviderTests.workload()).name
        names.append(workload)
        _ = try await run(.get, "oidc_providers")
        for name in names {
            _ = try await run(.get, "oidc_providers/{name}", name: name)
            _ = try await run(.get, "oidc_provider/{name}", name: name)
        }
        _ = try await run(.put, "oidc_providers/{name}", ProviderTests.workload(), name: workload)
        _ = try await run(.post, "oidc_providers/{name}", ProviderTests.workload(), name: workload)
        _ = try await run(.post, "oidc_providers/{name}/mappers", "{}", name: workload)
        _ = try await run(.get, "oidc_providers/{name}/mappers", name: workload)
        _ = try await run(.post, "oidc_providers/{name}/test", "{}", name: workload)
        for isOn in ["true", "false"] {
            _ = try await run(.put, "oidc_providers/{name}/scim", #"{"scim_enabled":\#(isOn)}"#, name: workload)
        }
        _ = try await run(.post, "oidc_providers/{name}/delete", "{}", name: workload)
        _ = try await run(.post, "oidc_provider/{name}/delete", "", name: names[1])
        #expect(done.count == 12)
    }

    private static func check(_ value: JSONValue, _ schema: JSONValue, _ document: JSONValue, _ place: String) throws {
        if let reference = schema["$ref"]?.stringValue, let name = reference.split(separator: "/").last {
            let named = try #require(document["components"]?["schemas"]?[String(name)], "\(name)")
            return try check(value, named, document, place)
        }
        if let choices = schema["anyOf"]?.arrayValue {
            if value.isNull { return }
            return try check(value, try #require(choices.first), document, place)
        }
        if value.isNull {
            #expect(schema["nullable"] == true, "\(place) is null")
            return
        }
        if let allowed = schema["enum"]?.arrayValue { #expect(allowed.contains(value), "\(place) \(value)") }
        switch schema["type"]?.stringValue {
        case "array"?:
            let elements = try #require(value.arrayValue, "\(place) is an array")
            for element in elements { try check(element, schema["items"] ?? .null, document, place + "[]") }
        case "string"?: #expect(value.stringValue != nil, "\(place) is a string")
        case "integer"?: #expect(value.integerValue != nil, "\(place) is an integer")
        case "boolean"?: #expect(value.boolValue != nil, "\(place) is a boolean")
        default:
            let object = try #require(value.objectValue, "\(place) is an object")
            let properties = schema["properties"]?.objectValue ?? JSONObject()
            #expect(schema["additionalProperties"] != nil || Set(object.names) == Set(properties.names), "\(place)")
            for property in properties.members {
                let name = property.name.rawValue
                try check(object[name] ?? .null, property.value, document, place + "." + name)
            }
        }
    }
}
