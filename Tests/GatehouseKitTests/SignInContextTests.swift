import ArgumentParser
@testable import GatehouseClient
import HTTPFetch
import JOSE
import Secrets
import StrictJSON
import Testing

@testable import GatehouseKit

/// Which server, and whose sign-in: never a token to a server that it is not of.
@Suite struct SignInContextTests {
    private let contexts: Contexts

    init() throws {
        var contexts = Contexts()
        for (name, server) in [
            ("prod", "https://id.example.com"), ("test", "https://test.example.com"),
            ("twin", "https://test.example.com"),
        ] {
            contexts.put(Context(name: try ContextName(name), server: try ServerAddress(server)))
        }
        contexts.makeCurrent(try ContextName("prod"))
        self.contexts = contexts
    }

    struct Row: CustomTestStringConvertible {
        var server: String?
        var context: String?
        var environment: [String: String] = [:]
        /// `server context`; `nil` is a usage error.
        let expected: String?
        var testDescription: String { "\(server ?? "-") \(context ?? "-") \(environment)" }
    }

    private static let rows: [Row] = [
        Row(expected: "https://id.example.com prod"),
        Row(context: "test", expected: "https://test.example.com test"),
        Row(server: "https://id.example.com", expected: "https://id.example.com prod"),
        Row(server: "https://id.example.com/", expected: "https://id.example.com prod"),
        Row(server: "https://new.example.com", expected: "https://new.example.com -"),
        Row(server: "https://test.example.com", expected: "https://test.example.com -"),
        Row(server: "https://test.example.com", context: "twin", expected: "https://test.example.com twin"),
        Row(server: "https://id.example.com", context: "test", expected: nil),
        Row(context: "none", expected: nil),
        Row(environment: ["GATEHOUSE_CONTEXT": "twin"], expected: "https://test.example.com twin"),
        Row(environment: ["GATEHOUSE_CONTEXT": "none"], expected: nil),
        Row(environment: ["GATEHOUSE_CONTEXT": "a/b"], expected: nil),
        Row(environment: ["GATEHOUSE_CONTEXT": ""], expected: "https://id.example.com prod"),
        Row(environment: ["GATEHOUSE_URL": "https://new.example.com"], expected: "https://new.example.com -"),
        Row(environment: ["GATEHOUSE_URL": "https://id.example.com"], expected: "https://id.example.com prod"),
        Row(
            environment: ["GATEHOUSE_URL": "https://id.example.com", "GATEHOUSE_CONTEXT": "test"], expected: nil),
        Row(
            context: "test", environment: ["GATEHOUSE_URL": "https://id.example.com"],
            expected: "https://test.example.com test"),
        Row(
            server: "https://id.example.com", environment: ["GATEHOUSE_CONTEXT": "test"],
            expected: "https://id.example.com prod"),
        Row(server: "http://id.example.com", expected: nil),
    ]

    @Test(arguments: rows) func targets(_ row: Row) throws {
        func target() throws -> String {
            let naming = try ServerNaming(
                server: row.server, context: try row.context.map { try ContextName($0) }, row.environment)
            let target = try ClientTarget(naming, contexts)
            return "\(target.server) \(target.context?.name.rawValue ?? "-")"
        }
        guard let expected = row.expected else {
            let error = #expect(throws: (any Error).self) { _ = try target() }
            #expect(error.map { CommandEnding($0).status } == .usage)
            return
        }
        #expect(try target() == expected)
    }

    private static let signInRows: [Row] = [
        Row(expected: "https://id.example.com prod"),
        Row(server: "https://new.example.com", expected: "https://new.example.com new.example.com"),
        Row(server: "http://127.0.0.1:8080", expected: "http://127.0.0.1:8080 127.0.0.1-8080"),
        Row(server: "http://[::1]:8080", expected: "http://[::1]:8080 1--8080"),
        Row(server: "https://test.example.com", expected: "https://test.example.com test.example.com"),
        Row(server: "https://new.example.com", context: "new", expected: "https://new.example.com new"),
        Row(context: "new", expected: "http://127.0.0.1:8080 new"),
        Row(
            context: "new", environment: ["GATEHOUSE_URL": "https://new.example.com"],
            expected: "https://new.example.com new"),
        Row(environment: ["GATEHOUSE_CONTEXT": "new"], expected: "http://127.0.0.1:8080 new"),
        Row(server: "https://new.example.com", context: "prod", expected: nil),
    ]

    @Test(arguments: signInRows) func placesForASignIn(_ row: Row) throws {
        func place() throws -> String {
            let naming = try ServerNaming(
                server: row.server, context: try row.context.map { try ContextName($0) }, row.environment)
            let context = try ClientTarget.toSignIn(naming, contexts)
            return "\(context.server) \(context.name)"
        }
        guard let expected = row.expected else {
            #expect(throws: CommandFailure.self) { _ = try place() }
            return
        }
        #expect(try place() == expected)
    }

