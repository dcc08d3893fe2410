import AccessPolicy
import GatehouseConfiguration
import OAuth
import Secrets
import Testing

/// RFC 7517, appendix A.1: the public key on P-256.
private let key =
    #"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}"#

private func files(_ clients: String) -> MemoryFiles {
    MemoryFiles(
        [
            "gatehouse.yaml": minimal("clients: c\n"), "c/a.yaml": clients, "c/secret": "a secret of 24 bytes now\n",
            "c/keys.json": "{\"keys\":[\(key)]}",
        ], environment: ["SECRET": "another secret of 26 bytes", "HOST": "app.example"])
}

/// One client, its lines from line 2 on.
private func client(_ lines: String...) -> String {
    "clients:\n- " + lines.joined(separator: "\n").replacing("\n", with: "\n  ") + "\n"
}

private let machine = "client_id: m\ngrant_types: [client_credentials]\n"

@Suite struct ClientTests {
    @Test func everythingIsRead() throws {
        let clients = try files(
            """
            clients:
              - client_id: web
                client_name: Web application
                redirect_uris: ["https://${HOST}/callback"]
                grant_types: [authorization_code, refresh_token]
                scope: openid profile
                consent: skip
                access_token_lifetime: 600
                client_secrets: [{file: secret}, {env: SECRET}]
              - client_id: native
                token_endpoint_auth_method: none
                redirect_uris: ["http://127.0.0.1/callback"]
              - client_id: job
                grant_types: [client_credentials]
                token_endpoint_auth_method: private_key_jwt
                jwks: {file: keys.json}
                namespaces: {payments: [deployer, monitor], "*": monitor}
            """
        ).load().clients
        #expect(clients.map(\.metadata.clientID) == ["web", "native", "job"])
        let web = try #require(clients.first)
        #expect(web.metadata.redirectURIs.map(\.rawValue) == ["https://app.example/callback"])
        #expect(web.metadata.clientName == "Web application")
        #expect(web.metadata.consent == .skip)
        #expect(web.metadata.accessTokenLifetime == 600)
        #expect(
            web.secrets.map { $0.revealText() } == ["a secret of 24 bytes now", "another secret of 26 bytes"])
        #expect(web.roles.isEmpty)
        #expect(clients[1].secrets.isEmpty && !clients[1].metadata.isConfidential)
        #expect(clients[2].metadata.jwks != nil)
        #expect(
            clients[2].roles
                == NamespaceAccess([
                    try NamespacePattern("payments"): [try RoleName("deployer"), try RoleName("monitor")],
                    .allApplication: [try RoleName("monitor")],
                ]))
    }

    @Test func keysInTheFile() throws {
        let clients = try files(
            client(
                "client_id: job", "grant_types: [client_credentials]", "token_endpoint_auth_method: private_key_jwt",
                "jwks: {keys: [\(key)]}")
        ).load().clients
        #expect(clients.first?.metadata.jwks != nil)
    }

    @Test func noFolderIsNoClients() throws {
        #expect(try MemoryFiles(["gatehouse.yaml": minimal()]).load().clients.isEmpty)
    }

    @Test(arguments: [
        ("- a", "1:1: a client file is a map with the key 'clients', not a list"),
        ("# nothing\n{}", "2:1: key 'clients' is missing"),
        ("clients: {}", "1:10: 'clients' must be a list, not a map"),
        ("clients: [a]", "1:11: 'clients' must be a map, not text"),
        (
            client("grant_types: [client_credentials]", "client_secret: 0123456789abcdef"),
            "2:3: key 'client_id' is missing"
        ),
        (
            client(machine + "client_secret: hunter2"),
            "4:18: 'client_secret' must have at least 16 bytes"
        ),
        (
            client(machine + "client_secrets: [0123456789abcdef-, hunter2]"),
            "4:39: 'client_secrets' must have at least 16 bytes"
        ),
        (client(machine + "client_secrets: []"), "4:19: 'client_secrets' must be one secret or two"),
        (
            client(machine + "client_secrets: [0123456789abcdef-, 0123456789abcdef-]"),
            "4:19: 'client_secrets' has the same twice"
        ),
        (
            client(machine + "client_secrets: [0123456789abcdef-, 1123456789abcdef-, 2123456789abcdef-]"),
            "4:19: 'client_secrets' must be one secret or two"
        ),
        (
            client(machine + "client_secret: 0123456789abcdef-\nclient_secrets: [0123456789abcdef-]"),
            "4:18: 'client_secret' and 'client_secrets' are both set; write all into 'client_secrets'"
        ),
        (
            client(machine + "client_name: M"),
            "2:3: key 'client_secret' is missing, which token_endpoint_auth_method 'client_secret_basic' needs"
        ),
        (
            client(
                "client_id: m", "token_endpoint_auth_method: none", "redirect_uris: [\"http://127.0.0.1/c\"]",
                "client_secret: 0123456789abcdef-"),
            "5:18: 'client_secret' does not go with token_endpoint_auth_method 'none'"
        ),
        (
            client(
                machine + "token_endpoint_auth_method: private_key_jwt", "jwks: {file: keys.json}",
                "client_secrets: [0123456789abcdef-]"),
            "6:19: 'client_secrets' does not go with token_endpoint_auth_method 'private_key_jwt'"
        ),
        (
            client(machine + "token_endpoint_auth_method: private_key_jwt", "jwks_uri: https://m.example/keys"),
            "5:13: 'jwks_uri' is not fetched; give the keys as 'jwks'"
        ),
        (
            client(machine + "token_endpoint_auth_method: private_key_jwt"),
            "2:3: key 'jwks' is missing, which token_endpoint_auth_method 'private_key_jwt' needs"
        ),
        (
            client(machine + "token_endpoint_auth_method: private_key_jwt", "jwks: {file: none.json}"),
            "5:16: 'jwks.file' cannot be read: there is no such file"
        ),
        (
            client("client_id: m", "client_secret: 0123456789abcdef-"),
            "2:3: 'redirect_uris': authorization_code needs at least one"
        ),
        (
            client("client_id: m", "client_secret: 0123456789abcdef-", "grant_types: [password]"),
            "4:16: 'grant_types' is not supported"
        ),
        (
            client(machine + "client_secret: 0123456789abcdef-", "client_id_: m"),
            "5:3: unknown key 'client_id_' (did you mean 'client_uri'?)"
        ),
        (
            client(machine + "client_secret: 0123456789abcdef-", "consent: never"),
            "5:12: 'consent' must be of required, skip"
        ),
        (
            client(machine + "client_secret: 0123456789abcdef-", "client_name: \"${NONE}\""),
            "5:16: environment variable NONE is not set; set it, or write ${NONE:-default}"
        ),
        (
            client(machine + "client_secret: 0123456789abcdef-", "access_token_lifetime: 1h"),
            "5:26: 'access_token_lifetime' must be a whole number from 60 to 86400"
        ),
        (
            client(machine + "client_secret: 0123456789abcdef-", "namespaces: {A_b: [admin]}"),
            "5:16: 'namespaces' must be 1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit"
        ),
        (
            client(machine + "client_secret: 0123456789abcdef-", "namespaces: {payments: [Admin]}"),
            "5:27: 'payments' must be 1 to 256 of a-z, 0-9 and '-', beginning with a letter"
        ),
    ])
    func aWrongClientIsNamedWithItsPlace(_ text: String, _ problem: String) {
        #expect(files(text).problems() == ["c/a.yaml:" + problem])
    }

    @Test func problemsOfAClientComeAtOnce() {
        let text = client(
            "client_id: m", "client_name: 5", "grant_types: [password]", "scope: \"\u{e9}\"", "client_secret: hunter2",
            "namespaces: []")
        #expect(
            files(text).problems() == [
                "c/a.yaml:3:16: 'client_name' must be a string, not a number",
                "c/a.yaml:4:16: 'grant_types' is not supported",
                "c/a.yaml:5:10: 'scope' has a character that is not allowed",
                "c/a.yaml:6:18: 'client_secret' must have at least 16 bytes",
                "c/a.yaml:7:15: 'namespaces' must be a map, not a list",
            ])
    }

    @Test func aClientTwiceNamesBothPlaces() {
        let one = client(machine + "client_secret: 0123456789abcdef-")
        var files = files(one)
        files["c/b.yaml"] = one
        #expect(files.problems() == ["c/b.yaml:2:14: client 'm' is already in c/a.yaml:2:14"])
    }
}
