import Foundation
import HTTPTypes
import StrictJSON
import Testing

/// A published file of the contract, as it is in fixtures/openapi: its operations, and what its answers must look like.
struct Contract: Sendable {
    struct Operation: Sendable, CustomTestStringConvertible {
        let method: HTTPRequest.Method
        let path: String
        /// Empty when the answer is not described.
        let responseSchema: String

        var testDescription: String { "\(method) \(path)" }
    }

    let operations: [Operation]
    private let document: JSONValue

    static let authentication = Contract("openapi-authentication.json")
    static let identity = Contract("openapi-identity.json")

    private init(_ name: String) {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "fixtures/openapi/" + name)
        let document = (try? Data(contentsOf: file)).flatMap {
            try? JSONValue.parse(Array($0), limits: JSONLimits(maximumBytes: 1 << 20))
        }
        self.document = document ?? .null
        operations = (document?["paths"]?.objectValue?.members ?? []).flatMap { path in
            (path.value.objectValue?.members ?? []).compactMap { member in
                guard let method = HTTPRequest.Method(member.name.rawValue.uppercased()) else { return nil }
                let schema = member.value["responses"]?["200"]?["content"]?["application/json"]?["schema"]?["$ref"]
                return Operation(
                    method: method, path: path.name.rawValue,
                    responseSchema: schema?.stringValue?.split(separator: "/").last.map(String.init) ?? "")
            }
        }
    }

    func operation(_ method: HTTPRequest.Method, _ path: String) -> Operation? {
        operations.first { $0.method == method && $0.path == path }
    }

    func check(_ value: JSONValue, against operation: Operation) throws {
        if operation.responseSchema.isEmpty { return }
        try check(value, try schema(operation.responseSchema), operation.testDescription)
    }

    private func schema(_ name: String) throws -> JSONValue {
        try #require(document["components"]?["schemas"]?[name], "\(name)")
    }

    /// Members that we add to the contract's.
    private static let additions: Set<String> = ["access_params", "applies_to", "max_lifetime_days"]

    /// Members of which an answer has one.
    private static func choices(_ schema: JSONValue) -> Set<String> {
        var names: Set<String> = []
        for member in schema.objectValue?.members ?? []
        where member.name.rawValue.hasPrefix("x-ves-oneof-field-") {
            names.formUnion(member.value.arrayValue?.compactMap(\.stringValue) ?? [])
        }
        return names
    }

    private func resolved(_ schema: JSONValue) throws -> JSONValue {
        guard let reference = schema["$ref"]?.stringValue, let name = reference.split(separator: "/").last else {
            return schema
        }
        return try self.schema(String(name))
    }

    /// Every property is there, none is unknown, and values are of their type; messages and timestamps may be null.
    private func check(_ value: JSONValue, _ schema: JSONValue, _ place: String) throws {
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
            let choices = Self.choices(schema)
            let names = Set(object.names).subtracting(choices).subtracting(Self.additions)
            #expect(names == Set(properties.names).subtracting(choices), "\(place)")
            for property in properties.members {
                try check(object[property.name.rawValue] ?? .null, property.value, place + "." + property.name.rawValue)
            }
        }
    }
}
