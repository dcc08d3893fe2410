import FoundationEssentials

/// Files of fixtures/keys/server.
enum Fixture {
    static func text(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: "fixtures/keys/server").appending(path: name)
        return String(decoding: try Data(contentsOf: file), as: UTF8.self)
    }

    static func bytes(_ name: String) throws -> [UInt8] { Array(try text(name).utf8) }
}
