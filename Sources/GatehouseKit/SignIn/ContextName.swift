import ArgumentParser
import GatehouseClient
import Identifiers

/// What a person calls a server and their sign-in there. It is part of a file's name, so it is one plain word.
struct ContextName: ByteIdentifier {
    let rawValue: String

    init(_ text: String) throws(InvalidValue) {
        guard (1...64).contains(text.utf8.count), text.utf8.first.map(Self.isAlphanumeric) == true,
            text.utf8.allSatisfy(Self.isAllowed)
        else {
            throw InvalidValue(
                "context", "must be 1 to 64 letters, digits, '.', '_' or '-', and begin with a letter or a digit")
        }
        rawValue = text
    }

    /// Of a server: `id.example.com`, `127.0.0.1-8080`.
    init(of server: ServerAddress) {
        let bytes = server.description.utf8.map { Self.isAllowed($0) ? $0 : UInt8(ascii: "-") }
        let authority = bytes.drop { $0 != UInt8(ascii: "-") }.drop { !Self.isAlphanumeric($0) }
        rawValue = authority.isEmpty ? "default" : String(decoding: authority.prefix(64), as: UTF8.self)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || "-._".utf8.contains(byte) }
}

extension ContextName: ExpressibleByArgument {
    init?(argument: String) {
        guard let name = try? ContextName(argument) else { return nil }
        self = name
    }
}
