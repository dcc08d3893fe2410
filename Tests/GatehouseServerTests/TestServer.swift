import AccessPolicy
import GatehouseServer
import HTTPTypes
import Logging
import Observability
import ServerPlugin
import StrictJSON
import Synchronization

/// A server on a port of the system's choice, for the time of one test.
struct TestServer: Sendable {
    static let host = "id.example"
    static let origin = "https://id.example"

    let ports: [Int]
    let server: GatehouseServer
    let log: LogCollector

    var port: Int { ports.first ?? 0 }

    func client() async throws -> RawClient { try await RawClient(port: port) }

    /// Sends one request, with `Host`, and reads until the server closes.
    func exchange(_ request: String) async throws -> String {
        let client = try await client()
        try await client.send(request)
        return try await client.read()
    }

    /// One request on a connection of its own that ends with it.
    func ask(
        _ line: String, fields: [String] = [], body: String = "", host: String = TestServer.host
    ) async throws -> String {
        try await exchange(Self.request(line, fields: fields + ["Connection: close"], body: body, host: host))
    }

    static func request(
        _ line: String, fields: [String] = [], body: String = "", host: String = TestServer.host
    ) -> String {
        var all = ["\(line) HTTP/1.1", "Host: \(host)"] + fields
        if !body.isEmpty { all.append("Content-Length: \(body.utf8.count)") }
        return all.joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    /// Runs the test against a server, then stops the server and waits for it.
    @discardableResult
    static func run<Result: Sendable>(
        routes: [Route] = TestServer.routes, health: any HealthReporting = FixedHealth(),
        tls: ServerConfiguration.TLSSettings? = nil,
        configure: (inout ServerConfiguration) -> Void = { _ in }, _ test: @Sendable (TestServer) async throws -> Result
    ) async throws -> Result {
        var configuration = ServerConfiguration(
            listeners: [.init(host: "127.0.0.1", port: 0, tls: tls)], allowedHosts: [host], allowedOrigins: [origin],
            threads: 1)
        configure(&configuration)
        let log = LogCollector()
        let (addresses, bound) = AsyncStream<[GatehouseServer.BoundAddress]>.makeStream()
        let server = try GatehouseServer(
            configuration: configuration, plugins: [Plugin(name: "test", routes: routes)],
            access: AccessCheck(roles: { .builtIn }, namespaces: BuiltInNamespaces()), authenticator: TokenTable(),
            health: health,
            accessLog: AccessLog(writer: log.writer),
            logger: Logger(label: "server") { JSONLogHandler(label: $0, level: .info, writer: log.writer, now: { 0 }) },
            now: { 784_111_777_000 }, onListening: { bound.yield($0) })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { bound.finish() }
                try await server.run()
            }
            defer { server.shutdown() }
            for await addresses in addresses {
                let result = try await test(TestServer(ports: addresses.map(\.port), server: server, log: log))
                server.shutdown()
                try await group.waitForAll()
                return result
            }
            try await group.waitForAll()
            throw RawClient.Failed(step: "the server did not start")
        }
    }

    static let routes: [Route] = [
        Route(.get, "/open", access: .open) {
            .json(["id": .init($0.id), "remote": .init($0.remoteAddress), "anonymous": .bool($0.caller == nil)])
        },
        Route(.get, "/public", access: .open, isPublicDocument: true) { _ in .json([:]) },
        Route(.post, "/form", access: .open, takesForeignForms: true) { _ in .json([:]) },
        Route(.post, "/echo", access: .open, bodyLimit: 1000) { Response(status: .ok, body: $0.body) },
        Route(.get, "/who", access: .authenticated) { .json(["name": .init(try $0.authenticated().principal.name)]) },
        Route(.get, "/ns/{namespace}/{name}", access: .permission(.credentials, .get, in: .path("namespace"))) {
            .json(["name": .init(try $0.parameter("name"))])
        },
        Route(.post, "/directory/Users", access: .provisioning, bodyLimit: 4, errors: .scim) { _ in
            Response(status: .noContent)
        },
        Route(.get, "/scim", access: .provisioning) { .json(["name": .init(try $0.authenticated().principal.name)]) },
        Route(.get, "/fails", access: .open) { _ in throw Surprise(secret: "gth_at_0123456789abcdefghijABCDEFGHIJ") },
        Route(.post, "/oauth/fails", access: .open, errors: .oauth) { _ in throw Surprise(secret: "x") },
        Route(.post, "/oauth/token", access: .authenticated, bodyLimit: 1000, errors: .oauth) { _ in .json([:]) },
        Route(.get, "/conflict", access: .open) { _ in throw APIError(.alreadyExists, "It exists.") },
    ]
}

