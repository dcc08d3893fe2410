import Federation
import GatehouseConfiguration
import HTTPFetch
import JOSE
import Secrets
import Testing

/// Made for this run: no key belongs into a repository.
private let pem = (try? SigningKey(generating: .ES256).pem().revealText()) ?? ""

private let oidc = "name: a\ntype: oidc\nissuer: https://i.example\n"
private let oauth2 = """
    name: a
    type: oauth2
    issuer: https://i.example
    authorization_endpoint: https://i.example/authorize
    token_endpoint: https://i.example/token

    """

private func files(_ provider: String) -> MemoryFiles {
    var files = MemoryFiles(
        ["gatehouse.yaml": minimal("providers: p\n"), "p/a.yaml": provider, "p/key.pem": pem],
        environment: ["SECRET": "from-env", "CANARY": "canary7hunter2"])
    files.set("p/shared.pem", pem, mode: 0o644)
    return files
}

private func read(_ provider: String) throws -> (ProviderDefinition, ClientRegistration, ClientCredential) {
    let loaded = try files(provider).load()
    let definition = try #require(loaded.providers.first)
    return (
        definition, try #require(definition.client), try #require(loaded.clientCredentials[definition.name])
    )
}

/// What makes a provider one that people sign in through.
@Suite struct SignInTests {
    @Test func theLeastThatIsNeeded() throws {
        let (provider, client, credential) = try read(oidc + "client_id: us\nclient_secret: hunter2\n")
        #expect(provider.audiences.map(\.rawValue) == ["us"])
        #expect(client == ClientRegistration(clientID: "us", authentication: .clientSecretBasic))
        #expect(client.scopes == ["openid", "profile", "email"])
        guard case .secret(let secret) = credential else {
            Issue.record("no secret")
            return
        }
        #expect(secret.revealText() == "hunter2")
    }

    @Test func everyKeyIsRead() throws {
        let (provider, client, _) = try read(
            oidc + """
                client_id: us
                client_secret: {env: SECRET}
                audiences: [us, https://id.example.com]
                token_endpoint_auth_method: client_secret_post
                scopes: [openid, groups]
                authorization_endpoint: https://i.example/authorize
                token_endpoint: https://i.example/token
                userinfo_endpoint: https://i.example/me
                end_session_endpoint: https://i.example/end
                prompt: select_account
                userinfo: false
                pass_login_hint: false
                pushed_authorization: true
                response_mode: form_post
                group_overage: {graph: https://graph.microsoft.com, security_enabled_only: false}
                authorization_parameters: {hd: example.com, access_type: online}
                title: Example
                icon: google
                authoritative_domains: [example.com, example.org]
                """)
        #expect(Set(provider.audiences.map(\.rawValue)) == ["us", "https://id.example.com"])
        var expected = ClientRegistration(
            clientID: "us", authentication: .clientSecretPost, scopes: ["openid", "groups"],
            authorizationEndpoint: try FetchURL("https://i.example/authorize"),
            tokenEndpoint: try FetchURL("https://i.example/token"),
            userinfoEndpoint: try FetchURL("https://i.example/me"),
            endSessionEndpoint: try FetchURL("https://i.example/end"), prompt: "select_account", skipsUserinfo: true,
            passesLoginHint: false, usesPushedAuthorization: true, responseMode: .formPost,
            groupOverage: .init(graph: try FetchURL("https://graph.microsoft.com"), securityEnabledOnly: false),
            additionalParameters: ["hd": "example.com", "access_type": "online"])
        expected.title = "Example"
        expected.icon = "google"
        expected.authoritativeDomains = ["example.com", "example.org"]
        #expect(client == expected)
    }

    @Test func aPublicClient() throws {
        let (_, client, credential) = try read(oidc + "client_id: us\nscopes: openid groups\n")
        #expect(client.authentication == .none)
        #expect(client.scopes == ["openid", "groups"])
        guard case .none = credential else {
            Issue.record("a credential from nowhere")
            return
        }
    }

