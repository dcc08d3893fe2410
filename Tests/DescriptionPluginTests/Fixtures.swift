import Foundation
import HTTPTypes
import ServerPlugin
import StrictJSON

@testable import DescriptionPlugin

/// The folder that holds `Tests` and `fixtures`, wherever this repository is checked out.
private let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

enum Fixtures {
    /// The wire contract of the Authentication API.
    static func contract() throws -> JSONObject {
        let file = repository.appending(path: "fixtures/openapi/openapi-authentication.json")
        return try JSONValue.parseObject([UInt8](try Data(contentsOf: file)))
    }

    /// A route for each operation of a document, as plugins would have them.
    static func routes(_ document: JSONObject) -> [Route] {
        (document["paths"]?.objectValue?.members ?? []).flatMap { path in
            (path.value.objectValue?.names ?? []).compactMap { name in
                HTTPRequest.Method(name.uppercased()).map { route($0, path.name.rawValue) }
            }
        }
    }

    static func route(_ method: HTTPRequest.Method, _ path: String) -> Route {
        Route(method, PathTemplate(path), access: .open) { _ in Response(status: .ok) }
    }

    static func whole() throws -> Description {
        try Description(routes: routes(try Description.whole()), publicURL: "https://id.example.com/")
    }
}

extension JSONObject {
    /// What a reference of this document leads to; anything else as it is.
    func resolved(_ value: JSONValue?) -> JSONValue? {
        guard let text = value?["$ref"]?.stringValue else { return value }
        return Reference(text).flatMap { self["components"]?[$0.kind]?[$0.name] }
    }
}
