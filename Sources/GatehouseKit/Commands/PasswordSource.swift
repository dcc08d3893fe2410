import GatehouseClient
import Secrets

/// Where the password of a certificate comes from: never from an argument, which a process list would show.
enum PasswordSource: Hashable, Sendable {
    case file(String)
    case terminal

    /// The API's own rule, in bytes (contract, ApiCertificateType).
    static let lengths = 6...50

    /// How `--curl` reads it again.
    var shown: ClientRequest.SecretSource {
        switch self {
        case .file(let path): InputFile(path).isStandardInput ? .standardInput : .file(path)
        case .terminal: .variable("GATEHOUSE_PASSWORD")
        }
    }

    /// Asks twice, so that a slip does not lock up what is made.
    func read(hasTerminal: Bool, ask: (String) -> String?) throws(CommandFailure) -> Secret {
        switch self {
        case .file(let path): return try Self.check(Self.withoutLineEnd(try InputFile(path).read(limit: 4096)))
        case .terminal:
            guard hasTerminal else {
                throw CommandFailure(
                    .usage, "a certificate needs a password, and there is no terminal to ask on",
                    hint: "--password-file FILE, or - for standard input")
            }
            let first = try Self.check(Array((ask("Password for the certificate (6 to 50 bytes): ") ?? "").utf8))
            guard let again = ask("The same again: "), first.matches(Secret(utf8: again)) else {
                throw CommandFailure(.usage, "the two passwords are not the same; nothing was done")
            }
            return first
        }
    }

    private static func check(_ bytes: [UInt8]) throws(CommandFailure) -> Secret {
        guard lengths.contains(bytes.count) else {
            throw CommandFailure(.usage, "the password must have 6 to 50 bytes")
        }
        guard String(validating: bytes, as: UTF8.self) != nil, bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw CommandFailure(.usage, "the password must be text without control characters")
        }
        return Secret(bytes)
    }

    /// Without the one line end that editors and `echo` put behind it; a blank may be a part of a password.
    private static func withoutLineEnd(_ bytes: [UInt8]) -> [UInt8] {
        var rest = bytes[...]
        if rest.last == UInt8(ascii: "\n") { rest.removeLast() }
        if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
        return Array(rest)
    }
}
