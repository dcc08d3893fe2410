import HTTPFetch
import Secrets
import StrictJSON
import Testing

@testable import GatehouseClient

@Suite struct ClientRequestTests {
    @Test(
        arguments: [
            (["system", "ci-bot"], "/api/system/credentials/ci-bot"),
            (["a/b", "c?d"], "/api/a%2Fb/credentials/c%3Fd"),
            (["..x", "é"], "/api/..x/credentials/%C3%A9"),
            (["%2e%2e", "a b"], "/api/%252e%252e/credentials/a%20b"),
        ])
    func segments(_ segments: [String], _ path: String) {
        #expect(ClientRequest.path("/api/{}/credentials/{}", segments[0], segments[1]) == path)
    }

    @Test(arguments: ["", ".", "..", "..."])
    func aSegmentThatWouldBeAnotherPathIsRefused(_ segment: String) {
        #expect(ClientRequest.path("/api/{}", segment) == nil)
    }

    @Test func queries() {
        #expect(ClientRequest(.GET, "/a", query: [("b c", "d&e")]).target == "/a?b%20c=d%26e")
        #expect(ClientRequest(.GET, "/a?x=1", query: [("b", "c")]).target == "/a?x=1&b=c")
        #expect(ClientRequest(.GET, "/a").target == "/a")
    }

    @Test func bodies() {
        let json = ClientRequest(.POST, "/a", body: .json(["name": "x"]))
        #expect(json.contentType == "application/json")
        #expect(json.encodedBody == Array(#"{"name":"x"}"#.utf8))
        let form = ClientRequest(
            .POST, "/a",
            body: .form([
                .init("scope", "namespace:a role:b"), .init("token", Secret(utf8: "s+e=c"), from: .standardInput),
            ]))
        #expect(form.contentType == "application/x-www-form-urlencoded")
        #expect(form.encodedBody == Array("scope=namespace%3Aa%20role%3Ab&token=s%2Be%3Dc".utf8))
        #expect(ClientRequest(.GET, "/a").contentType == nil)
    }
}

@Suite struct CurlCommandTests {
    private func curl(_ request: ClientRequest, credential: Bool = true) throws -> String {
        CurlCommand(request, server: try ServerAddress("http://127.0.0.1:8080"), sendsCredential: credential)
            .description
    }

    @Test func aGet() throws {
        #expect(
            try curl(ClientRequest(.GET, "/a?b=c"))
                == #"curl -sS -H "Authorization: Bearer $GATEHOUSE_TOKEN" 'http://127.0.0.1:8080/a?b=c'"#)
    }

    @Test func aBodyIsOneWordOfTheShell() throws {
        let text = try curl(ClientRequest(.POST, "/a", body: .json(["name": "it's $HOME `id`"])), credential: false)
        #expect(
            text
                == #"curl -sS -X POST -H 'Content-Type: application/json' --data-raw '{"name":"it'\''s $HOME `id`"}' http://127.0.0.1:8080/a"#
        )
    }

    @Test func secretsAreNeverShown() throws {
        let request = ClientRequest(
            .POST, "/t",
            body: .form([
                .init("subject_token", Secret(utf8: "hidden1"), from: .file("a b.jwt")),
                .init("actor_token", Secret(utf8: "hidden2"), from: .file("c.jwt")), .init("scope", "x y"),
            ]))
        #expect(
            try curl(request, credential: false)
                == #"tr -d '\r\n' < 'a b.jwt' | curl -sS -X POST --data-urlencode subject_token@- --data-urlencode actor_token@<(tr -d '\r\n' < c.jwt) --data-urlencode 'scope=x y' http://127.0.0.1:8080/t"#
        )
        for source in [ClientRequest.SecretSource.standardInput, .variable("TOKEN"), .file("f")] {
            let request = ClientRequest(
                .POST, "/t", body: .form([.init("token", Secret(utf8: "hidden"), from: source)]))
            #expect(try !curl(request).contains("hidden"))
        }
    }

    @Test(arguments: [("plain-1.txt", "plain-1.txt"), ("", "''"), ("a'b", #"'a'\''b'"#), ("$x", "'$x'"), ("é", "'é'")])
    func quoting(_ text: String, _ word: String) { #expect(CurlCommand.quoted(text) == word) }
}