    @Test(arguments: [
        ("private_key: {file: key.pem}", nil), ("private_key: {file: key.pem}\nprivate_key_id: k1", "k1"),
        ("private_key: {file: key.pem}\nprivate_key_algorithm: ES256\nprivate_key_id: k1", "k1"),
        ("private_key: {file: key.pem}\ntoken_endpoint_auth_method: private_key_jwt", nil),
    ])
    func aPrivateKey(_ lines: String, _ name: String?) throws {
        let (_, client, credential) = try read(oidc + "client_id: us\n" + lines)
        #expect(client.authentication == .privateKeyJWT)
        guard case .privateKey(let key, let keyID, let algorithm) = credential else {
            Issue.record("no private key")
            return
        }
        #expect(pem.hasPrefix(key.revealText()) && keyID == name && algorithm == .ES256)
    }

    @Test func applesKey() throws {
        let (_, client, credential) = try read(
            oidc + "client_id: us\napple: {team_id: T1, key_id: K1, key: {file: key.pem}}")
        #expect(client.authentication == .clientSecretPost)
        guard case .appleKey(_, "K1", "T1") = credential else {
            Issue.record("no key of Apple's kind")
            return
        }
    }

    @Test func oauth2WithGitHubsProfile() throws {
        let (provider, client, _) = try read(
            oauth2 + "client_id: us\nclient_secret: s\nprofile: github\napi: https://api.github.com")
        #expect(provider.keySource == KeySource.none)
        #expect(provider.audiences.map(\.rawValue) == ["us"])
        #expect(client.scopes.isEmpty)
        #expect(client.profile == .github(api: try FetchURL("https://api.github.com")))
    }

    @Test func oauth2WithAUserinfoEndpoint() throws {
        let (_, client, _) = try read(
            oauth2
                + "client_id: us\nclient_secret: s\nprofile: {subject_claim: id}\nuserinfo_endpoint: https://i.example/me"
        )
        #expect(client.profile == .userinfo(subjectClaim: "id"))
    }

    /// `loadProviders` answers definitions, and no secret with them.
    @Test func providersAlone() throws {
        let files = files(oidc + "client_id: us\nclient_secret: hunter2")
        let providers = try loadProviders(paths: ["p"], surroundings: files.surroundings, templates: .none)
        #expect(providers.map { $0.client?.clientID } == ["us"])
    }