    @Test func withoutContextsTheDefaultStays() throws {
        let target = try ClientTarget(try ServerNaming([:]), Contexts())
        #expect(target.server.description == "http://127.0.0.1:8080" && target.context == nil)
    }

    @Test func contextsAreReadAsTheyWereWritten() throws {
        #expect(try Contexts(contexts.encoded) == contexts)
        for text in [
            "", "{}", #"{"contexts":[{"name":"a"}]}"#, #"{"contexts":[{"name":"../a","server":"https://x.example"}]}"#,
            #"{"contexts":[{"name":"a","server":"http://x.example"}]}"#,
        ] {
            #expect(throws: (any Error).self) { _ = try Contexts(Array(text.utf8)) }
        }
    }

    @Test(arguments: ["", "..", "-x", ".x", "a/b", "a b", "é", "a\n", String(repeating: "a", count: 65)])
    func namesThatAreNoFileNames(_ text: String) { #expect(throws: (any Error).self) { _ = try ContextName(text) } }

    @Test func theListShowsWhoAndWhichIsCurrent() throws {
        var record = SignInRecord(issuer: "https://id.example.com")
        record.tokens = .init(accessToken: Secret(utf8: "A"), expiresAt: 1, refreshToken: nil, scope: nil)
        record.who = "ana@example.com"
        let text = try ContextListCommand.table(contexts) { name throws(CommandFailure) in
            name.rawValue == "prod" ? record : nil
        }
        #expect(
            text.split(separator: "\n") == [
                "    NAME   SERVER                     USER", "*   prod   https://id.example.com     ana@example.com",
                "    test   https://test.example.com   (not signed in)",
                "    twin   https://test.example.com   (not signed in)",
            ])
    }

    // MARK: reports

    @Test func statusTellsEverythingButTheTokens() throws {
        let context = try #require(contexts.current)
        var record = SignInRecord(issuer: "https://id.example.com")
        record.tokens = .init(
            accessToken: Secret(utf8: "ACCESS"), expiresAt: 1720, refreshToken: Secret(utf8: "REFRESH"), scope: nil)
        record.who = "ana@example.com\u{1B}"
        record.signedInAt = 1000
        let report = SignInReport(context, record, path: "/h/c.json", now: 1000)
        #expect(report.isSignedIn)
        #expect(
            report.text == """
                context: prod
                server: https://id.example.com
                user: ana@example.com\u{FFFD}
                token: expires in 12m, renewed by itself
                since: just now
                stored: file (plain) /h/c.json

                """)
        let json = report.json.encodedText()
        #expect(json.contains(#""stored":{"kind":"file","path":"/h/c.json"}"#))
        #expect(!json.contains("ACCESS") && !json.contains("REFRESH"))
    }

    @Test func statusOfNoSignIn() throws {
        let context = try #require(contexts.current)
        var ended = SignInRecord(issuer: "https://id.example.com")
        ended.tokens = .init(accessToken: Secret(utf8: "A"), expiresAt: 10, refreshToken: nil, scope: nil)
        for record in [nil, SignInRecord(issuer: "https://id.example.com"), ended] {
            let report = SignInReport(context, record, path: "p", now: 1000)
            #expect(!report.isSignedIn && report.text.contains("run gatehouse login --context prod"))
        }
    }

    @Test(
        arguments: [
            ([], "T\n"), (["--header"], "Authorization: Bearer T\n"), (["--bare"], "T"),
        ])
    func theTokenForOtherPrograms(_ arguments: [String], _ text: String) throws {
        #expect(try TokenPrintCommand.parse(arguments).text(Secret(utf8: "T")) == text)
    }

    @Test func whoIsOfTheIDTokenOfThisServerAndClient() throws {
        func who(_ claims: String) -> String? {
            let parts = [#"{"alg":"ES256","typ":"JWT"}"#, claims, "sig"].map { Base64URL.encode(Array($0.utf8)) }
            return TokenGrant([
                "access_token": "a", "token_type": "bearer", "id_token": JSONValue(parts.joined(separator: ".")),
            ])?.who(issuer: "https://id.example.com")
        }
        let ours = #""iss":"https://id.example.com","aud":"gatehouse-cli","sub":"usr_1""#
        #expect(who("{\(ours),\"email\":\"ana@example.com\"}") == "ana@example.com")
        #expect(who("{\(ours)}") == "usr_1")
        #expect(who(#"{"iss":"https://evil.example","aud":"gatehouse-cli","sub":"x"}"#) == nil)
        #expect(who(#"{"iss":"https://id.example.com","aud":"other","sub":"x"}"#) == nil)
        #expect(who("x") == nil)
    }
}
