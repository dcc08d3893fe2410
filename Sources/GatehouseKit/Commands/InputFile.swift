import Glibc
import Secrets

/// A file that a command reads, or standard input when it is named `-`.
struct InputFile: Hashable, Sendable {
    let path: String

    init(_ path: String) { self.path = path }

    var isStandardInput: Bool { path.utf8.elementsEqual("-".utf8) }
    var name: String { isStandardInput ? "standard input" : Printable.shortened(path, to: 200) }

    var isReadable: Bool { unsafe access(path, R_OK) == 0 }

    /// Everything in it, when it is not longer than `limit`.
    func read(limit: Int = 1 << 20) throws(CommandFailure) -> [UInt8] {
        let descriptor = isStandardInput ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandFailure(.usage, "\(name) cannot be read: \(Self.reason(errno))") }
        defer { if !isStandardInput { close(descriptor) } }
        var bytes: [UInt8] = []
        while let chunk = try chunk(descriptor) {
            bytes += chunk
            guard bytes.count <= limit else { throw CommandFailure(.usage, "\(name) is longer than \(limit) bytes") }
        }
        return bytes
    }

    /// A token or another secret: the text without the blanks and line ends that editors and `echo` leave around it.
    func readSecret() throws(CommandFailure) -> Secret {
        let bytes = try read(limit: 64 << 10)
        let token = Self.trimmed(bytes)
        guard !token.isEmpty else { throw CommandFailure(.usage, "\(name) is empty") }
        return Secret(token)
    }

    /// What comes next from a descriptor; `nil` at its end.
    func chunk(_ descriptor: CInt = STDIN_FILENO) throws(CommandFailure) -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw CommandFailure(.usage, "\(name) cannot be read: \(Self.reason(errno))") }
            return count == 0 ? nil : Array(chunk.prefix(count))
        }
    }

    static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }), let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return [] }
        return Array(bytes[first...last])
    }

    static func reason(_ code: CInt) -> String {
        switch code {
        case ENOENT, ENOTDIR: "there is no such file"
        case EACCES, EPERM: "this user may not read it"
        case EISDIR: "it is a folder"
        default: "input error \(code)"
        }
    }
}
