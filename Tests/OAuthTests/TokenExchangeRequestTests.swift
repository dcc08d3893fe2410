import OAuth
import Secrets
import Testing

@Suite("Token exchange requests (RFC 8693 §2.1)")
struct TokenExchangeRequestTests {
    private static let jwt = "urn:ietf:params:oauth:token-type:jwt"
    private static let idToken = "urn:ietf:params:oauth:token-type:id_token"
    private static let accessToken = "urn:ietf:params:oauth:token-type:access_token"
    private static let refreshToken = "urn:ietf:params:oauth:token-type:refresh_token"
    private static let apiToken = "urn:gatehouse:params:oauth:token-type:api-token"

    private static let minimal = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", "a.b.c"), ("subject_token_type", jwt),
    ]

    /// The minimal request with parameters replaced, added, or (value empty) taken away.
    private static func form(_ changes: [(String, String)]) throws -> FormBody {
        let changed = Set(changes.map(\.0))
        return try OAuthTests.form(minimal.filter { !changed.contains($0.0) } + changes)
    }

    @Test("the least a request can say")
    func least() throws {
        let request = try TokenExchangeRequest(try Self.form([]), authorization: nil)
        #expect(request.subjectToken.revealText() == "a.b.c")
        #expect(request.subjectTokenType == .jwt)
        #expect(request.actorToken == nil && request.actorTokenType == nil)
        #expect(request.audiences.isEmpty && request.resources.isEmpty)
        #expect(request.scope == nil)
        #expect(request.requestedTokenType == .accessToken)
        #expect(request.clientID == nil && request.clientSecret == nil)
    }

    @Test("all it can say")
    func all() throws {
        let form = try Self.form([
            ("subject_token_type", Self.idToken), ("actor_token", "d.e.f"), ("actor_token_type", Self.accessToken),
            ("audience", "https://api.example.com"), ("audience", "other"), ("resource", "https://a.example/x?y"),
            ("resource", "urn:example:thing"), ("scope", "namespace:payments role:deployer"),
            ("requested_token_type", Self.apiToken), ("client_id", "ci"), ("client_secret", "s"), ("unknown", "x"),
        ])
        let request = try TokenExchangeRequest(form, authorization: nil)
        #expect(request.subjectTokenType == .idToken)
        #expect(request.actorToken?.revealText() == "d.e.f")
        #expect(request.actorTokenType == .accessToken)
        #expect(request.audiences == ["https://api.example.com", "other"])
        #expect(request.resources == ["https://a.example/x?y", "urn:example:thing"])
        #expect(request.scope?.values == [.namespace("payments"), .role("deployer")])
        #expect(request.requestedTokenType == .apiToken)
        #expect(request.clientID == "ci")
        #expect(request.clientSecret?.revealText() == "s")
        #expect(request.client.method == .clientSecretPost)
    }

    @Test("the client of the header")
    func basic() throws {
        let request = try TokenExchangeRequest(try Self.form([]), authorization: "Basic YTpi")
        #expect(request.clientID == "a")
        #expect(request.client.method == .clientSecretBasic)
    }

    @Test(
        "refused",
        arguments: [
            ("no grant type", [("grant_type", "")], .invalidRequest),
            ("another grant type", [("grant_type", "password")], .unsupportedGrantType),
            (
                "another case", [("grant_type", "urn:ietf:params:oauth:grant-type:Token-Exchange")],
                .unsupportedGrantType
            ),
            ("no subject token", [("subject_token", "")], .invalidRequest),
            ("no subject token type", [("subject_token_type", "")], .invalidRequest),
            ("short name of a type", [("subject_token_type", "jwt")], .invalidRequest),
            ("SAML", [("subject_token_type", "urn:ietf:params:oauth:token-type:saml2")], .invalidRequest),
            ("a refresh token", [("subject_token_type", refreshToken)], .invalidRequest),
            ("our opaque type as subject", [("subject_token_type", apiToken)], .invalidRequest),
            ("a type and a space", [("subject_token_type", jwt + " ")], .invalidRequest),
            ("actor without type", [("actor_token", "x")], .invalidRequest),
            ("actor type without actor", [("actor_token_type", jwt)], .invalidRequest),
            ("actor type unknown", [("actor_token", "x"), ("actor_token_type", "x")], .invalidRequest),
            ("requested an id token", [("requested_token_type", idToken)], .invalidRequest),
            ("requested a JWT", [("requested_token_type", jwt)], .invalidRequest),
            ("requested anything", [("requested_token_type", "*")], .invalidRequest),
            ("scope with two spaces", [("scope", "a  b")], .invalidScope),
            ("scope of a space", [("scope", " ")], .invalidScope),
            ("scope with a quote", [("scope", "a\"")], .invalidScope),
            ("one bad resource of two", [("resource", "https://a.example"), ("resource", "/x")], .invalidTarget),
            ("an assertion without type", [("client_assertion", "x")], .invalidRequest),
            ("a secret without client", [("client_secret", "x")], .invalidRequest),
        ] as [(String, [(String, String)], OAuthErrorCode)])
    func refused(_ what: String, _ changes: [(String, String)], with code: OAuthErrorCode) throws {
        let form = try Self.form(changes)
        let error = refusal { () throws(OAuthError) in _ = try TokenExchangeRequest(form, authorization: nil) }
        #expect(error?.code == code)
    }

    @Test(
        "resources (RFC 8707 §2)",
        arguments: [
            ("https://api.example.com", true), ("https://api.example.com:8443/a/b?c=d", true),
            ("https://[::1]:8080/", true), ("urn:example:api", true), ("api://client-id/x", true),
            ("https://a.example/%C3%A9", true), ("spiffe://example.org/ns/a", true), ("file:///x", true),
            ("api", false), ("/path", false), ("//host/path", false), ("", true),
            ("https:", false), ("https://", false), ("https:///x", false), ("https:a.example", false),
            ("HTTP:/127.0.0.1", false), ("https://?x", false), (":x", false), ("1a:x", false), ("é:x", false),
            ("https://a.example#x", false), ("https://a.example/x#", false), ("urn:x#y", false),
            ("https://user@a.example/", false), ("https://user:pw@a.example/", false),
            ("https://a.example/é", false), ("https://a.example/ x", false), ("https://a.example/\n", false),
            ("https://a.example/%", false), ("https://a.example/%4", false), ("https://a.example/%GG", false),
            ("https://a.example/<x>", false), ("https://a.example/[x]", false), ("https://a.example\\x", false),
            ("https://a.example/\"x\"", false), ("https://a.example/{x}", false), ("https://a.example/x^|`", false),
        ])
    func resources(_ resource: String, isAccepted: Bool) throws {
        let form = try Self.form([("resource", resource)])
        let error = refusal { () throws(OAuthError) in _ = try TokenExchangeRequest(form, authorization: nil) }
        #expect(error?.code == (isAccepted ? nil : .invalidTarget))
    }

    @Test("introspection (RFC 7662 §2.1) and revocation (RFC 7009 §2.1) ask for one token")
    func tokenRequests() throws {
        let rows: [(String, TokenTypeHint?)] = [
            ("token=x", nil), ("token=x&token_type_hint=access_token", .accessToken),
            ("token=x&token_type_hint=refresh_token", .refreshToken), ("token=x&token_type_hint=pumpkin", nil),
        ]
        for (body, hint) in rows {
            let form = try FormBody(Array(body.utf8))
            let introspection = try IntrospectionRequest(form, authorization: "Basic YTpi")
            let revocation = try RevocationRequest(form, authorization: nil)
            #expect(introspection.token.revealText() == "x" && revocation.token.revealText() == "x")
            #expect(introspection.tokenTypeHint == hint && revocation.tokenTypeHint == hint)
            #expect(introspection.client.clientID == "a" && revocation.client.clientID == nil)
        }
        for body in ["", "token=", "token_type_hint=access_token"] {
            let form = try FormBody(Array(body.utf8))
            let expected = OAuthError(.invalidRequest, "token is missing")
            #expect(throws: expected) { try IntrospectionRequest(form, authorization: nil) }
            #expect(throws: expected) { try RevocationRequest(form, authorization: nil) }
        }
        let form = try FormBody(Array("token=x&client_secret=y".utf8))
        let twice = refusal { () throws(OAuthError) in _ = try RevocationRequest(form, authorization: "Basic YTpi") }
        #expect(twice?.code == .invalidRequest)
    }
}
