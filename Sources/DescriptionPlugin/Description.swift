import DescriptionDocuments
import HTTPTypes
import Identifiers
package import ServerPlugin
package import StrictJSON

/// The API's description (OpenAPI 3.0.3): DescriptionDocuments's `openapi.json`, cut to what a server routes.
package struct Description: Sendable {
    package let document: JSONObject

    /// The paths and methods of `routes`, at `publicURL`.
    package init(routes: [Route], publicURL: String) throws(JSONError) {
        var document = try Self.whole()
        let routed = Self.routed(routes)
        var paths = JSONObject()
        for path in document["paths"]?.objectValue?.members ?? [] {
            var item = JSONObject()
            for member in path.value.objectValue?.members ?? [] {
                let operation = Operation(method: member.name.rawValue, path: path.name.rawValue)
                if routed.contains(operation) { item[member.name.rawValue] = member.value }
            }
            if !item.isEmpty { paths[path.name.rawValue] = .object(item) }
        }
        let base = publicURL.utf8.last == UInt8(ascii: "/") ? String(publicURL.dropLast()) : publicURL
        document["servers"] = [["url": JSONValue(base)]]
        document["paths"] = .object(paths)
        document["tags"] = .array(Self.usedTags(document))
        document["components"] = .object(ReferencedComponents(of: document).kept)
        self.document = document
    }

    /// Everything that any configuration can route.
    package static func whole() throws(JSONError) -> JSONObject {
        try JSONValue.parseObject(DescriptionDocuments.openAPI)
    }

    /// What is routed and not described, and what is described and not routed; empty when the description is true.
    /// `routes`: those of every plugin that the description is about.
    package static func differences(routes: [Route]) -> [String] {
        let whole: JSONObject
        do { whole = try Self.whole() } catch { return ["the description cannot be read: \(error)"] }
        let described = Set(operations(whole).map(\.operation))
        let routed = Self.routed(routes)
        return routed.subtracting(described).map { "routed, not described: \($0)" }.sorted()
            + described.subtracting(routed).map { "described, not routed: \($0)" }.sorted()
    }

    /// The server's own routes and this plugin's are always there.
    private static let always: Set<Operation> = Set(
        ["/livez", "/readyz", "/startupz", "/openapi.json", "/docs", "/docs/style.css"]
            .map { Operation(method: "get", path: $0) })

    private static func routed(_ routes: [Route]) -> Set<Operation> {
        always.union(
            routes.filter(\.isDescribed).map { Operation(method: $0.method.rawValue, path: $0.path.description) })
    }

    /// All operations, in the document's order.
    static func operations(_ document: JSONObject) -> [(operation: Operation, content: JSONObject)] {
        (document["paths"]?.objectValue?.members ?? []).flatMap { path in
            (path.value.objectValue?.members ?? []).compactMap { member in
                member.value.objectValue.map {
                    (Operation(method: member.name.rawValue, path: path.name.rawValue), $0)
                }
            }
        }
    }

    private static func usedTags(_ document: JSONObject) -> [JSONValue] {
        let used = Set(operations(document).flatMap { $0.content["tags"]?.arrayValue ?? [] })
        return (document["tags"]?.arrayValue ?? []).filter { tag in tag["name"].map(used.contains) ?? false }
    }
}

/// A method on a path template.
struct Operation: Hashable, Sendable, CustomStringConvertible {
    private let key: Key

    init(method: String, path: String) { key = Key(method.uppercased() + " " + path) }

    var description: String { key.rawValue }
}