struct Surprise: Error {
    let secret: String
}

struct FixedHealth: HealthReporting {
    var report = HealthReport([.init("store", .ok)])
    func readiness() async -> HealthReport { report }
}

struct BuiltInNamespaces: NamespaceDirectory {
    func exists(_ namespace: NamespaceName) -> Bool { NamespaceName.builtIn.contains(namespace) }
}

/// `APIToken admin` is an administrator of `default`, `APIToken nobody` holds nothing, `APIToken noticed` neither, and there
/// is something to say of it; `APIToken scim` is for provisioning; a certificate is named by its size.
struct TokenTable: Authenticator {
    func authenticate(_ presented: PresentedCredentials) async throws(APIError) -> Caller {
        let access: NamespaceAccess
        let name: String
        var notices: [Caller.Notice] = []
        if let certificate = presented.certificate, presented.authorization.isEmpty {
            (access, name) = (.none, "certificate of \(certificate.count) bytes")
        } else {
            switch presented.authorization {
            case ["APIToken admin"]: (access, name) = (NamespaceAccess([.named(.default): [.admin]]), "admin")
            case ["APIToken nobody"]: (access, name) = (.none, "nobody")
            case ["APIToken noticed"]: (access, name, notices) = (.none, "noticed", Self.notices)
            case ["APIToken scim"] where presented.purpose == .provisioning: (access, name) = (.none, "scim")
            case ["APIToken unavailable"]: throw APIError(.unavailable, "The store does not answer.", retryAfter: 2)
            default: throw .unauthenticated
            }
        }
        guard let id = try? PrincipalID("usr_test") else { throw .unauthenticated }
        return Caller(
            principal: Principal(id: id, kind: .user, name: name, origin: nil), access: access, mechanism: .apiToken,
            credentialID: "cred_test", expiresAt: .max, notices: notices)
    }

    static let notices: [Caller.Notice] = [
        .init(field: "X-Ends", value: "2026-11-24T02:16:33Z"), .init(field: "X-Retires", value: "soon"),
        .init(field: "x-retires", value: "very soon"), .init(field: "X-Split", value: "a\r\nX-Evil: b"),
        .init(field: "X-Bell", value: "a\u{7}"), .init(field: "X-Delete", value: "\u{7f}"),
        .init(field: "X-Tab", value: "a\tb"), .init(field: "X-Umlaut", value: "\u{fc}"),
        .init(field: "X Evil", value: "b"), .init(field: "X-Evil:", value: "b"), .init(field: "", value: "b"),
        .init(field: "Content-Length", value: "99"), .init(field: "Connection", value: "close"),
    ]
}

/// What the server has logged.
final class LogCollector: Sendable {
    private final class Bytes: Sendable { let value = Mutex<[UInt8]>([]) }

    private let bytes = Bytes()
    private let written = AsyncStream<Void>.makeStream()
    let writer: LogWriter

    init() {
        writer = LogWriter(lingerMilliseconds: 0) { [bytes, written] lines in
            bytes.value.withLock { $0.append(contentsOf: lines) }
            written.continuation.yield()
        }
    }

    /// Waits for a line with this text. One test may wait at a time.
    func line(with text: String) async -> String {
        for await _ in written.stream {
            let lines = bytes.value.withLock { String(decoding: $0, as: UTF8.self) }.split(separator: "\n")
            if let line = lines.first(where: { $0.contains(text) }) { return String(line) }
        }
        return ""
    }

    /// Everything logged until now; nothing more is logged afterwards.
    func close() -> String {
        writer.close()
        return bytes.value.withLock { String(decoding: $0, as: UTF8.self) }
    }
}

/// Opened once by the test; handlers wait at it.
final class Gate: Sendable {
    private let stream = AsyncStream<Never>.makeStream()
    private let arrivals = AsyncStream<Void>.makeStream()

    func wait() async {
        arrivals.continuation.yield()
        for await _ in stream.stream {}
    }

    func open() { stream.continuation.finish() }

    /// Returns when so many have come to the gate.
    func arrived(_ count: Int) async {
        var seen = 0
        for await _ in arrivals.stream {
            seen += 1
            if seen == count { return }
        }
    }
}
