import Foundation
import Testing

/// What an operator meets: configuration with mistakes, few plugins, a database that cannot be written, a second server.
@Suite(.serialized) struct OperationTests {
    @Test func aConfigurationWithMistakesListsThemAll() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gatehouse-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "gatehouse.yaml")
        try """
        lisen: 127.0.0.1:8080
        public_url: http://id.example.com
        database: sqlite:./gatehouse.db
        keys: {dirr: ./keys}
        plugins: [tokens]
        """.write(to: file, atomically: true, encoding: .utf8)
        for arguments in [["serve", "--config", file.path()], ["config", "validate", "--config", file.path()]] {
            let finished = try await run(arguments)
            #expect(finished.code == 2)
            for part in [
                ":1:1: unknown key 'lisen' (did you mean 'listen'?)", ":4:8: unknown key 'dirr'",
                "(did you mean 'token'?)",
            ] {
                #expect(finished.errors.contains(part), "\(part) in:\n\(finished.errors)")
            }
        }
    }

    @Test func noPluginsServeHealthOnly() async throws {
        let server = try ServerProcess()
        try await server.start()
        #expect(server.stop() == 0)
        let file = server.state.appending(path: "gatehouse.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        for (plugins, token, credentials) in [("[]", 404, 404), ("[credentials]", 404, 200)] {
            try text.replacing(
                "plugins: [credentials, token, sign-in, providers, directory, scim, gateway]",
                with: "plugins: \(plugins)"
            )
            .write(to: file, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path())
            try await server.start()
            #expect(try await server.request("GET", "/livez").status == 200)
            #expect(try await server.request("GET", "/readyz").status == 200)
            #expect(try await server.request("POST", "/oauth/token", body: "a=b").status == token)
            let administrator = "Authorization: APIToken \(try server.administratorToken)"
            let path = "/api/web/namespaces/system/api_credentials"
            #expect(try await server.request("GET", path, headers: [administrator]).status == credentials)
            #expect(server.stop() == 0)
        }
    }

    @Test func aSecondServerOnOneDatabaseIsRefused() async throws {
        let server = try ServerProcess()
        try await server.start()
        let second = try await run(["serve", "--dev", "--state", server.state.path()])
        #expect(second.code != 0)
        #expect(second.errors.contains("gatehouse.db"), "\(second.errors)")
    }

    @Test func hostAndOriginAreChecked() async throws {
        let server = try ServerProcess()
        try await server.start()
        #expect(try await server.request("GET", "/livez", headers: ["Host: evil.example"]).status == 421)
        #expect(try await server.request("GET", "/livez", headers: ["Host;"]).status == 400)
        let foreign = ["Origin: https://evil.example"]
        #expect(try await server.request("POST", "/oauth/token", headers: foreign, body: "a=b").status == 403)
        #expect(try await server.request("GET", "/oauth/jwks", headers: foreign).status == 200, "a public document")
    }

    @Test func noSecretReachesTheLogs() async throws {
        let server = try ServerProcess()
        try await server.start()
        let subject = try await server.subjectToken()
        let issued = try await server.exchange(subject, ServerProcess.apiToken)
        let token = try #require(issued.json["access_token"] as? String)
        _ = try await server.request(
            "GET", "/demo/\(token)/whoami?token=\(token)",
            headers: ["Authorization: Bearer \(token)", "X-Request-Id: \(token)"])
        _ = try await server.request("POST", "/oauth/revoke", body: "token=\(token)&token_type_hint=\(subject)")
        #expect(server.stop() == 0)
        let log =
            server.log + ((try? String(contentsOf: server.state.appending(path: "stderr.log"), encoding: .utf8)) ?? "")
        #expect(log.contains("\"event\":\"request\""), "the access log was seen")
        #expect(!log.contains(token))
        #expect(!log.contains(subject))
        let database = try Data(contentsOf: server.state.appending(path: "gatehouse.db"))
        #expect(database.range(of: Data(token.utf8)) == nil, "only a keyed hash is stored")
    }

    @Test func theProcessLeavesNoCore() async throws {
        let server = try ServerProcess()
        try await server.start()
        let limits = try String(contentsOfFile: "/proc/\(server.identifier)/limits", encoding: .utf8)
        let core = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
        #expect(core.split(separator: " ").filter { $0 == "0" }.count == 2, "\(core)")
        let environment = try Data(contentsOf: URL(filePath: "/proc/\(server.identifier)/environ"))
        #expect(String(decoding: environment, as: UTF8.self).contains("SWIFT_BACKTRACE=enable=no"))
    }
}