    /// Line 4 is the first of these, and `client_id` is line 3's.
    @Test(arguments: [
        ("client_secret: [hunter2]", "4:16: 'client_secret' must be text, {file: path} or {env: NAME}"),
        (
            "client_secret: s\nprivate_key: {file: key.pem}",
            "5:14: 'private_key' and 'client_secret' are both set; the proof is one of them"
        ),
        (
            "private_key: {file: key.pem}\napple: {team_id: T, key_id: K, key: {file: key.pem}}",
            "5:8: 'apple' and 'private_key' are both set; the proof is one of them"
        ),
        ("private_key_id: k", "4:17: 'private_key_id' needs 'private_key'"),
        ("private_key_algorithm: ES256", "4:24: 'private_key_algorithm' needs 'private_key'"),
        ("private_key: hunter2", "4:14: 'private_key' must be an unencrypted private key in PEM"),
        (
            "private_key: {file: key.pem}\nprivate_key_algorithm: RS256",
            "4:14: 'private_key' must be an unencrypted private key in PEM, of the kind of private_key_algorithm"
        ),
        (
            "private_key: {file: key.pem}\nprivate_key_algorithm: HS256",
            "5:24: 'private_key_algorithm' must be of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, "
                + "EdDSA (did you mean 'ES256'?)"
        ),
        (
            "private_key: {file: shared.pem}",
            "4:21: 'private_key.file' is a file that others may read; run chmod 600 on it"
        ),
        ("apple: {key_id: K, key: {file: key.pem}}", "4:8: key 'team_id' is missing"),
        (
            "apple: {team_id: T, key_id: K, key: hunter2}",
            "4:37: 'key' must be the .p8 file of Apple, an unencrypted P-256 key in PEM"
        ),
        (
            "apple: {team_id: T, key_id: K, key: {file: key.pem}, kye: 1}",
            "4:54: unknown key 'kye'"
        ),
        (
            "token_endpoint_auth_method: client_secret_post",
            "1:1: key 'client_secret' is missing, which token_endpoint_auth_method 'client_secret_post' needs"
        ),
        (
            "token_endpoint_auth_method: private_key_jwt",
            "1:1: key 'private_key' is missing, which token_endpoint_auth_method 'private_key_jwt' needs"
        ),
        (
            "client_secret: s\ntoken_endpoint_auth_method: none",
            "4:16: 'client_secret' does not go with token_endpoint_auth_method 'none'"
        ),
        (
            "client_secret: s\ntoken_endpoint_auth_method: private_key_jwt",
            "4:16: 'client_secret' does not go with token_endpoint_auth_method 'private_key_jwt'"
        ),
        (
            "client_secret: hunter2\ntoken_endpoint_auth_method: client_secret_jwt",
            "4:16: 'client_secret' must have at least 32 bytes for client_secret_jwt"
        ),
        (
            "token_endpoint_auth_method: client_secret",
            "4:29: 'token_endpoint_auth_method' must be one of none, client_secret_basic, client_secret_post, "
                + "client_secret_jwt, private_key_jwt (did you mean 'client_secret_jwt'?)"
        ),
        ("scopes: 5", "4:9: 'scopes' must be text, not a number; put it into quotes"),
        (
            "scopes: [openid profile]",
            "4:10: 'scopes' must be printable ASCII without '\"' and '\\', one in each entry"
        ),
        (
            "token_endpoint: http://i.example/token",
            "4:17: 'token_endpoint' is http, and its origin is not in outbound.allow_origins"
        ),
        ("userinfo: no", "4:11: 'userinfo' must be true or false; write false"),
        ("response_mode: fragment", "4:16: 'response_mode' must be one of query, form_post"),
        ("profile: github", "4:10: 'profile' is for an oauth2 provider; an oidc provider has ID tokens"),
        ("api: https://api.github.com", "4:6: 'api' only goes with profile: github"),
        ("group_overage: {}", "4:16: key 'graph' is missing"),
        (
            "authorization_parameters: {state: x}",
            "4:28: 'state' cannot be set here: Gatehouse sets it itself, or has a key for it"
        ),
        (
            "authoritative_domains: [Example.com]",
            "4:25: 'authoritative_domains' must be a domain in lower case, such as example.com"
        ),
        (
            "authoritative_domains: [com]",
            "4:25: 'authoritative_domains' must be a domain in lower case, such as example.com"
        ),
        (
            "icon: gogle",
            "4:7: 'icon' must be one of google, microsoft, okta, github, gitlab, keycloak, apple, auth0, generic "
                + "(did you mean 'google'?)"
        ),
        ("client_secrt: x", "4:1: unknown key 'client_secrt' (did you mean 'client_secret'?)"),
    ])
    func aWrongClientIsNamedWithItsPlace(_ lines: String, _ problem: String) {
        let text = "name: a\ntype: oidc\nclient_id: us\n\(lines)\nissuer: https://i.example\n"
        #expect(files(text).problems() == ["p/a.yaml:" + problem])
    }

