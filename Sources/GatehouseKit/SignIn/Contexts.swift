import GatehouseClient
import Identifiers
import StrictJSON

/// A server under a name, with at most one sign-in.
struct Context: Hashable, Sendable {
    let name: ContextName
    let server: ServerAddress
}

/// `contexts.json`: the servers that somebody signs in to, and which one is meant when none is named.
struct Contexts: Hashable, Sendable {
    /// In the order of their names.
    private(set) var all: [Context] = []
    private(set) var currentName: ContextName?

    init() {}

    init(_ bytes: [UInt8]) throws(InvalidValue) {
        guard let object = try? JSONValue.parseObject(bytes), let items = object["contexts"]?.arrayValue else {
            throw InvalidValue("list of contexts", "it is not what this program writes")
        }
        for item in items {
            guard let name = item["name"]?.stringValue, let text = item["server"]?.stringValue,
                let server = try? ServerAddress(text)
            else { throw InvalidValue("list of contexts", "a context needs a name and a server") }
            put(Context(name: try ContextName(name), server: server))
        }
        guard let current = object["current"]?.stringValue else { return }
        makeCurrent(try ContextName(current))
    }

    var current: Context? { currentName.flatMap { self[$0] } }

    subscript(name: ContextName) -> Context? { all.first { $0.name == name } }

    /// The one for a server: the current one before others. `nil` also when several could be meant.
    func only(for server: ServerAddress) -> Context? {
        if let current, current.server == server { return current }
        let found = all.filter { $0.server == server }
        return found.count == 1 ? found.first : nil
    }

    mutating func put(_ context: Context) {
        all.removeAll { $0.name == context.name }
        all.append(context)
        all.sort { $0.name < $1.name }
    }

    mutating func makeCurrent(_ name: ContextName) { currentName = name }

    mutating func remove(_ name: ContextName) {
        all.removeAll { $0.name == name }
        if currentName == name { currentName = nil }
    }

    var encoded: [UInt8] {
        var object: JSONObject = [
            "contexts": .array(
                all.map { ["name": JSONValue($0.name.rawValue), "server": JSONValue($0.server.description)] })
        ]
        object["current"] = currentName.map { JSONValue($0.rawValue) }
        return JSONValue.object(object).encoded() + [UInt8(ascii: "\n")]
    }
}
