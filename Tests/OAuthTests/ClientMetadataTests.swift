import Identifiers
import OAuth
import StrictJSON
import Testing

@Suite("Client metadata (RFC 7591 §2)")
struct ClientMetadataTests {
    private static let minimal: JSONObject = ["client_id": "app", "redirect_uris": ["https://a/cb"]]

    /// The minimal client with members replaced or added.
    private static func object(_ changes: JSONObject) -> JSONObject {
        var object = minimal
        for member in changes.members { object[member.name.rawValue] = member.value }
        return object
    }

    @Test("the least a client can say, and what is left to defaults")
    func least() throws {
        let client = try ClientMetadata(Self.minimal)
        #expect(client.clientID == "app" && client.clientName == nil)
        #expect(client.redirectURIs.map(\.rawValue) == ["https://a/cb"] && client.postLogoutRedirectURIs.isEmpty)
        #expect(client.grantTypes == [.authorizationCode] && client.tokenEndpointAuthMethod == .clientSecretBasic)
        #expect(client.isConfidential && client.consent == .required && client.accessTokenLifetime == nil)
        #expect(client.jwks == nil && client.jwksURI == nil && client.scope == nil && client.resources.isEmpty)
        #expect(
            client.document == [
                "client_id": "app", "redirect_uris": ["https://a/cb"], "grant_types": ["authorization_code"],
                "token_endpoint_auth_method": "client_secret_basic", "consent": "required",
            ])
    }

    @Test("all it can say, and written back")
    func all() throws {
        let document: JSONObject = [
            "client_id": "app 1", "client_name": "Jörgs App", "redirect_uris": ["https://a/cb", "com.example.a:/cb"],
            "post_logout_redirect_uris": ["https://a/bye"],
            "grant_types": [
                "authorization_code", "refresh_token", "client_credentials",
                "urn:ietf:params:oauth:grant-type:device_code", "urn:ietf:params:oauth:grant-type:token-exchange",
            ],
            "token_endpoint_auth_method": "private_key_jwt", "jwks": ["keys": []], "scope": "openid email",
            "resources": ["https://api.example"], "resource_server": ["https://rs.example"], "consent": "skip",
            "access_token_lifetime": 60,
            "client_uri": "https://a/", "logo_uri": "https://a/l.png", "policy_uri": "https://a/p",
            "tos_uri": "https://a/t",
        ]
        let client = try ClientMetadata(document)
        #expect(client.grantTypes == TokenRequest.grantTypes)
        #expect(client.jwks == ["keys": []] && client.resources.map(\.rawValue) == ["https://api.example"])
        #expect(client.resourceServer.map(\.rawValue) == ["https://rs.example"])
        #expect(client.consent == .skip && client.accessTokenLifetime == 60 && client.scope?.text == "openid email")
        #expect(client.clientURI == "https://a/" && client.logoURI == "https://a/l.png")
        #expect(client.policyURI == "https://a/p" && client.tosURI == "https://a/t")
        #expect(client.document == document)
        #expect(try ClientMetadata(client.document) == client)
    }

    @Test(
        "accepted",
        arguments: [
            ["grant_types": ["device_code", "token_exchange"], "redirect_uris": []],
            ["grant_types": ["device_code"], "token_endpoint_auth_method": "none"],
            ["token_endpoint_auth_method": "none"],
            ["token_endpoint_auth_method": "client_secret_post", "jwks_uri": "https://a/jwks"],
            ["token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "http://127.0.0.1:8080/jwks"],
            ["grant_types": ["client_credentials"], "redirect_uris": []],
            ["access_token_lifetime": 86_400],
        ] as [JSONObject])
    func accepted(_ changes: JSONObject) throws {
        let client = try ClientMetadata(Self.object(changes))
        #expect(try ClientMetadata(client.document) == client)
    }

    private static let idRule = "must be 1 to 255 printable ASCII characters"
    private static let nameRule = "must be 1 to 255 bytes without control and invisible characters"
    private static let lifetimeRule = "must be a whole number from 60 to 86400"
    private static let methods = "must be of none, client_secret_basic, client_secret_post, private_key_jwt"

    @Test(
        "refused, with the member",
        arguments: [
            (["client_id": ""], "client_id", idRule), (["client_id": "é"], "client_id", idRule),
            (["client_id": "a\n"], "client_id", idRule),
            (["client_id": .init(String(repeating: "a", count: 256))], "client_id", idRule),
            (["client_id": 1], "client_id", "must be a string, not a number"),
            (["client_id": nil], "client_id", "must be a string, not null"),
            (["client_name": ""], "client_name", nameRule), (["client_name": "a\nb"], "client_name", nameRule),
            (["client_name": "a\u{202E}b"], "client_name", nameRule),
            (["client_name": "a\u{200B}"], "client_name", nameRule),
            (["client_name": "a\u{2028}"], "client_name", nameRule),
            (["client_name": "\u{E000}"], "client_name", nameRule),
            (["client_name": ["a"]], "client_name", "must be a string, not an array"),
            (["redirect_uris": []], "redirect_uris", "authorization_code needs at least one"),
            (["redirect_uris": "https://a/cb"], "redirect_uris", "must be an array, not a string"),
            (["redirect_uris": [1]], "redirect_uris", "has a number, not a string"),
            (["redirect_uris": ["https://a/", "/cb"]], "redirect_uris", "not an absolute URI"),
            (["redirect_uris": ["https://a/#"]], "redirect_uris", "has a fragment"),
            (["redirect_uris": ["https://a/", "https://a/"]], "redirect_uris", "has the same twice"),
            (
                ["redirect_uris": .init((0...100).map { "https://a/\($0)" })], "redirect_uris", "must be at most 100"
            ),
            (["post_logout_redirect_uris": ["http://a/"]], "post_logout_redirect_uris", web),
            (["post_logout_redirect_uris": nil], "post_logout_redirect_uris", "must be an array, not null"),
            (["grant_types": []], "grant_types", "must have at least one"),
            (["grant_types": ["password"]], "grant_types", "is not supported"),
            (["grant_types": ["implicit"]], "grant_types", "is not supported"),
            (["grant_types": ["Device_Code"]], "grant_types", "is not supported"),
            (["grant_types": ["device_code", device]], "grant_types", "has the same twice"),
            (["token_endpoint_auth_method": "client_secret_jwt"], "token_endpoint_auth_method", methods),
            (["token_endpoint_auth_method": "tls_client_auth"], "token_endpoint_auth_method", methods),
            (["token_endpoint_auth_method": ""], "token_endpoint_auth_method", methods),
            (
                ["token_endpoint_auth_method": "none", "grant_types": ["client_credentials"]],
                "token_endpoint_auth_method", "client_credentials needs a client that authenticates"
            ),
            (["token_endpoint_auth_method": "private_key_jwt"], "jwks", "private_key_jwt needs jwks or jwks_uri"),
            (
                ["token_endpoint_auth_method": "private_key_jwt", "jwks": [:], "jwks_uri": "https://a/"], "jwks_uri",
                "either jwks or jwks_uri, not both"
            ),
            (["jwks": "{}"], "jwks", "must be an object, not a string"),
            (["jwks_uri": "http://a/jwks"], "jwks_uri", web),
            (["jwks_uri": "file:///x"], "jwks_uri", "must be an https address"),
            (["scope": "a  b"], "scope", "tokens are separated by one space"),
            (["scope": ""], "scope", "tokens are separated by one space"),
            (["scope": ["a"]], "scope", "must be a string, not an array"),
            (["resources": ["x"]], "resources", "not an absolute URI"),
            (["resource_server": ["x"]], "resource_server", "not an absolute URI"),
            (["resource_server": "https://rs"], "resource_server", "must be an array, not a string"),
            (
                ["resource_server": ["https://rs"], "token_endpoint_auth_method": "none"], "resource_server",
                "needs a client that authenticates"
            ),
            (["resources": ["https://a#b"]], "resources", "has a fragment"),
            (["consent": "never"], "consent", "must be of required, skip"),
            (["consent": false], "consent", "must be a string, not a boolean"),
            (["access_token_lifetime": 59], "access_token_lifetime", lifetimeRule),
            (["access_token_lifetime": 86_401], "access_token_lifetime", lifetimeRule),
            (["access_token_lifetime": -1], "access_token_lifetime", lifetimeRule),
            (["access_token_lifetime": "900"], "access_token_lifetime", lifetimeRule),
            (["client_uri": "http://localhost/"], "client_uri", "must be an https address"),
            (["logo_uri": "data:image/png,x"], "logo_uri", "must be an https address"),
            (["policy_uri": "javascript:alert(1)"], "policy_uri", "must be an https address"),
            (["tos_uri": "https://a@b/"], "tos_uri", "has user information"),
            (["tos_uri": "https://a/\"><script>"], "tos_uri", "has a character that is not allowed in a URI"),
            (["client_secret": "x"], "client metadata", "unknown member client_secret"),
            (["Client_id": "x"], "client metadata", "unknown member Client_id"),
            (["to\u{212A}en": "x"], "client metadata", "unknown member"),
            (["a b": "x"], "client metadata", "unknown member"),
        ] as [(JSONObject, String, String)])
    func refused(_ changes: JSONObject, names member: String, because reason: String) {
        #expect(throws: InvalidValue(member, reason)) { try ClientMetadata(Self.object(changes)) }
    }

    @Test("what is missing")
    func missing() {
        #expect(throws: InvalidValue("client_id", "is missing")) { try ClientMetadata([:]) }
        #expect(throws: InvalidValue("redirect_uris", "authorization_code needs at least one")) {
            try ClientMetadata(["client_id": "a"])
        }
    }

    private static let web = "http only for 127.0.0.1, [::1] and localhost"
    private static let device: JSONValue = "urn:ietf:params:oauth:grant-type:device_code"
}
