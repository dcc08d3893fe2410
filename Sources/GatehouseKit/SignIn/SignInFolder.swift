import Glibc
import Identifiers

/// `$XDG_CONFIG_HOME/gatehouse`: the contexts and, one file each, their sign-ins. Plain files of mode 0600 in a folder of
/// mode 0700; what others may read or write is not used.
struct SignInFolder: Hashable, Sendable {
    let path: String

    init(path: String) { self.path = path }

    /// `nil` when the environment says no place. Relative paths are to be ignored (XDG Base Directory Specification).
    init?(_ environment: [String: String]) {
        func absolute(_ name: String) -> String? {
            environment[name].flatMap { $0.utf8.first == UInt8(ascii: "/") ? $0 : nil }
        }
        guard let base = absolute("XDG_CONFIG_HOME") ?? absolute("HOME").map({ $0 + "/.config" }) else { return nil }
        path = base + "/gatehouse"
    }

    func credentialsPath(_ name: ContextName) -> String { "\(path)/credentials-\(name).json" }

    // MARK: contexts

    func contexts() throws(CommandFailure) -> Contexts {
        guard let bytes = try read(contextsPath) else { return Contexts() }
        do throws(InvalidValue) {
            return try Contexts(bytes)
        } catch {
            throw Self.unreadable(contextsPath, error)
        }
    }

    /// Changes them as they are at that moment: two commands at once lose nothing.
    func changeContexts(_ change: (inout Contexts) throws(CommandFailure) -> Void) async throws(CommandFailure) {
        try make()
        try await FileLock.holding("\(path)/contexts.lock") { () async throws(CommandFailure) in
            var contexts = try contexts()
            let before = contexts
            try change(&contexts)
            guard contexts != before else { return }
            try NewFile(contextsPath, replacingOld: true).commit(contexts.encoded)
        }
    }

    // MARK: sign-ins

    func signIn(_ name: ContextName) throws(CommandFailure) -> SignInRecord? {
        let path = credentialsPath(name)
        guard let bytes = try read(path) else { return nil }
        do throws(InvalidValue) {
            return try SignInRecord(bytes)
        } catch {
            throw Self.unreadable(path, error)
        }
    }

    /// For the next sign-in of that name: opened before the tokens are asked for, because they come once.
    func newSignIn(_ name: ContextName) throws(CommandFailure) -> NewFile {
        try NewFile(credentialsPath(name), replacingOld: true)
    }

    func removeSignIn(_ name: ContextName) throws(CommandFailure) {
        do throws(FileFailure) {
            try PrivateFile.remove(credentialsPath(name))
        } catch {
            throw CommandFailure(.usage, error.description)
        }
    }

    /// One command at a time, of all processes. The lock has a file of its own: the other one is replaced.
    func locked<Value: Sendable>(
        _ name: ContextName, waiting: () -> Void = {}, _ body: () async throws(CommandFailure) -> Value
    ) async throws(CommandFailure) -> Value {
        try make()
        return try await FileLock.holding("\(path)/credentials-\(name).lock", waiting: waiting, body)
    }

    // MARK: files

    private var contextsPath: String { path + "/contexts.json" }

    private func make() throws(CommandFailure) {
        do throws(FileFailure) {
            try PrivateFile.makeDirectory(path)
        } catch {
            throw CommandFailure(.usage, error.description, hint: "XDG_CONFIG_HOME says where it may be")
        }
        try check()
    }

    /// Whoever may write the folder can put a file of theirs in the place of ours.
    private func check() throws(CommandFailure) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return }
        guard status.st_uid == geteuid() || geteuid() == 0 else {
            throw CommandFailure(.usage, "\(path) belongs to another user", hint: "XDG_CONFIG_HOME names another place")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw CommandFailure(.usage, "\(path) is open to others; nothing in it was used", hint: "chmod 700 \(path)")
        }
    }

    private func read(_ file: String) throws(CommandFailure) -> [UInt8]? {
        try check()
        do throws(FileFailure) {
            return try PrivateFile.read(file)
        } catch  where error.isExposed {
            throw CommandFailure(
                .usage, "\(file) is open to others; it was not used",
                hint: "chmod 600 \(file), and if somebody may have read it: gatehouse logout")
        } catch {
            throw CommandFailure(.usage, error.description)
        }
    }

    private static func unreadable(_ path: String, _ reason: InvalidValue) -> CommandFailure {
        CommandFailure(
            .usage, "\(path): \(reason)", hint: "remove it and run gatehouse login: 'rm \(path)'")
    }
}
