import Broker
import GatehouseTesting
import HTTPTypes
import Identifiers
import ServerPlugin
import StrictJSON
import Testing

/// The contract's `authentications`: every operation, every field, every refusal.
@Suite struct AuthenticationContractTests {
    private static let template = "/api/config/namespaces/{namespace}/authentications"
    private static let policies = "/api/config/namespaces/payments/authentications"
    private static let key = Base64Text.padded([UInt8](repeating: 7, count: 32))

    private static func secret(_ base64: String = key) -> String {
        #"{"clear_secret_info":{"url":"string:///\#(base64)"}}"#
    }

    private static let whole = """
        {"metadata":{"name":"shop","description":"the shop","labels":{"team":"a"},"annotations":{"b":"c"}},"spec":{\
        "cookie_params":{"cookie_expiry":"3600","cookie_refresh_interval":60,"session_expiry":86400,\
        "auth_hmac":{"prim_key":\(secret()),"prim_key_expiry":"2030-01-01T00:00:00Z","sec_key":\(secret())}},\
        "oidc_auth":{"oidc_client_id":"app","client_secret":\(secret("c2VjcmV0IQ==")),\
        "oidc_auth_params":{"auth_endpoint_url":"https://idp.example.com/a","end_session_endpoint_url":\
        "https://idp.example.com/e","token_endpoint_url":"https://idp.example.com/t"}},\
        "access_params":{"mechanisms":["API_TOKEN"],"required_acr":["x"],"source_networks":["10.0.0.0/8"]},\
        "applies_to":{"hosts":["shop.example.com"],"path_prefixes":["/"]}}}
        """

    private static let wellKnown = """
        {"metadata":{"name":"shop"},"spec":{"cookie_params":{"kms_key_hmac":{}},"oidc_auth":{"oidcClientId":"app",\
        "clientSecret":\(secret()),"oidcWellKnownConfigUrl":"https://idp.example.com/.well-known/openid-configuration"}}}
        """

    @Test func everyOperationAnswersAsTheSchemaSays() async throws {
        let api = try await API.make()
        var done: Set<String> = []
        func run(_ method: HTTPRequest.Method, _ rest: String = "", _ body: String = "") async throws -> JSONValue {
            let operation = try #require(
                Contract.identity.operation(method, Self.template + (rest.isEmpty ? "" : "/{name}")))
            let answer = try await api.call(method, Self.policies + rest, body)
            #expect(answer.status == 200, "\(method) \(rest): \(answer.body.encodedText())")
            try Contract.identity.check(answer.body, against: operation)
            done.insert(operation.testDescription)
            return answer.body
        }
        let created = try await run(.post, "", Self.whole)
        let read = try await run(.get, "/shop")
        #expect(created["spec"] == read["spec"] && created["system_metadata"] == read["system_metadata"])
        #expect(read["metadata"]?["annotations"]?["b"] == "c" && read["metadata"]?["namespace"] == "payments")
        let cookie = read["spec"]?["cookie_params"]
        #expect(cookie?["cookie_expiry"] == 3600 && cookie?["kms_key_hmac"] == .null)
        #expect(cookie?["auth_hmac"]?["prim_key_expiry"] == "2030-01-01T00:00:00.000Z")
        #expect(read["spec"]?["access_params"]?["mechanisms"] == ["API_TOKEN"])
        #expect(read["spec"]?["applies_to"]?["hosts"] == ["shop.example.com"])
        // Nothing says a secret, and none is stored as it is.
        #expect(!read.encodedText().contains(Self.key) && !created.encodedText().contains("c2VjcmV0"))
        let object = try await api.world.store.object(StoredObject.ID(.authentication, "payments/shop"))
        let stored = try #require(object).document
        #expect(!JSONValue.object(stored).encodedText().contains(String(repeating: "07", count: 32)))
        _ = try await run(.put, "/shop", Self.wellKnown)
        let replaced = try await run(.get, "/shop")["spec"]
        #expect(replaced?["cookie_params"]?["kms_key_hmac"] == [:] && replaced?["cookie_params"]?["auth_hmac"] == .null)
        #expect(replaced?["oidc_auth"]?["oidc_auth_params"] == .null)
        #expect(replaced?["access_params"]?["mechanisms"] == [], "replaced whole")
        #expect(try await run(.get)["items"]?.arrayValue?.count == 1)
        _ = try await run(.delete, "/shop", #"{"fail_if_referred":true}"#)
        #expect(try await run(.get)["items"] == [])
        let all = Contract.identity.operations.filter { $0.path.hasPrefix(Self.template) }.map(\.testDescription)
        #expect(done == Set(all) && all.count == 5)
        let actions = try await api.world.audit().compactMap { $0["action"]?.stringValue }
        #expect(actions.suffix(3) == ["authentication.create", "authentication.replace", "authentication.remove"])
    }

