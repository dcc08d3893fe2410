import ArgumentParser
import Foundation
import GatehouseClient
import HTTPFetch
import Secrets
import StrictJSON

/// `gatehouse demo`: the main job end to end, without a person, on a server of its own. Exits 0 only if every step did
/// what it should, the refusals too.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Walk the main job end to end on a server of its own, printing each step.")

    @Option(name: .long, help: "The port of the server; 0 is any free one.")
    var port: UInt16 = 0

    @Option(name: .long, help: "The port of the demo identity provider; 0 is any free one.")
    var providerPort: UInt16 = 0

    func run() async throws {
        let server = try DemoServer(port: port, providerPort: providerPort)
        defer { server.end() }
        var demo = Demo(server: server, fetcher: try HTTPFetcher())
        do {
            try await demo.walk()
            print("\ndone: every step did what it should")
        } catch let failure as DemoFailure {
            print("  FAILED: \(failure.reason)")
            throw ExitCode(1)
        }
        await demo.fetcher.shutdown()
    }
}

struct DemoFailure: Error {
    let reason: String
}

/// The steps. Each prints what it does and what came back, and throws when that is not what it should be.
struct Demo {
    let server: DemoServer
    let fetcher: HTTPFetcher
    private var step = 0

    init(server: DemoServer, fetcher: HTTPFetcher) {
        self.server = server
        self.fetcher = fetcher
    }

    mutating func walk() async throws {
        announce("start a server with a demo identity provider")
        try await server.start()
        say("serving on \(server.url), keys and database in \(server.state)")

        announce("an outside issuer vouches for a CI job of acme/app on main")
        let subject = try await mint([:])
        say("a JWT of \(server.provider), \(subject.utf8.count) bytes")

        announce("exchange it for an access token (RFC 8693)")
        let access = try await exchange(subject, type: nil)
        announce("use the access token on a namespaced API")
        try await expectWhoAmI(access, accepted: true)

        announce("exchange it for an opaque API token, kept in the credential store")
        let opaque = try await exchange(subject, type: "urn:gatehouse:params:oauth:token-type:api-token")
        try expect(opaque.hasPrefix("gth_at_"), "an API token begins with gth_at_")
        announce("use the API token on the same API")
        try await expectWhoAmI(opaque, accepted: true)
        try await expectIntrospection(opaque, active: true)

        announce("a job of another branch gets nothing")
        let other = try await mint(["ref": "refs/heads/dev"])
        try await expectRefusedExchange(other, error: "invalid_target", type: Self.jwt)

        announce("revoke both tokens")
        for token in [access, opaque] { try await revoke(token) }
        announce("revoked means refused: API, introspection, token endpoint")
        try await expectAllRefused([access, opaque])

        announce("kill -9 the server, start it again: still refused")
        server.kill()
        try await server.start()
        try await expectAllRefused([access, opaque])

        announce("the audit log tells it all, and its chain is whole")
        let report = try await server.verifyAudit()
        say(report)
    }

    // MARK: Steps

    private static let jwt = "urn:ietf:params:oauth:token-type:jwt"
    private static let accessToken = "urn:ietf:params:oauth:token-type:access_token"

    private func mint(_ claims: JSONObject) async throws -> String {
        let answer = try await call(server.provider, "/token", body: .object(claims))
        return try require(answer.json["id_token"]?.stringValue, "the demo provider gave no token: \(answer.status)")
    }

    private func exchange(_ subject: String, type: String?) async throws -> String {
        let answer = try await requestExchange(subject, subjectType: Self.jwt, type: type)
        try expect(answer.status == 200, "the exchange was refused: \(answer.json.encodedText())")
        say("granted \(answer.json["scope"]?.stringValue ?? ""), for \(answer.json["expires_in"]?.integerValue ?? 0) s")
        return try require(answer.json["access_token"]?.stringValue, "the answer has no access_token")
    }

    private func requestExchange(_ subject: String, subjectType: String, type: String?) async throws -> Answer {
        var form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"), ("subject_token", subject),
            ("subject_token_type", subjectType),
        ]
        if let type { form.append(("requested_token_type", type)) }
        return try await call(server.url, "/oauth/token", form: form)
    }

    private func expectRefusedExchange(_ subject: String, error: String, type: String) async throws {
        let answer = try await requestExchange(subject, subjectType: type, type: nil)
        let got = answer.json["error"]?.stringValue
        try expect(answer.status == 400 && got == error, "expected 400 \(error), got \(answer.status) \(got ?? "")")
        say("token endpoint: 400 \(error) (\(answer.json["code"]?.stringValue ?? ""))")
    }

    private func expectWhoAmI(_ token: String, accepted: Bool) async throws {
        let answer = try await call(server.url, "/demo/payments/whoami", method: .GET, credential: token)
        try expect(answer.status == (accepted ? 200 : 401), "GET /demo/payments/whoami answered \(answer.status)")
        say("GET /demo/payments/whoami: \(answer.status)\(accepted ? " " + answer.json.encodedText() : "")")
    }

    private func expectIntrospection(_ token: String, active: Bool) async throws {
        let administrator = try server.administratorToken()
        let answer = try await call(
            server.url, "/oauth/introspect", form: [("token", token)], credential: administrator)
        try expect(answer.json["active"]?.boolValue == active, "introspection answered \(answer.json.encodedText())")
        say("introspection: active \(active)")
    }

    private func revoke(_ token: String) async throws {
        let answer = try await call(server.url, "/oauth/revoke", form: [("token", token)])
        try expect(answer.status == 200, "revocation answered \(answer.status)")
        say("POST /oauth/revoke: 200")
    }

    private func expectAllRefused(_ tokens: [String]) async throws {
        for token in tokens {
            try await expectWhoAmI(token, accepted: false)
            try await expectIntrospection(token, active: false)
            try await expectRefusedExchange(token, error: "invalid_request", type: Self.accessToken)
        }
    }

    // MARK: Saying and checking

    private mutating func announce(_ text: String) {
        step += 1
        print("\(step). \(text)")
    }

    private func say(_ text: String) { print("   \(text)") }

    private func expect(_ condition: Bool, _ reason: @autoclosure () -> String) throws {
        if !condition { throw DemoFailure(reason: reason()) }
    }

    private func require<Value>(_ value: Value?, _ reason: @autoclosure () -> String) throws -> Value {
        guard let value else { throw DemoFailure(reason: reason()) }
        return value
    }

    private struct Answer {
        let status: Int
        let json: JSONValue
    }

    /// The answer, whatever its status.
    private func call(
        _ base: String, _ path: String, method: FetchMethod = .POST, body: JSONValue? = nil,
        form: [(String, String)]? = nil, credential: String? = nil
    ) async throws -> Answer {
        let client = try GatehouseClient(
            server: base, credential: credential.map { Secret(utf8: $0) }, fetcher: fetcher)
        let content: ClientRequest.Body =
            form.map { .form($0.map { ClientRequest.FormField($0.0, $0.1) }) } ?? body.map { .json($0) } ?? .none
        let answer = try await client.answer(ClientRequest(method, path, body: content))
        return Answer(status: answer.status, json: answer.json ?? .null)
    }
}
