import StrictJSON
import Testing

@testable import DescriptionPlugin

/// Ours says at least what the contract says.
@Suite struct ContractTests {
    @Test func theOperationsAreThere() throws {
        let contract = try Fixtures.contract()
        let ours = try Description.whole()
        let operations = Description.operations(contract)
        #expect(operations.count == 18)
        for (operation, content) in operations {
            let own = try #require(
                Description.operations(ours).first { $0.operation == operation }?.content, "\(operation)")
            #expect(own["operationId"] == content["operationId"], "\(operation)")
            let asked = Set(content["responses"]?.objectValue?.names ?? [])
            #expect(asked.isSubset(of: own["responses"]?.objectValue?.names ?? []), "\(operation)")
        }
    }

    @Test func everyPropertyIsThere() throws {
        let contract = try Fixtures.contract()
        let ours = try Description.whole()
        for (operation, content) in Description.operations(contract) {
            let own = try #require(
                Description.operations(ours).first { $0.operation == operation }?.content, "\(operation)")
            for (part, keys) in [("request", ["requestBody"]), ("answer", ["responses", "200"])] {
                let asked = properties(of: contract, body: keys.reduce(.object(content)) { $0?[$1] })
                let found = properties(of: ours, body: keys.reduce(.object(own)) { $0?[$1] })
                #expect(asked.isSubset(of: found), "\(operation) \(part): \(asked.subtracting(found).sorted())")
                if part == "answer" { #expect(!asked.isEmpty, "\(operation)") }
            }
        }
    }

    /// What the contract's answers require or bound, ours require or bound too: every field is present.
    @Test func everyFieldOfAnAnswerIsRequired() throws {
        let contract = try Fixtures.contract()
        let ours = try Description.whole()
        for (operation, content) in Description.operations(contract) {
            let schema = content["responses"]?["200"]?["content"]?["application/json"]?["schema"]
            let names = contract.resolved(schema)?["properties"]?.objectValue?.names ?? []
            let own = ours.resolved(schema)?["required"]?.arrayValue ?? []
            #expect(Set(names.map { JSONValue($0) }).isSubset(of: own), "\(operation)")
        }
    }

    /// `spec.gc_spec.active` and so on, through references, arrays and choices.
    private func properties(of document: JSONObject, body: JSONValue?) -> Set<String> {
        var found: Set<String> = []
        func walk(_ value: JSONValue?, _ path: String, _ depth: Int) {
            guard depth < 24, let schema = document.resolved(value)?.objectValue else { return }
            for member in schema["properties"]?.objectValue?.members ?? [] {
                let inner = path.isEmpty ? member.name.rawValue : path + "." + member.name.rawValue
                found.insert(inner)
                walk(member.value, inner, depth + 1)
            }
            walk(schema["items"], path, depth + 1)
            walk(schema["additionalProperties"], path + ".*", depth + 1)
            for name in ["oneOf", "anyOf", "allOf"] {
                for choice in schema[name]?.arrayValue ?? [] { walk(choice, path, depth + 1) }
            }
        }
        for media in document.resolved(body)?["content"]?.objectValue?.members ?? [] {
            walk(media.value["schema"], "", 0)
        }
        return found
    }
}
