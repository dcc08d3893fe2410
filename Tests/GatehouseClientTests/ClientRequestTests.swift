import HTTPFetch
import HTTPTypes
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

    @Test(
        arguments: [
            ([:], ["password"], #"{"password":"p\"w"}"#),
            (["name": "n"], ["spec", "password"], #"{"name":"n","spec":{"password":"p\"w"}}"#),
            (
                ["spec": ["type": "T"], "days": 1], ["spec", "password"],
                #"{"spec":{"type":"T","password":"p\"w"},"days":1}"#
            ),
            (["password": "old"], ["password"], #"{"password":"p\"w"}"#), (["name": "n"], [], #"{"name":"n"}"#),
        ] as [(JSONObject, [String], String)])
    func aSecretInABody(_ object: JSONObject, _ names: [String], _ text: String) {
        let request = ClientRequest(
            .POST, "/a", body: .jsonWithSecret(object, at: names, Secret(utf8: #"p"w"#), source: .standardInput))
        #expect(String(decoding: request.encodedBody, as: UTF8.self) == text)
        #expect(request.contentType == "application/json")
    }

    @Test func headers() throws {
        let request = ClientRequest(.POST, "/a", body: .json([:]), idempotencyKey: IdempotencyKey("k1"))
        let sent = GatehouseClient.headers(of: request, Secret(utf8: "t"))
        #expect(sent[.authorization] == "Bearer t" && sent[.contentType] == "application/json")
        #expect(sent[try #require(HTTPField.Name("Idempotency-Key"))] == "k1")
        let plain = GatehouseClient.headers(of: ClientRequest(.GET, "/a"), nil)
        #expect(plain.count == 1 && plain[.accept] == "application/json")
    }

    @Test(
        arguments: [
            ("a", true), ("0f8e-deploy:42/~", true), (String(repeating: "x", count: 255), true), ("", false),
            (String(repeating: "x", count: 256), false), ("a b", false), ("a\r\nX: y", false), ("é", false),
            ("a\u{7F}", false), ("a\t", false),
        ])
    func idempotencyKeys(_ text: String, _ isTaken: Bool) {
        #expect((IdempotencyKey(text) != nil) == isTaken)
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

    @Test func anIdempotencyKeyIsAHeader() throws {
        let request = ClientRequest(.POST, "/a", body: .json([:]), idempotencyKey: IdempotencyKey("job 42"))
        #expect(try !curl(request).contains("Idempotency-Key"))
        let good = ClientRequest(.POST, "/a", idempotencyKey: IdempotencyKey("job'42"))
        #expect(
            try curl(good, credential: false)
                == #"curl -sS -X POST -H 'Idempotency-Key: job'\''42' http://127.0.0.1:8080/a"#)
    }

    /// What a shell makes of the pieces is the body that the client itself would send.
    @Test(
        arguments: [
            (.file("pw.txt"), #"sed 's/[\\"]/\\&/g' < pw.txt"#), (.standardInput, #"sed 's/[\\"]/\\&/g'"#),
            (.variable("GATEHOUSE_PASSWORD"), #"printf %s "$GATEHOUSE_PASSWORD" | sed 's/[\\"]/\\&/g'"#),
        ] as [(ClientRequest.SecretSource, String)])
    func aSecretInABody(_ source: ClientRequest.SecretSource, _ read: String) throws {
        let request = ClientRequest(
            .POST, "/a",
            body: .jsonWithSecret(
                ["name": #""\u0000""#, "spec": ["type": "T"]], at: ["spec", "password"], Secret(utf8: "hidden"),
                source: source))
        let text = try curl(request, credential: false)
        #expect(
            text
                == #"{ printf %s '{"name":"\"\\u0000\"","spec":{"type":"T","password":"'; "# + read
                + #" | tr -d '\r\n'; printf %s '"}}'; } | curl -sS -X POST -H 'Content-Type: application/json' --data-binary @- http://127.0.0.1:8080/a"#
        )
    }

    @Test(arguments: [("plain-1.txt", "plain-1.txt"), ("", "''"), ("a'b", #"'a'\''b'"#), ("$x", "'$x'"), ("é", "'é'")])
    func quoting(_ text: String, _ word: String) { #expect(CurlCommand.quoted(text) == word) }
}
