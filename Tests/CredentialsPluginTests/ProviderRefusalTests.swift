import Broker
import Federation
import GatehouseTesting
import HTTPTypes
import Identifiers
import ServerPlugin
import StrictJSON
import Testing

/// What is refused, with the exact code and message; nothing is kept of it.
@Suite struct ProviderRefusalTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let body: String
        let code: Int64
        let message: String
        var testDescription: String { message }

        init(_ body: String, code: Int64 = 3, _ message: String) {
            (self.body, self.code, self.message) = (body, code, message)
        }

        /// A generic provider with some members changed: `nil` removes.
        init(_ changes: [String: JSONValue?], _ message: String) {
            var spec: JSONObject = [
                "issuer": "https://idp.example.com", "client_id": "app", "client_secret": "x",
                "authorization_url": "https://idp.example.com/authorize",
                "token_url": "https://idp.example.com/token",
            ]
            for (name, value) in changes { spec[name] = value }
            let body: JSONValue = ["spec": ["oidc_v10_spec_type": .object(spec)]]
            self.init(body.encodedText(), "Field spec.oidc_v10_spec_type." + message)
        }
    }

    private static let forms =
        "azure_oidc_spec_type, google_oidc_spec_type, oidc_v10_spec_type, okta_oidc_spec_type, workload_spec_type"
    private static let azure = #""client_id":"app","client_secret":"x","token_url":"https://a.example/t","#
    private static let opening = "or have the operator name its origin in outbound.allow_origins"

    static let refusals: [Refusal] = [
        Refusal("{}", "Field spec is required."),
        Refusal("[]", "The body is not a JSON object: not an object at byte 0."),
        Refusal(#"{"spec":{}}"#, "Field spec.oidcproviderspec must be exactly one of \(forms)."),
        Refusal(
            #"{"spec":{"google_oidc_spec_type":{},"okta_oidc_spec_type":{}}}"#,
            "Field spec.oidcproviderspec must be exactly one of \(forms)."),
        Refusal(
            #"{"spec":{"provider_type":"OKTA","google_oidc_spec_type":{}}}"#,
            "Field spec.provider_type is OKTA, and google_oidc_spec_type is for GOOGLE."),
        Refusal(
            #"{"spec":{"provider_type":"KEYCLOAK"}}"#,
            "Field spec.provider_type must be one of DEFAULT, GOOGLE, AZURE, OKTA."),
        Refusal(
            #"{"spec":{"google_oidc_spec_type":{"client_id":"a"}}}"#,
            "Field spec.google_oidc_spec_type.client_secret is required."),
        Refusal(
            #"{"spec":{"google_oidc_spec_type":{"client_id":"a","client_secret":"x","hosted_domain":"Example.com"}}}"#,
            "Field spec.google_oidc_spec_type.hosted_domain must be a domain name in lower case, such as example.com."),
        Refusal(["client_id": ""], "client_id is required."),
        Refusal(["client_secret": "a\nb"], "client_secret must be at most 4096 bytes without control characters."),
        Refusal(["authorization_url": nil], "authorization_url is required."),
        Refusal(["token_url": 1], "token_url must be a string, not a number."),
        Refusal(
            ["issuer": nil],
            "issuer is required: the 'issuer' of the provider's /.well-known/openid-configuration."),
        Refusal(
            ["validate_signatures": false], "validate_signatures must not be false: signatures are always checked."),
        Refusal(["disable_nonce": true], "disable_nonce must not be true: a nonce is always sent and checked."),
        Refusal(["allowed_clock_skew": "301"], "allowed_clock_skew must be 0 to 300 seconds."),
        Refusal(["allowed_clock_skew": -1], "allowed_clock_skew must be 0 to 300 seconds."),
        Refusal(["prompt": "MAYBE"], "prompt must be one of UNSPECIFIED, NONE, CONSENT, LOGIN, SELECT_ACCOUNT."),
        Refusal(
            ["default_scopes": JSONValue(String(repeating: "a", count: 257))],
            "default_scopes must be at most 256 bytes without control characters."),
        Refusal(["issuer": "http://idp.example.com"], "issuer must be an https URL; change it, \(opening)."),
        Refusal(
            ["issuer": "https://127.0.0.1:9001"],
            "issuer must not lead to a loopback address; use a public one, \(opening)."),
        Refusal(
            ["jwks_url": "https://169.254.169.254/latest"],
            "jwks_url must not lead to a link_local address; use a public one."),
        Refusal(
            ["token_url": "https://10.0.0.1/token"],
            "token_url must not lead to a private address; use a public one, \(opening)."),
        Refusal(
            ["user_info_url": "https://[::ffff:127.0.0.1]/me"],
            "user_info_url must not lead to a loopback address; use a public one, \(opening)."),
        Refusal(
            ["logout_url": "https://user@idp.example.com/"], "logout_url must be a URL without user and password."),
        Refusal(
            ["authorization_url": "javascript:alert(1)"],
            "authorization_url must be a URL such as https://idp.example.com/path, its host spelled plainly."),
        Refusal(["issuer": "https://idp.example.com?x=1"], "issuer has a query."),
        Refusal(
            ["issuer": JSONValue(TestWorld.publicURL)],
            "issuer is this server itself; its own tokens are known already."),
        Refusal(
            ["issuer": "https://login.microsoftonline.com/common/v2.0"],
            "issuer must name one tenant by its GUID: with 'common', 'organizations' or a place holder, everybody of"
                + " every tenant could come in."),
        Refusal(
            ProviderTests.body(
                "azure_oidc_spec_type",
                azure + #""authorization_url":"https://login.microsoftonline.com/common/oauth2/v2.0/authorize""#),
            "Field spec.azure_oidc_spec_type.issuer must name one tenant by its GUID: with 'common', 'organizations' or"
                + " a place holder, everybody of every tenant could come in."),
        Refusal(
            ProviderTests.body("okta_oidc_spec_type", azure + #""authorization_url":"https://a.example/a""#),
            "Field spec.okta_oidc_spec_type.issuer is required: the 'issuer' of the provider's"
                + " /.well-known/openid-configuration."),
        Refusal(
            ProviderTests.body("workload_spec_type", #""issuer":"https://idp.example.com""#),
            "Field spec.workload_spec_type.audiences is required."),
        Refusal(
            ProviderTests.body(
                "workload_spec_type", #""issuer":"https://idp.example.com","audiences":["a"],"client_secret":"x""#),
            "Field spec.workload_spec_type.client_secret must not be given: nobody signs in at an issuer of tokens for machines."
        ),
        Refusal(
            ProviderTests.body(
                "workload_spec_type", #""issuer":"https://idp.example.com","audiences":["a"],"algorithms":["HS256"]"#),
            "Field spec.workload_spec_type.algorithms must be of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384,"
                + " ES512, EdDSA."),
        Refusal(
            ProviderTests.workload("https://ci.example"), code: 6,
            "A provider with this issuer already exists in the configuration: 'ci'."),
    ]

    @Test(arguments: refusals)
    func refused(_ refusal: Refusal) async throws {
        let world = try await TestWorld()
        let api = API(world)
        let before = try await world.audit().count
        let answer = try await api.post(ProviderTests.providers, refusal.body)
        #expect(answer.code == refusal.code, "\(answer.body.encodedText())")
        #expect(answer.message == refusal.message)
        #expect(try await api.get(ProviderTests.providers).items.count == 1)
        #expect(try await world.audit().count == before)
    }

    @Test func aTakenIssuerNamesItsProvider() async throws {
        let api = API(try await TestWorld())
        let first = try await api.post(ProviderTests.providers, ProviderTests.workload()).name
        let again = try await api.post(ProviderTests.providers, ProviderTests.generic)
        #expect(again.status == 409 && again.code == 6)
        #expect(again.message == "A provider with this issuer already exists: '\(first)'.")
        let second = try await api.post(ProviderTests.providers, ProviderTests.workload("https://two.example.com")).name
        let moved = try await api.call(.put, ProviderTests.providers + "/" + second, ProviderTests.workload())
        #expect(moved.status == 409 && moved.message.contains("already exist"))
        let issuer = try await api.get(ProviderTests.providers + "/" + second)
            .body["object"]?["spec"]?["gc_spec"]?["workload_spec_type"]?["issuer"]
        #expect(issuer == "https://two.example.com")
    }

    @Test(arguments: [
        ("", HTTPRequest.Method.put, ProviderTests.workload("https://new.example.com")),
        ("", .post, ProviderTests.workload("https://new.example.com")), ("/delete", .post, "{}"),
        ("/mappers", .post, #"{"oidc_mappers":{"email":"upn"}}"#),
    ])
    func theConfigurationIsReadOnly(_ rest: String, _ method: HTTPRequest.Method, _ body: String) async throws {
        let api = API(try await TestWorld())
        let answer = try await api.call(method, ProviderTests.providers + "/ci" + rest, body)
        #expect(answer.status == 400 && answer.code == 9)
        #expect(
            answer.message
                == "Provider 'ci' comes from the configuration: change or remove the file with 'name: ci' in the folder"
                + " that 'providers' of gatehouse.yaml names, and restart.")
    }

    @Test func anAllowedOriginMayBeLoopback() async throws {
        let idp = try TestIssuer(name: "idp", issuer: "http://127.0.0.1:9001")
        let web = TestWeb()
        let world = try await TestWorld(web: web, allowOrigins: ["http://127.0.0.1:9001"])
        web.publish(idp)
        #expect(try await API(world).post(ProviderTests.providers, ProviderTests.workload(idp.issuer)).status == 200)
        _ = try await world.broker.providers.validate(try idp.token(now: world.now))
    }

    /// Only whoever may; only in `system`.
    @Test func accessIsTheTenants() async throws {
        let world = try await TestWorld()
        let api = API(world)
        let monitor = API.With.token(try await api.serviceToken(role: "monitor", namespace: "system").secret)
        let nobody = API.With.token(try await api.serviceToken("other").secret)
        #expect(try await api.get(ProviderTests.providers, with: .nothing).code == 16)
        #expect(try await api.get(ProviderTests.providers, with: nobody).code == 7)
        #expect(try await api.get(ProviderTests.providers, with: monitor).status == 200)
        for rest in ["", "/ci", "/ci/delete", "/ci/mappers", "/ci/test"] {
            let answer = try await api.post(ProviderTests.providers + rest, ProviderTests.generic, with: monitor)
            #expect(answer.code == 7, "\(rest)")
        }
        let elsewhere = ProviderTests.providers.replacing("/system/", with: "/default/")
        #expect(try await api.get(elsewhere).code == 3)
        #expect(try await api.post(elsewhere, ProviderTests.generic).code == 3)
        #expect(try await api.get(elsewhere.replacing("/default/", with: "/none/")).code == 5)
        for rest in ["", "/mappers"] { #expect(try await api.get(ProviderTests.providers + "/none" + rest).code == 5) }
        for rest in ["", "/delete", "/mappers", "/test"] {
            let answer = try await api.post(ProviderTests.providers + "/none" + rest, ProviderTests.generic)
            #expect(answer.code == 5 && answer.message == "No such provider.", "\(rest)")
        }
    }
}
