import ArgumentParser
import GatehouseClient
import StrictJSON

/// How a listing or an object is printed.
enum ListFormat: String, CaseIterable, ExpressibleByArgument {
    case table, json, yaml, name

    /// `json` is the server's body, byte for byte; `name` is one name a line, for `xargs`.
    func text(_ response: ClientResponse, table: String, names: [String]) -> [UInt8] {
        switch self {
        case .table: Array(table.utf8)
        case .json: Self.whole(response.body)
        case .yaml: Array(YAMLWriter.text(response.json ?? .null).utf8)
        case .name: Array(names.map { Printable.line($0) + "\n" }.joined().utf8)
        }
    }

    /// Bytes from elsewhere, with a line feed at their end.
    static func whole(_ body: [UInt8]) -> [UInt8] {
        body.last == UInt8(ascii: "\n") ? body : body + [UInt8(ascii: "\n")]
    }

    func print(_ response: ClientResponse, table: String, names: [String]) {
        Console.write(text(response, table: table, names: names))
    }
}
