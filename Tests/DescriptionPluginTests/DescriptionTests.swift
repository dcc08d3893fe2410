import StrictJSON
import Testing

@testable import DescriptionPlugin

/// `openapi.json` keeps its own promises.
@Suite struct DescriptionTests {
    @Test func everyReferenceLeadsSomewhere() throws {
        let document = try Description.whole()
        var references: [String] = []
        collect(.object(document), into: &references)
        #expect(references.count > 100)
        for text in references {
            let reference = try #require(Reference(text), "\(text)")
            #expect(document["components"]?[reference.kind]?[reference.name] != nil, "\(text)")
        }
    }

    private func collect(_ value: JSONValue, into references: inout [String]) {
        switch value {
        case .object(let object):
            for member in object.members {
                if member.name == "$ref" { references.append(member.value.stringValue ?? "not a text") }
                collect(member.value, into: &references)
            }
        case .array(let values): for value in values { collect(value, into: &references) }
        case .null, .bool, .integer, .number, .string: break
        }
    }

    /// What no operation leads to says nothing true.
    @Test func everyComponentIsUsed() throws {
        let whole = try Description.whole()
        let used = try Fixtures.whole().document
        for kind in whole["components"]?.objectValue?.members ?? [] {
            let kept = used["components"]?[kind.name.rawValue]?.objectValue?.names
            #expect(kind.value.objectValue?.names == kept, "\(kind.name)")
        }
    }

    @Test func everyOperationSaysWhatItIs() throws {
        let document = try Description.whole()
        let tags = Set((document["tags"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue })
        let operations = Description.operations(document)
        #expect(operations.count > 40)
        for (operation, content) in operations {
            let summary = content["summary"]?.stringValue ?? ""
            #expect(!summary.isEmpty, "\(operation)")
            #expect(content["security"]?.arrayValue != nil, "\(operation): say so where nobody need be known")
            let named = content["tags"]?.arrayValue ?? []
            #expect(named.count == 1 && tags.contains(named.first?.stringValue ?? ""), "\(operation)")
        }
        let identifiers = operations.map { $0.content["operationId"]?.stringValue ?? "" }
        #expect(Set(identifiers).count == identifiers.count && !identifiers.contains(""))
    }

    /// The parameters of the template, and no others in the path.
    @Test func pathParametersAreThoseOfTheTemplate() throws {
        let document = try Description.whole()
        for (operation, content) in Description.operations(document) {
            let declared = (content["parameters"]?.arrayValue ?? []).compactMap { document.resolved($0) }
                .filter { $0["in"] == "path" && $0["required"] == true }.compactMap { $0["name"]?.stringValue }
            let inTemplate = operation.description.split(separator: "/").filter { $0.hasPrefix("{") }
                .map { String($0.dropFirst().dropLast()) }
            #expect(declared == inTemplate, "\(operation)")
        }
    }

    @Test func everyOperationHasItsErrors() throws {
        let document = try Description.whole()
        for (operation, content) in Description.operations(document) {
            let responses = try #require(content["responses"]?.objectValue, "\(operation)")
            let names = Set(responses.names)
            var needed: Set = ["200", "400", "405", "408", "413", "431", "500", "503", "504"]
            // SCIM says 201 and 204 where RFC 7644 does.
            if isSCIM(operation), names.contains("201") || names.contains("204") { needed.subtract(["200"]) }
            if operation.description == "GET /livez" { needed.subtract(["503"]) }
            if content["security"]?.arrayValue?.isEmpty == false { needed.formUnion(["401", "403", "429"]) }
            if operation.description.contains("{") { needed.insert("404") }
            #expect(needed.isSubset(of: names), "\(operation) lacks \(needed.subtracting(names).sorted())")
        }
    }

    private func isSCIM(_ operation: Operation) -> Bool { operation.description.contains(" /api/scim/") }

    /// `{"code": 5, "details": [], "message": "..."}`, or RFC 6749's on the paths of OAuth.
    @Test func errorsHaveTheShapeOfTheirPath() throws {
        let document = try Description.whole()
        for (operation, content) in Description.operations(document) {
            let isOAuth =
                operation.description.hasPrefix("POST /oauth/") || operation.description == "GET /oauth/userinfo"
            for response in content["responses"]?.objectValue?.members ?? [] where response.name.rawValue >= "400" {
                guard !operation.description.hasSuffix("z") || response.name != "503" else { continue }
                let isSCIM = isSCIM(operation) && response.name != "431"
                let media = document.resolved(response.value)?["content"]?[
                    isSCIM ? "application/scim+json" : "application/json"]
                let expected =
                    isSCIM ? "SCIMError" : isOAuth && response.name != "431" ? "OAuthError" : "Error"
                #expect(
                    media?["schema"]?["$ref"]?.stringValue == "#/components/schemas/" + expected,
                    "\(operation) \(response.name)")
            }
        }
        let error = document["components"]?["schemas"]?["Error"]
        #expect(error?["required"] == ["code", "details", "message"])
    }

    /// Unknown members are ignored (contract README 2.2), in every object of a request.
    @Test func requestsTakeUnknownMembers() throws {
        let document = try Description.whole()
        for (operation, content) in Description.operations(document) {
            for media in content["requestBody"]?["content"]?.objectValue?.members ?? [] {
                #expect(document.resolved(media.value["schema"])?["additionalProperties"] == true, "\(operation)")
            }
        }
    }

    /// A JSON answer has every field, and a moment in time may be null.
    @Test func timestampsMayBeNull() throws {
        let document = try Description.whole()
        for schema in document["components"]?["schemas"]?.objectValue?.members ?? [] {
            for property in schema.value["properties"]?.objectValue?.members ?? []
            where property.value["format"] == "date-time" {
                #expect(property.value["nullable"] == true, "\(schema.name).\(property.name)")
            }
        }
    }
}