    private static func spec(_ members: String) -> String { #"{"metadata":{"name":"x"},"spec":{\#(members)}}"# }

    private static func oidc(_ members: String) -> String {
        spec(#""oidc_auth":{"oidc_client_id":"app","client_secret":\#(secret()),\#(members)}"#)
    }

    private static func hmac(_ key: String, _ more: String = "") -> String {
        spec(#""cookie_params":{"auth_hmac":{"prim_key":\#(key)\#(more)}}"#)
    }

    private static let refusals: [(body: String, code: Int64, message: String)] = [
        ("{}", 3, "Field metadata is required."),
        (#"{"metadata":{}}"#, 3, "Field metadata.name is required."),
        (
            #"{"metadata":{"name":"a/b"},"spec":{}}"#, 3,
            "Field metadata.name must be 1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit."
        ),
        (#"{"metadata":{"name":"x"}}"#, 3, "Field spec is required."),
        (
            spec(""), 3,
            "Field spec must have oidc_auth, cookie_params, or access_params that ask for something."
        ),
        (
            spec(#""access_params":{}"#), 3,
            "Field spec must have oidc_auth, cookie_params, or access_params that ask for something."
        ),
        (
            spec(#""access_params":{"mechanisms":["PASSWORD"]}"#), 3,
            "Field spec.access_params.mechanisms must be of SESSION, API_TOKEN, CERTIFICATE, EXCHANGE."
        ),
        (
            spec(#""access_params":{"source_networks":["10.0.0.1/8"]}"#), 3,
            "Field spec.access_params.source_networks[0] must have no bits behind its prefix: 10.0.0.0/8, not 10.1.2.3/8."
        ),
        (
            spec(#""access_params":{"source_networks":["everywhere"]}"#), 3,
            "Field spec.access_params.source_networks[0] must be an address or a network in CIDR notation, such as 10.0.0.0/8 or 2001:db8::/32."
        ),
        (
            spec(#""access_params":{"max_lifetime":59}"#), 3,
            "Field spec.access_params.max_lifetime must be 60 to 315360000 seconds, or 0 for no bound."
        ),
        (
            spec(#""access_params":{"mechanisms":["SESSION"],"covers_tenant":true}"#), 3,
            "Field spec.access_params.covers_tenant must be false outside 'system'."
        ),
        (
            spec(#""cookie_params":{"cookie_expiry":86401}"#), 3,
            "Field spec.cookie_params.cookie_expiry must be 0 to 86400 seconds."
        ),
        (
            spec(#""cookie_params":{"cookie_refresh_interval":-1}"#), 3,
            "Field spec.cookie_params.cookie_refresh_interval must be 0 to 86400 seconds."
        ),
        (
            spec(#""cookie_params":{"session_expiry":1296001}"#), 3,
            "Field spec.cookie_params.session_expiry must be 0 to 1296000 seconds."
        ),
        (
            spec(#""cookie_params":{"cookie_expiry":60,"cookie_refresh_interval":61}"#), 3,
            "Field spec.cookie_params.cookie_refresh_interval must not be longer than cookie_expiry."
        ),
        (
            spec(#""cookie_params":{"auth_hmac":{"prim_key":\#(secret())},"kms_key_hmac":{}}"#), 3,
            "Field spec.cookie_params.kms_key_hmac must not be given beside auth_hmac: the cookie has one source of keys."
        ),
        (
            spec(#""cookie_params":{"auth_hmac":{}}"#), 3,
            "Field spec.cookie_params.auth_hmac.prim_key is required."
        ),
        (
            hmac(secret("c2hvcnQ=")), 3,
            "Field spec.cookie_params.auth_hmac.prim_key must be a key of at least 32 bytes."
        ),
        (
            hmac(secret(), #","prim_key_expiry":"tomorrow""#), 3,
            "Field spec.cookie_params.auth_hmac.prim_key_expiry must be a time as in RFC 3339."
        ),
        (
            hmac(#"{"clear_secret_info":{"url":"https://x.example/key"}}"#), 3,
            "Field spec.cookie_params.auth_hmac.prim_key.clear_secret_info.url must be string:/// and the secret in base64, at most 4,096 bytes of it."
        ),
        (
            hmac(#"{"clear_secret_info":{"url":"string:///YQ"}}"#), 3,
            "Field spec.cookie_params.auth_hmac.prim_key.clear_secret_info.url must be string:/// and the secret in base64, at most 4,096 bytes of it."
        ),
        (
            hmac(#"{"blindfold_secret_info":{"location":"x"}}"#), 3,
            "Field spec.cookie_params.auth_hmac.prim_key.blindfold_secret_info names a secret store that this server does not have; send clear_secret_info."
        ),
        (
            spec(#""oidc_auth":{"oidc_client_id":"app"}"#), 3, "Field spec.oidc_auth.client_secret is required."
        ),
        (
            oidc(#""a":1"#), 3,
            "Field spec.oidc_auth.oidc_well_known_config_url must be given, or oidc_auth_params instead of it: exactly one."
        ),
        (
            oidc(#""oidc_well_known_config_url":"https://idp.example.com/x","oidc_auth_params":{}"#), 3,
            "Field spec.oidc_auth.oidc_well_known_config_url must be given, or oidc_auth_params instead of it: exactly one."
        ),
        (
            oidc(#""oidc_well_known_config_url":"https://idp.example.com/\#(String(repeating: "x", count: 128))""#), 3,
            "Field spec.oidc_auth.oidc_well_known_config_url must be 1 to 128 bytes."
        ),
        (
            oidc(#""oidc_auth_params":{"auth_endpoint_url":"https://idp.example.com/a"}"#), 3,
            "Field spec.oidc_auth.oidc_auth_params.end_session_endpoint_url is required."
        ),
        (
            spec(#""cookie_params":{},"applies_to":{"hosts":["*.example.com"]}"#), 3,
            "Field spec.applies_to.hosts must be at most 64 host names in lower case, without port and wildcard."
        ),
        (
            spec(#""cookie_params":{},"applies_to":{"path_prefixes":["api"]}"#), 3,
            "Field spec.applies_to.path_prefixes must be at most 64 paths that begin with /."
        ),
    ]

    @Test func everyRefusalSaysWhatAndWhereAndChangesNothing() async throws {
        let api = try await API.make()
        for refusal in Self.refusals {
            let answer = try await api.post(Self.policies, refusal.body)
            #expect(answer.code == refusal.code && answer.message == refusal.message, "\(answer.message)")
        }
        for url in ["http://idp.example.com/x", "https://127.0.0.1/x", "https://user@idp.example.com/x", "nowhere"] {
            let answer = try await api.post(Self.policies, Self.oidc(#""oidc_well_known_config_url":"\#(url)""#))
            #expect(answer.code == 3 && answer.message.hasPrefix("Field spec.oidc_auth.oidc_well_known_config_url "))
        }
        #expect(try await api.get(Self.policies).items.isEmpty)
        #expect(try await api.post("/api/config/namespaces/nowhere/authentications", Self.whole).code == 5)
        #expect(try await api.get(Self.policies + "/shop").code == 5)
        #expect(try await api.call(.put, Self.policies + "/shop", Self.wellKnown).code == 5)
        #expect(try await api.call(.delete, Self.policies + "/shop", "{}").code == 5)
        #expect(try await api.post(Self.policies, Self.whole).status == 200)
        let twice = try await api.post(Self.policies, Self.whole)
        #expect(twice.code == 6 && twice.message == "The authentication policy 'shop' already exists.")
        // The path names the object, whatever the body says.
        let other = Self.wellKnown.replacing("shop", with: "other")
        #expect(try await api.call(.put, Self.policies + "/shop", other).status == 200)
        #expect(try await api.get(Self.policies).items.count == 1)
    }

    @Test func aNamespaceHasABoundedNumberOfThem() async throws {
        let api = try await API.make()
        for number in 0..<Broker.mostAuthentications {
            let body = AuthenticationPolicyTests.policy(#""required_acr":["x"]"#, name: "p\(number)")
            #expect(try await api.post(Self.policies, body).status == 200)
        }
        let more = try await api.post(Self.policies, AuthenticationPolicyTests.policy(#""required_acr":["x"]"#))
        #expect(more.code == 9 && more.message.contains("at most 32"))
    }
}
