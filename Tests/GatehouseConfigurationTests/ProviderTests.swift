import GatehouseConfiguration
import StrictJSON
import Testing

private let templates = ProviderTemplates([
    "ci": Array(
        """
        name: ci
        title: A CI service
        type: workload
        issuer: https://ci.example
        algorithms: [RS256]
        max_token_age: 10m
        claims: [sub, repository]
        quirks: anything
        """.utf8),
    "tenanted": Array(
        """
        name: tenanted
        type: workload
        inputs: {tenant: the tenant's id}
        issuer: https://login.example/{tenant}/v2.0
        """.utf8),
])

private func files(_ provider: String) -> MemoryFiles {
    MemoryFiles(["gatehouse.yaml": minimal("providers: p\n"), "p/a.yaml": provider])
}

@Suite struct ProviderTests {
    @Test func aProviderOfItsOwn() throws {
        let provider = try #require(
            try files(
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
                key_cache: {refresh: 10m, max_age: 1d, grace: 0s, unknown_key_cooldown: 1m}
                """
            ).load(templates: templates).providers.first)
        #expect(provider.name == "a")
        #expect(provider.type == .oidc)
        #expect(provider.issuer?.value == "https://i.example")
        #expect(provider.issuer?.position.description == "p/a.yaml:3:9")
        #expect(provider.audiences.map(\.value) == ["https://id.example.com"])
        #expect(provider.algorithms?.map(\.value) == ["ES256", "RS256"])
        #expect(provider.clockSkew == 30)
        #expect(provider.maximumTokenAge == 3600)
        #expect(provider.maximumRSABits == 8192)
        #expect(provider.keyCache == ProviderKeyCache(refresh: 600, maximumAge: 86_400, grace: 0, unknownKeyCooldown: 60))
        guard case .uri(let uri)? = provider.keys?.value else {
            Issue.record("no uri")
            return
        }
        #expect(uri.text == "https://i.example/keys")
    }

    @Test func aTemplateGivesWhatTheFileDoesNotSay() throws {
        let provider = try #require(
            try files("name: mine\ntemplate: ci\naudiences: [a]\nmax_token_age: 5m").load(templates: templates).providers.first)
        #expect(provider.name == "mine")
        #expect(provider.type == .workload)
        #expect(provider.issuer?.value == "https://ci.example")
        #expect(provider.algorithms?.map(\.value) == ["RS256"])
        #expect(provider.maximumTokenAge == 300)
        #expect(provider.template == "ci")
    }

    @Test func aTemplatesInputIsFilledIn() throws {
        let provider = try #require(
            try files("name: t\ntemplate: tenanted\naudiences: [a]\ninputs: {tenant: acme}").load(templates: templates)
                .providers.first)
        #expect(provider.issuer?.value == "https://login.example/acme/v2.0")
    }

    @Test(arguments: [
        ("name: t\ntemplate: tenanted\naudiences: [a]", "p/a.yaml:1:1: template 'tenanted' needs a value: inputs: {tenant: ...}"),
        ("name: t\ntemplate: cj\naudiences: [a]", "p/a.yaml:2:11: there is no template of this name (did you mean 'ci'?)"),
        ("name: t\ntemplate: ci\naudiences: []", "p/a.yaml:3:12: 'audiences' is empty: no token could ever be accepted"),
        ("name: t\ntemplate: ci", "p/a.yaml:1:1: key 'audiences' is missing"),
        (
            "name: t\ntemplate: ci\naudiences: [a]\ntype: oidcc",
            "p/a.yaml:4:7: 'type' must be one of oidc, oauth2, workload (did you mean 'oidc'?)"
        ),
        (
            "name: t\ntemplate: ci\naudiences: [a]\ntype: oauth2",
            "p/a.yaml:4:7: 'type' is 'oauth2', which is not supported in this version: people cannot sign in through a provider yet"
        ),
        (
            "name: t\ntemplate: ci\naudiences: [a]\nclient_id: x",
            "p/a.yaml:4:1: 'client_id' is not supported in this version: people cannot sign in through a provider yet"
        ),
        (
            "name: t\ntemplate: ci\naudiences: [a]\nclient_idd: x",
            "p/a.yaml:4:1: unknown key 'client_idd' (did you mean 'client_id'?)"
        ),
        (
            "name: t\ntemplate: ci\naudiences: [a]\njwks_uri: https://k.example\njwks: {file: x}",
            "p/a.yaml:4:11: 'jwks_uri' and 'jwks' are both set; the keys come from one place"
        ),
        ("name: t\ntemplate: ci\naudiences: [a]\njwks: {a: b}", "p/a.yaml:4:7: 'jwks' must be {file: path} or a key set with 'keys'"),
        (
            "name: t\ntemplate: ci\naudiences: [a]\njwks: {file: bad.json}",
            "p/a.yaml:4:7: 'jwks' is a file that is no JSON key set: member name comes twice at byte 10"
        ),
        ("name: t\ntemplate: ci\naudiences: [a]\nclock_skew: 1h", "p/a.yaml:4:13: 'clock_skew' must be 0s to 5m"),
        ("- a", "p/a.yaml:1:1: a provider file is a map of keys, not a list"),
    ])
    func aWrongProviderIsNamedWithItsPlace(_ text: String, _ problem: String) {
        var files = files(text)
        files["p/bad.json"] = #"{"keys":[],"keys":[]}"#
        #expect(files.problems(templates: templates) == [problem])
    }

    @Test func aNameTwiceNamesBothPlaces() {
        var files = files("name: a\ntemplate: ci\naudiences: [a]")
        files["p/b.yaml"] = "template: ci\naudiences: [a]\nname: a"
        #expect(files.problems(templates: templates) == ["p/b.yaml:3:7: provider 'a' is already in p/a.yaml:1:7"])
    }

    @Test func keysInTheFileAndBesideIt() throws {
        var beside = files("name: a\ntemplate: ci\naudiences: [a]\njwks: {file: keys.json}")
        beside["p/keys.json"] = #"{"keys":[{"kty":"EC"}]}"#
        let inline = files("name: a\ntemplate: ci\naudiences: [a]\njwks: {keys: [{kty: EC}]}")
        for files in [beside, inline] {
            let provider = try files.load(templates: templates).providers.first
            guard case .inline(let set)? = provider?.keys?.value else {
                Issue.record("no inline keys")
                continue
            }
            #expect(JSONValue.object(set).encodedText() == #"{"keys":[{"kty":"EC"}]}"#)
        }
    }
}
