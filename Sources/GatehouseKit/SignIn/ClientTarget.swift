import GatehouseClient
import Identifiers

/// Which server a command means, and the context whose sign-in it may use there.
///
/// What a flag says goes before the environment, and that before the current context. A sign-in is used for the server of
/// its context alone: naming another server never sends a token there.
struct ClientTarget: Hashable, Sendable {
    let server: ServerAddress
    let context: Context?

    init(_ naming: ServerNaming, _ contexts: Contexts) throws {
        if naming.isEmpty, let current = contexts.current {
            (server, context) = (current.server, current)
            return
        }
        let address = try naming.server.map { try ServerAddress($0) }
        guard let name = naming.context else {
            server = try address ?? ServerAddress(ClientOptions.defaultServer)
            context = contexts.only(for: server)
            return
        }
        try contexts.require(name)
        context = contexts[name]
        server = try context?.server ?? ServerAddress(ClientOptions.defaultServer)
        guard let address, address != server else { return }
        throw CommandFailure(
            .usage, "the context '\(name)' is for \(server), not for \(address)", hint: "name one of the two")
    }

    /// Where to sign in: the context may be a new one, under the name of its server when none is given.
    static func toSignIn(_ naming: ServerNaming, _ contexts: Contexts) throws -> Context {
        if let name = naming.context, contexts[name] == nil {
            let server = naming.server ?? naming.variableOfServer ?? ClientOptions.defaultServer
            return Context(name: name, server: try ServerAddress(server))
        }
        let target = try ClientTarget(naming, contexts)
        if let context = target.context { return context }
        // There is none for this server, or several.
        let name = ContextName(of: target.server)
        guard let taken = contexts[name], taken.server != target.server else {
            return Context(name: name, server: target.server)
        }
        throw CommandFailure(
            .usage, "the context '\(name)' is for \(taken.server)", hint: "name another one with --context")
    }
}

/// What flags and environment say about the server. A flag for either makes the environment's words for both void, so
/// that one flag is enough whatever is exported; empty variables say nothing.
struct ServerNaming: Hashable, Sendable {
    let server: String?
    let context: ContextName?
    /// For a new context that is named by a flag alone.
    let variableOfServer: String?

    init(
        server: String? = nil, context: ContextName? = nil, _ environment: [String: String]
    ) throws(CommandFailure) {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        variableOfServer = variable("GATEHOUSE_URL")
        guard server == nil, context == nil else {
            (self.server, self.context) = (server, context)
            return
        }
        self.server = variableOfServer
        guard let text = variable("GATEHOUSE_CONTEXT") else {
            self.context = nil
            return
        }
        do throws(InvalidValue) {
            self.context = try ContextName(text)
        } catch {
            throw CommandFailure(.usage, "GATEHOUSE_CONTEXT: \(error)")
        }
    }

    var isEmpty: Bool { server == nil && context == nil }
}
