import Federation
import GatehouseConfiguration
import HTTPFetch
import Identifiers
import JOSE
import Testing

private let templates = TemplateCatalog([
    "ci": Array(
        """
        name: ci
        title: A CI service
        type: workload
        issuer: https://ci.example
        algorithms: [RS256]
        max_token_age: 10m
        claims: [sub, {name: repository_id, meaning: its number, immutable: true}]
        quirks: anything
        """.utf8),
    "inputs": Array(
        """
        name: inputs
        type: workload
        inputs: {tenant: the tenant's id}
        issuer: https://login.example/{tenant}/v2.0
        """.utf8),
])

private func files(_ provider: String, settings: String = "") -> MemoryFiles {
    MemoryFiles(["gatehouse.yaml": minimal("providers: p\n" + settings), "p/a.yaml": provider])
}

private func provider(_ text: String, settings: String = "") throws -> ProviderDefinition {
    try #require(try files(text, settings: settings).load(templates: templates).providers.first)
}

/// RFC 7517, appendix A.1: the public key on P-256.
private let key =
    #"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}"#

@Suite struct ProviderTests {
    @Test func aProviderOfItsOwn() throws {
        let provider = try provider(
            """
            name: a
            type: oidc
            issuer: https://i.example
            audiences: https://id.example.com
            jwks_uri: https://i.example/keys
            algorithms: [ES256, RS256]
            clock_skew: 30s
            max_token_age: 1h
            maximum_rsa_bits: 8192
            token_types: [JWT, at+jwt]
            key_cache: {grace: 0s, cooldown: 1m, min_lifetime: 5m, max_lifetime: 1h, max_age: 2h}
            """)
        #expect(provider.name.rawValue == "a")
        #expect(provider.kind == .oidc)
        #expect(provider.issuer == .exactly(try Issuer("https://i.example")))
        #expect(provider.audiences == [try Audience("https://id.example.com")])
        #expect(provider.algorithms == [.ES256, .RS256])
        #expect(provider.clockSkew == 30)
        #expect(provider.maximumTokenAge == 3600)
        #expect(provider.maximumRSABits == 8192)
        #expect(provider.type == TypeRule.oneOf(["at+jwt"]).or(.jwt))
        #expect(
            provider.keyCache
                == KeyCacheSettings(
                    grace: .zero, unknownKeyCooldown: .seconds(60), minimumLifetime: .seconds(300),
                    maximumLifetime: .seconds(3600), maximumAge: .seconds(7200)))
        guard case .jwksURI(let url) = provider.keySource else {
            Issue.record("no key set URL")
            return
        }
        #expect(url.rawValue == "https://i.example/keys")
    }

    @Test func aTemplateGivesWhatTheFileDoesNotSay() throws {
        let provider = try provider("name: mine\ntemplate: ci\naudiences: [a]\nmax_token_age: 5m")
        #expect(provider.name.rawValue == "mine")
        #expect(provider.kind == .workload)
        #expect(provider.issuer == .exactly(try Issuer("https://ci.example")))
        #expect(provider.algorithms == [.RS256])
        #expect(provider.maximumTokenAge == 300)
        #expect(provider.keySource == .discovery)
        #expect(
            provider.knownClaims == [
                KnownClaim(name: "sub", meaning: "", isImmutable: false),
                KnownClaim(name: "repository_id", meaning: "its number", isImmutable: true),
            ])
    }

    @Test func aTemplatesInputIsFilledIn() throws {
        let provider = try provider("name: t\ntemplate: inputs\naudiences: [a]\ninputs: {tenant: acme}")
        #expect(provider.issuer == .exactly(try Issuer("https://login.example/acme/v2.0")))
    }

    @Test(arguments: [("[one, two]", false), ("any", true)]) func tenantsOfATemplatedIssuer(
        _ tenants: String, _ isAny: Bool
    ) throws {
        let text = "https://login.example/{tenantid}/v2.0"
        let provider = try provider("name: t\ntype: oidc\nissuer: \(text)\naudiences: [a]\ntenants: \(tenants)")
        let expected: IssuerTemplate.Tenants = isAny ? .any : .only([Key("one"), Key("two")])
        #expect(provider.issuer == .template(try IssuerTemplate(text, tenants: expected)))
    }

    @Test func plainHTTPIsForAllowedOrigins() throws {
        let text =
            "name: t\ntype: workload\nissuer: http://127.0.0.1:9001\naudiences: [a]\njwks_uri: http://127.0.0.1:9001/k"
        let provider = try provider(text, settings: "outbound: {allow_origins: \"http://127.0.0.1:9001\"}")
        #expect(
            provider.issuer
                == .exactly(
                    try Issuer("http://127.0.0.1:9001", allowingPlainHTTPOrigins: [Key("http://127.0.0.1:9001")])))
        #expect(
            files(text).problems() == [
                "p/a.yaml:3:9: 'issuer' is http, and its origin is not allowed",
                "p/a.yaml:5:11: 'jwks_uri' is http, and its origin is not in outbound.allow_origins",
            ])
    }

    @Test(arguments: [
        ("template: inputs", "p/a.yaml:3:11: 'template' needs a value: inputs: {tenant: ...}"),
        ("template: ci\ninputs: {tenant: a}", "p/a.yaml:3:11: 'template' has no input 'tenant'"),
        ("template: cj", "p/a.yaml:3:11: 'template' names no template that there is (did you mean 'ci'?)"),
        (
            "template: ci\ntype: oidcc",
            "p/a.yaml:4:7: 'type' must be one of oidc, oauth2, workload (did you mean 'oidc'?)"
        ),
        ("template: ci\nclient_idd: x", "p/a.yaml:4:1: unknown key 'client_idd' (did you mean 'client_id'?)"),
        ("template: ci\ntype: oauth2", "p/a.yaml:1:1: key 'client_id' is missing"),
        (
            "template: ci\njwks_uri: https://k.example\njwks: {file: x}",
            "p/a.yaml:4:11: 'jwks_uri' and 'jwks' are both set; the keys come from one place"
        ),
        (
            "template: ci\njwks_uri: https://127.0.0.1/k",
            "p/a.yaml:4:11: 'jwks_uri' leads to a loopback, private or reserved address, and its origin is not in outbound.allow_origins"
        ),
        ("template: ci\njwks: {a: b}", "p/a.yaml:4:7: 'jwks' is no key set: key_set_without_keys"),
        ("template: ci\njwks: {keys: []}", "p/a.yaml:4:7: 'jwks' has no key that can verify a token"),
        ("template: ci\njwks: {file: bad.json}", "p/a.yaml:4:7: 'jwks' is no key set: key_set_not_json"),
        ("template: ci\njwks: {file: none.json}", "p/a.yaml:4:14: 'jwks.file' cannot be read: there is no such file"),
        ("template: ci\nclock_skew: 1h", "p/a.yaml:4:13: 'clock_skew' must be 0s to 5m"),
        (
            "template: ci\nalgorithms: [HS256]",
            "p/a.yaml:4:14: 'algorithms' must be of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA "
                + "(did you mean 'ES256'?)"
        ),
        ("template: ci\ntenants: [a]", "p/a.yaml:4:10: 'tenants' only goes with an issuer that has {tenantid}"),
        (
            "template: ci\nissuer: https://a.example/{tenantid}",
            "p/a.yaml:4:9: 'issuer' has {tenantid}, so 'tenants' must say whose tokens are taken"
        ),
        ("template: ci\nissuer: a.example", "p/a.yaml:4:9: 'issuer' does not begin with https://"),
        (
            "template: ci\nkey_cache: {max_lifetime: 2d, max_age: 1d}",
            "p/a.yaml:4:12: 'key_cache' must have min_lifetime at most max_lifetime, and that at most max_age"
        ),
    ])
    func aWrongProviderIsNamedWithItsPlace(_ text: String, _ problem: String) {
        var files = files("name: t\naudiences: [a]\n" + text)
        files["p/bad.json"] = #"{"keys":[],"keys":[]}"#
        #expect(files.problems(templates: templates) == [problem])
    }

    @Test(arguments: [
        ("- a", "p/a.yaml:1:1: a provider file is a map of keys, not a list"),
        ("name: t\ntemplate: ci", "p/a.yaml:1:1: key 'audiences' is missing"),
        (
            "name: t\ntemplate: ci\naudiences: []",
            "p/a.yaml:3:12: 'audiences' is empty: no token could ever be accepted"
        ),
        (
            "name: T\ntemplate: ci\naudiences: [a]",
            "p/a.yaml:1:7: 'name' must be 1 to 63 of a-z, 0-9, '-' and '_', and begin and end with a letter or digit"
        ),
    ])
    func whatEveryProviderMustHave(_ text: String, _ problem: String) {
        #expect(files(text).problems(templates: templates) == [problem])
    }

    @Test func aNameTwiceNamesBothPlaces() {
        var files = files("name: a\ntemplate: ci\naudiences: [a]")
        files["p/b.yaml"] = "template: ci\naudiences: [a]\nname: a"
        #expect(files.problems(templates: templates) == ["p/b.yaml:3:7: provider 'a' is already in p/a.yaml:1:7"])
    }

    @Test func keysInTheFileAndBesideIt() throws {
        var beside = files("name: a\ntemplate: ci\naudiences: [a]\njwks: {file: keys.json}")
        beside["p/keys.json"] = "{\"keys\":[\(key)]}"
        let inline = files("name: a\ntemplate: ci\naudiences: [a]\njwks: {keys: [\(key)]}")
        for files in [beside, inline] {
            let source = try files.load(templates: templates).providers.first?.keySource
            #expect(source == .keySet(Array("{\"keys\":[\(key)]}".utf8)))
        }
    }
}
