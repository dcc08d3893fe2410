import OAuth
import SeededRandom
import StrictJSON
import Testing

/// Nothing from outside may trap: whatever comes is read or refused.
@Suite("Random requests")
struct HostileRequestTests {
    private static let names = [
        "client_id", "redirect_uri", "response_type", "code_challenge", "code_challenge_method", "scope", "state",
        "nonce",
        "prompt", "max_age", "resource", "grant_type", "code", "code_verifier", "refresh_token", "device_code",
        "client_secret", "client_assertion", "client_assertion_type", "post_logout_redirect_uri", "acr_values",
    ]
    private static let values = [
        "", "a", "code", "S256", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "https://a/cb", "openid", "none",
        "login",
        "0", "9999999999", "authorization_code", "refresh_token", "client_credentials",
        ClientAuthentication.assertionType,
        "urn:ietf:params:oauth:grant-type:device_code", "\r\n", "é", "\u{212A}", "%", "//", "https://[", "a.b://", "=",
        " ",
    ]
    private static let headers = [nil, nil, nil, "Basic YTpi", "Basic YTo=", "Basic ", "Bearer x", ""]

    @Test("requests")
    func requests() throws {
        var random = SeededGenerator(seed: 24)
        var accepted: [String: Int] = [:]
        for _ in 0..<2_000 {
            var parameters: [(String, String)] = []
            for name in Self.names where random.chance(20) { parameters.append((name, random.pick(Self.values))) }
            // Half of them ask for something that exists.
            if random.chance(50) {
                let likely = [
                    "client_id": "a", "response_type": "code", "code_challenge_method": "S256",
                    "code_challenge": Self.values[4], "grant_type": random.pick(Array(Self.values.suffix(14))),
                ]
                parameters = parameters.filter { likely[$0.0] == nil } + likely.map { ($0.key, $0.value) }
            }
            let (form, header) = (try form(parameters), random.pick(Self.headers))
            if let target = try? AuthorizationRequest.Target(form) {
                accepted["target", default: 0] += 1
                if (try? AuthorizationRequest(form, target: target)) != nil {
                    accepted["authorization", default: 0] += 1
                }
            }
            if let request = try? TokenRequest(form, authorization: header) {
                accepted["token", default: 0] += 1
                #expect(request.client.isIdentified)
            }
            if (try? DeviceAuthorizationRequest(form, authorization: header)) != nil {
                accepted["device", default: 0] += 1
            }
            if (try? LogoutRequest(form)) != nil { accepted["logout", default: 0] += 1 }
        }
        for name in ["target", "authorization", "token", "device", "logout"] {
            #expect(accepted[name] != nil, "\(name)")
        }
    }

    @Test("clients: what is accepted is written and read again as the same")
    func clients() throws {
        var random = SeededGenerator(seed: 25)
        let names = [
            "client_id", "client_name", "redirect_uris", "grant_types", "token_endpoint_auth_method", "jwks",
            "jwks_uri",
            "scope", "resources", "resource_server", "consent", "access_token_lifetime", "client_uri",
        ]
        let values: [JSONValue] = [
            nil, true, 0, 900, "", "a", "none", "skip", "private_key_jwt", "https://a/b", [], ["https://a/cb"],
            ["device_code"], ["client_credentials"], [1], [:], ["keys": []], "é",
        ]
        var accepted = 0
        for _ in 0..<2_000 {
            var object: JSONObject = ["client_id": "a", "redirect_uris": ["https://a/"]]
            for _ in 0..<random.next() % 4 { object[random.pick(names)] = random.pick(values) }
            guard let client = try? ClientMetadata(object) else { continue }
            accepted += 1
            #expect(try ClientMetadata(client.document) == client)
            #expect(!client.grantTypes.contains(.clientCredentials) || client.isConfidential)
            #expect(!client.grantTypes.contains(.authorizationCode) || !client.redirectURIs.isEmpty)
        }
        #expect(accepted > 200)
    }
}