    @Test(arguments: [
        (oidc + "audiences: [a]\nclient_secret: s", ["p/a.yaml:5:1: 'client_secret' needs 'client_id'"]),
        (
            oidc + "audiences: [a]\nscopes: [a]\nuserinfo: false",
            ["p/a.yaml:5:1: 'scopes' needs 'client_id'", "p/a.yaml:6:1: 'userinfo' needs 'client_id'"]
        ),
        (oidc + "client_id: caf\u{e9}", ["p/a.yaml:4:12: 'client_id' must be 1 to 1024 printable ASCII characters"]),
        (oidc + "client_id: 123", ["p/a.yaml:4:12: 'client_id' must be text, not a number; put it into quotes"]),
        (
            oidc + "client_id: us\naudiences: []",
            ["p/a.yaml:5:12: 'audiences' is empty: no token could ever be accepted"]
        ),
        (
            oidc.replacing("oidc", with: "workload") + "audiences: [a]\nclient_id: us\nclient_secret: s",
            [
                "p/a.yaml:5:1: 'client_id' is for signing people in, and a workload provider is for machines only",
                "p/a.yaml:6:1: 'client_secret' is for signing people in, and a workload provider is for machines only",
            ]
        ),
        (
            "name: a\ntype: oidc\nissuer: https://i.example/{tenantid}/v2.0\ntenants: [t]\nclient_id: us\n"
                + "authoritative_domains: [example.com]",
            [
                "p/a.yaml:6:24: 'authoritative_domains' does not go with an issuer that has {tenantid}; "
                    + "write one issuer"
            ]
        ),
        (
            oauth2,
            [
                "p/a.yaml:1:1: key 'client_id' is missing",
                "p/a.yaml:4:1: 'authorization_endpoint' needs 'client_id'",
                "p/a.yaml:5:1: 'token_endpoint' needs 'client_id'",
            ]
        ),
        (
            oauth2 + "client_id: us\nclient_secret: s",
            ["p/a.yaml:1:7: userinfo_endpoint must be set, for nothing else says who somebody is"]
        ),
        (
            oauth2.replacing("token_endpoint: https://i.example/token\n", with: "")
                + "client_id: us\nprofile: github\napi: https://api.github.com",
            ["p/a.yaml:1:7: authorization_endpoint and token_endpoint must be set, for nothing else names them"]
        ),
        (oauth2 + "client_id: us\nprofile: github", ["p/a.yaml:1:1: key 'api' is missing"]),
        (
            oauth2 + "client_id: us\nprofile: gitea",
            ["p/a.yaml:7:10: 'profile' must be github or {subject_claim: name}"]
        ),
        (
            oauth2.replacing("https://i.example/token", with: "http://i.example/token") + "client_id: us",
            ["p/a.yaml:5:17: 'token_endpoint' is http, and its origin is not in outbound.allow_origins"]
        ),
        (oauth2 + "client_id: us\nprofile: {}", ["p/a.yaml:7:10: key 'subject_claim' is missing"]),
    ])
    func whatDoesNotGoTogether(_ text: String, _ problems: [String]) {
        #expect(files(text).problems() == problems)
    }

    /// A secret in any place of a client: no problem may quote it.
    @Test(arguments: [
        "client_secret: [%]", "client_secret: {%: 1}", "private_key: %", "private_key_id: [%]", "apple: %",
        "apple: {team_id: %, key_id: %, key: %}", "client_secret: %\ntoken_endpoint_auth_method: client_secret_jwt",
        "token_endpoint_auth_method: %", "scopes: {a: %}", "token_endpoint: %", "profile: %", "api: %", "icon: %",
        "authoritative_domains: [\"% %\"]", "authorization_parameters: {a: [%]}", "group_overage: {graph: %}",
    ])
    func noProblemQuotesASecret(_ template: String) {
        for value in ["canary7hunter2", "${CANARY}"] {
            let lines = template.split(separator: "%", omittingEmptySubsequences: false).joined(separator: value)
            let problems = files(oidc + "client_id: us\n" + lines).problems()
            #expect(!problems.isEmpty)
            for problem in problems { #expect(!problem.contains("canary7hunter2"), "\(problem)") }
        }
    }
}
