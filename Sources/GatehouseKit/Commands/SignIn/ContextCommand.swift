import ArgumentParser
import GatehouseClient

/// `gatehouse context …`: the servers that are signed in to.
struct ContextCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "context", abstract: "List the servers of your sign-ins, choose one, forget one.",
        subcommands: [ContextListCommand.self, ContextUseCommand.self, ContextDeleteCommand.self])
}

struct ContextListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the contexts.")

    enum Format: String, CaseIterable, ExpressibleByArgument { case table, json, name }

    @Option(name: .shortAndLong, help: "table, json, or name for one name a line.")
    var output = Format.table

    func run() throws {
        let folder = try SignInFolder.required(Environment.all)
        let contexts = try folder.contexts()
        switch output {
        case .json: Console.printBody(contexts.encoded)
        case .name: Console.write(Array(contexts.all.map { $0.name.rawValue + "\n" }.joined().utf8))
        case .table:
            Console.write(
                Array(try Self.table(contexts) { name throws(CommandFailure) in try folder.signIn(name) }.utf8))
        }
    }

    static func table(
        _ contexts: Contexts, signIn: (ContextName) throws(CommandFailure) -> SignInRecord?
    ) throws(CommandFailure) -> String {
        var table = TextTable(["", "NAME", "SERVER", "USER"])
        for context in contexts.all {
            let record = try signIn(context.name)
            let user = record?.tokens == nil ? "(not signed in)" : record?.who ?? "(signed in)"
            table.add([
                context.name == contexts.currentName ? "*" : "", context.name.rawValue, context.server.description,
                user,
            ])
        }
        return table.text
    }
}

struct ContextUseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "use", abstract: "Make a context the current one: commands that name none use it.")

    @Argument(help: "The context.")
    var name: ContextName

    func run() async throws {
        let folder = try SignInFolder.required(Environment.all)
        let name = name
        try await folder.changeContexts { (contexts: inout Contexts) throws(CommandFailure) in
            try contexts.require(name)
            contexts.makeCurrent(name)
        }
        Console.print("\(Style.standardOutput.tick) \(name) is the current context")
    }
}

struct ContextDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Forget a context. End its sign-in first.")

    @Argument(help: "The context.")
    var name: ContextName

    func run() async throws {
        let folder = try SignInFolder.required(Environment.all)
        let name = name
        try await folder.locked(name) { () async throws(CommandFailure) in
            try folder.contexts().require(name)
            guard try folder.signIn(name)?.tokens == nil else {
                throw CommandFailure(
                    .failure, "the context '\(name)' has a sign-in, which would stay alive at the server",
                    hint: "run gatehouse logout --context \(name) first")
            }
            try folder.removeSignIn(name)
            try await folder.changeContexts { (contexts: inout Contexts) throws(CommandFailure) in
                contexts.remove(name)
            }
        }
        Console.print("\(Style.standardOutput.tick) \(name) is forgotten")
    }
}

extension Contexts {
    func require(_ name: ContextName) throws(CommandFailure) {
        guard self[name] == nil else { return }
        throw CommandFailure(.usage, "there is no context '\(name)'", hint: "gatehouse context list shows them")
    }
}
