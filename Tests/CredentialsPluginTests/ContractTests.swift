import Broker
import Foundation
import GatehouseTesting
import HTTPTypes
import Identifiers
import ServerPlugin
import StrictJSON
import Testing

/// The published contract, operation by operation: fixtures/openapi has the file as it is.
@Suite struct ContractTests {
    private static let document: JSONValue = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "fixtures/openapi/openapi-authentication.json")
        guard let data = try? Data(contentsOf: file), let value = try? JSONValue.parse(Array(data)) else {
            return .null
        }
        return value
    }()

    struct Operation: Sendable, CustomTestStringConvertible {
        let method: HTTPRequest.Method
        let path: String
        let responseSchema: String

        var testDescription: String { "\(method) \(path)" }
    }

    static let operations: [Operation] = (document["paths"]?.objectValue?.members ?? []).flatMap { path in
        (path.value.objectValue?.members ?? []).compactMap { member in
            guard let method = HTTPRequest.Method(member.name.rawValue.uppercased()) else { return nil }
            let schema = member.value["responses"]?["200"]?["content"]?["application/json"]?["schema"]?["$ref"]
            return Operation(
                method: method, path: path.name.rawValue,
                responseSchema: schema?.stringValue?.split(separator: "/").last.map(String.init) ?? "")
        }
    }

    @Test func everyOperationHasARoute() async throws {
        let api = try await API.make()
        #expect(Self.operations.count == 18)
        let routed = Set(api.routes.map { "\($0.method) \($0.path.description)" })
        for operation in Self.operations {
            #expect(routed.contains("\(operation.method) \(operation.path)"), "\(operation.testDescription)")
        }
    }

    /// Each operation does its job once, and its answer has every field of the schema and no other, at every depth.
    @Test func everyOperationAnswersAsTheSchemaSays() async throws {
        let api = try await API.make()
        var done: Set<String> = []
        func run(
            _ method: HTTPRequest.Method, _ template: String, _ body: String = "", name: String = ""
        ) async throws -> API.Answer {
            let path = template.replacing("{namespace}", with: "system").replacing("{name}", with: name)
            let answer = try await api.call(method, path, body)
            #expect(answer.status == 200, "\(method) \(path): \(answer.body.encodedText())")
            let operation = try #require(Self.operations.first { $0.method == method && $0.path == template })
            try Self.check(answer.body, Self.schema(operation.responseSchema), "\(method) \(template)")
            done.insert(operation.testDescription)
            return answer
        }
        let namespaces = "/api/web/namespaces/{namespace}/"
        for (family, create) in [
            ("api_credentials", #"{"name":"a","spec":{"type":"API_TOKEN"}}"#),
            (
                "service_credentials",
                #"{"name":"s","type":"SERVICE_API_TOKEN","namespace_roles":[{"namespace":"default","role":"ves-io-monitor-role"}]}"#
            ),
        ] {
            let first = try await run(.post, namespaces + family, create).name
            let second = try await run(.post, namespaces + family, create).name
            _ = try await run(.get, namespaces + family)
            _ = try await run(.get, namespaces + family + "/{name}", name: first)
            _ = try await run(.post, namespaces + "activate/" + family, #"{"name":"\#(first)"}"#)
            _ = try await run(.post, namespaces + "activate/" + family, #"{"name":"\#(first)"}"#)
            _ = try await run(.post, namespaces + "renew/" + family, #"{"name":"\#(first)","expiration_days":3}"#)
            if family == "service_credentials" {
                _ = try await run(
                    .put, namespaces + family + "/{name}",
                    #"{"namespace_access":{"namespace_role_map":{"default":{"names":["ves-io-power-developer-role"]}}}}"#,
                    name: first)
            }
            _ = try await run(.post, namespaces + "revoke/" + family, #"{"name":"\#(first)"}"#)
            _ = try await run(
                .post, "/api/web/namespaces/system/bulk_revoke/" + family,
                #"{"name_selector":{"names":["\#(second)"]}}"#)
        }
        _ = try await api.enableScim()
        _ = try await run(.post, namespaces + "scim_token", "{}")
        _ = try await run(.get, namespaces + "scim_token")
        _ = try await run(.post, namespaces + "revoke/scim_token", "{}")
        #expect(done == Set(Self.operations.map(\.testDescription)), "18 of 18")
    }

    private static func schema(_ name: String) throws -> JSONValue {
        try #require(document["components"]?["schemas"]?[name], "\(name)")
    }

    private static func resolved(_ schema: JSONValue) throws -> JSONValue {
        guard let reference = schema["$ref"]?.stringValue, let name = reference.split(separator: "/").last else {
            return schema
        }
        return try Self.schema(String(name))
    }

    /// Every property is there, none is unknown, and values are of their type; messages and timestamps may be null.
    private static func check(_ value: JSONValue, _ schema: JSONValue, _ place: String) throws {
        let schema = try resolved(schema)
        if value.isNull { return }
        switch schema["type"]?.stringValue {
        case "array"?:
            let elements = try #require(value.arrayValue, "\(place) is an array")
            for element in elements { try check(element, schema["items"] ?? .null, place + "[]") }
        case "string"?:
            let text = try #require(value.stringValue, "\(place) is a string")
            if let allowed = schema["enum"]?.arrayValue {
                #expect(allowed.contains(JSONValue(text)), "\(place) \(text)")
            }
            if schema["format"]?.stringValue == "date-time" {
                #expect(text.utf8.count == 24 && text.hasSuffix("Z") && text.contains("."), "\(place) has a fraction")
            }
        case "integer"?: #expect(value.integerValue != nil, "\(place) is an integer")
        case "boolean"?: #expect(value.boolValue != nil, "\(place) is a boolean")
        default:
            guard let properties = schema["properties"]?.objectValue else { return }
            let object = try #require(value.objectValue, "\(place) is an object")
            #expect(Set(object.names) == Set(properties.names), "\(place)")
            for property in properties.members {
                try check(object[property.name.rawValue] ?? .null, property.value, place + "." + property.name.rawValue)
            }
        }
    }
}

extension API {
    func enableScim(_ isOn: Bool = true) async throws -> Answer {
        try await call(
            .put, "/api/web/custom/namespaces/system/oidc_providers/ci/scim", #"{"scim_enabled":\#(isOn)}"#)
    }
}
