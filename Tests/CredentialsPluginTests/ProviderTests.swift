import AccessPolicy
import Broker
import Federation
import GatehouseTesting
import HTTPFetch
import HTTPTypes
import Identifiers
import JOSE
import OpenSSLCrypto
import Secrets
import ServerPlugin
import StrictJSON
import Testing

/// Providers made over the API: what they do to tokens, and what is kept of them.
@Suite struct ProviderTests {
    static let providers = "/api/web/custom/namespaces/system/oidc_providers"
    static let issuer = "https://idp.example.com"
    static let secret = "s3cret-that-stays-inside"

    static let generic = body(
        "oidc_v10_spec_type",
        """
        "display_name":"Our IdP","issuer":"\(issuer)","client_id":"app","client_secret":"\(secret)",\
        "authorization_url":"\(issuer)/authorize","token_url":"\(issuer)/token"
        """)

    static func body(_ form: String, _ members: String) -> String { #"{"spec":{"\#(form)":{\#(members)}}}"# }

    static func workload(_ issuer: String = issuer, name: String = "ci") -> String {
        body(
            "workload_spec_type",
            #""display_name":"\#(name)","issuer":"\#(issuer)","audiences":["\#(TestWorld.publicURL)"]"#)
    }

    private func accepts(_ world: TestWorld, _ token: [UInt8]) async -> Bool {
        (try? await world.broker.providers.validate(token)) != nil
    }

    @Test func aProviderTakesTokensOnTheNextRequestAndNoneWhenItIsGone() async throws {
        let (web, idp) = (TestWeb(), try TestIssuer(name: "idp", issuer: Self.issuer))
        let world = try await TestWorld(web: web)
        let api = API(world)
        web.publish(idp)
        let token = try idp.token(now: world.now)
        #expect(await !accepts(world, token))

        let name = try await api.post(Self.providers, Self.workload()).name
        #expect(name.hasPrefix("ci-") && name.utf8.count == 11)
        #expect(await accepts(world, token))
        world.broker.policies.replace(
            PolicySet(
                [PolicyText(provider: name, when: "claims.repository_id == '456789'").definition],
                defaultAudience: TestWorld.publicURL))
        _ = try await world.exchange(token)

        // An audience that is taken away counts at once; the keys need not be fetched again.
        let fetches = web.requests.count
        let other = Self.workload().replacing(TestWorld.publicURL, with: "https://other.example")
        #expect(try await api.call(.put, Self.providers + "/" + name, other).status == 200)
        #expect(await !accepts(world, token))
        #expect(try await api.post(Self.providers + "/" + name, Self.workload()).status == 200)
        #expect(await accepts(world, token))
        #expect(web.requests.count == fetches)

        #expect(try await api.post(Self.providers + "/\(name)/delete").body == ["err": "EOK"])
        #expect(await !accepts(world, token))
        await #expect(throws: (any Error).self) { _ = try await world.exchange(token) }
        #expect(try await api.get(Self.providers + "/" + name).code == 5)
    }

    /// A name that is asked for is the name, so that policies can be written before.
    @Test func aProviderMayBeGivenItsName() async throws {
        let api = API(try await TestWorld())
        let named = Self.workload().replacing(#"{"spec""#, with: #"{"name":"build","spec""#)
        #expect(try await api.post(Self.providers, named).name == "build")
        let again = named.replacing(Self.issuer, with: "https://other.example.com")
        #expect(try await api.post(Self.providers, again).code == 6)
        #expect(
            try await api.post(Self.providers, again.replacing("build", with: "ci")).code == 6, "the configuration's")
        let bad = try await api.post(Self.providers, again.replacing("\"build", with: "\"a/b"))
        #expect(bad.code == 3 && bad.message.hasPrefix("Field name must be 1 to 63"), "\(bad.message)")
    }

    /// An ID token is for the client; Google's of another domain stay out.
    @Test func anOIDCProviderTakesTokensForItsClientOnly() async throws {
        let (web, google) = (TestWeb(), try TestIssuer(name: "g", issuer: "https://accounts.google.com"))
        let world = try await TestWorld(web: web)
        web.publish(google)
        let members = #""client_id":"app","client_secret":"x","hosted_domain":"example.com""#
        let created = try await API(world).post(Self.providers, Self.body("google_oidc_spec_type", members))
        #expect(created.name.hasPrefix("google-"))
        func token(_ audience: String, _ domain: JSONValue?) throws -> [UInt8] {
            try google.token(now: world.now, audience: JSONValue(audience), ["hd": domain])
        }
        #expect(await accepts(world, try token("app", "example.com")))
        #expect(await !accepts(world, try token("other", "example.com")))
        #expect(await !accepts(world, try token("app", "evil.example")))
        #expect(await !accepts(world, try token("app", nil)))
        #expect(await !accepts(world, try token("app", 1)))
    }

    @Test func theSecretStaysInside() async throws {
        let world = try await TestWorld()
        let api = API(world)
        let name = try await api.post(Self.providers, Self.generic).name
        var answers = [try await api.get(Self.providers), try await api.get(Self.providers + "/" + name)]
        answers.append(try await api.call(.put, Self.providers + "/" + name, Self.generic))
        answers.append(try await api.get(Self.providers + "/" + name))
        // A refusal does not quote it either.
        answers.append(try await api.post(Self.providers, Self.generic))
        for answer in answers { #expect(!answer.body.encodedText().contains(Self.secret)) }
        #expect(!(try await world.audit()).map { $0.encodedText() }.joined().contains(Self.secret))
        var stored = ""
        try await world.store.loadIndex { stored += String(describing: $0) }
        #expect(stored.contains("sealed_secret") && !stored.contains(Self.secret))
        let record = try #require(world.broker.provider(named: name))
        #expect(world.broker.clientSecret(of: record)?.revealText() == Self.secret)
        #expect(!String(describing: record).contains(Self.secret))
    }

    @Test func aRestartPutsThemInForceAgain() async throws {
        let (web, idp) = (TestWeb(), try TestIssuer(name: "idp", issuer: Self.issuer))
        let world = try await TestWorld(web: web)
        web.publish(idp)
        let name = try await API(world).post(Self.providers, Self.workload()).name
        let token = try idp.token(now: world.now)
        for clashes in [false, true] {
            let clock = world.clock
            let mine = try TestIssuer(name: "file", issuer: clashes ? Self.issuer : "https://file.example")
            let registry = ProviderRegistry(
                [try mine.definition()], policy: .provider(), transport: web.transport,
                now: { clock.now.numericDate }, uptime: monotonicUptime())
            let broker = try Broker(
                settings: world.broker.settings, store: world.store, index: CredentialIndex(), keys: world.broker.keys,
                hasher: TokenHasher(key: Secret([UInt8](repeating: 7, count: 32))),
                sealing: try SealingKey(Secret([UInt8](repeating: 9, count: 32))), providers: registry,
                policies: PolicySet([], defaultAudience: TestWorld.publicURL), time: TimeSource { clock.now })
            try await broker.load()
            let accepted = (try? await registry.validate(token)) != nil
            #expect(accepted == !clashes)
            let record = try #require(broker.provider(named: name))
            #expect(broker.isInForce(record) == !clashes)
            #expect(broker.providerRecords().map(\.name.rawValue) == [name, "file"].sorted())
        }
    }

    @Test func oneOfManyTakesAnIssuer() async throws {
        let api = API(try await TestWorld())
        let codes = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<12 { group.addTask { try await api.post(Self.providers, Self.workload()).status } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.filter { $0 == 200 }.count == 1)
        #expect(codes.filter { $0 == 409 }.count == 11)
        let items = try await api.get(Self.providers).items
        #expect(items.count == 2)
        #expect(items.map { $0["origin"] }.contains("configuration"))
    }

    @Test func deletingEndsProvisioning() async throws {
        let world = try await TestWorld()
        let api = API(world)
        let name = try await api.post(Self.providers, Self.generic).name
        #expect(try await api.call(.put, Self.providers + "/\(name)/scim", #"{"scim_enabled":true}"#).status == 200)
        let spec = try await api.get("/api/web/custom/namespaces/system/oidc_provider/" + name)
            .body["object"]?["spec"]?["gc_spec"]?["scim_spec"]
        #expect(spec?["scim_enabled"] == true)
        #expect(spec?["scim_client_uri"]?.stringValue?.hasSuffix("/api/scim/namespaces/system/v2/") ?? false)
        // What is not asked for stays.
        #expect(try await api.call(.put, Self.providers + "/" + name, Self.generic).status == 200)
        #expect(world.broker.isProvisioningEnabled)
        #expect(try await api.post("/api/web/custom/namespaces/system/oidc_provider/\(name)/delete").status == 200)
        #expect(!world.broker.isProvisioningEnabled)
        #expect(try await api.get(API.system + "scim_token").code == 5)
        let actions = try await world.audit().compactMap { $0["action"]?.stringValue }
        #expect(Array(actions.suffix(2)) == ["provider.delete", "credential.revoke"])
        #expect(try await api.call(.put, Self.providers + "/\(name)/scim", #"{"scim_enabled":true}"#).code == 5)
    }

    @Test func anotherProvidersProvisioningStays() async throws {
        let api = API(try await TestWorld())
        let name = try await api.post(Self.providers, Self.generic).name
        #expect(try await api.call(.put, Self.providers + "/\(name)/scim", #"{"scim_enabled":true}"#).status == 200)
        #expect(try await api.enableScim().status == 200)
        #expect(try await api.post(Self.providers + "/\(name)/delete").status == 200)
        #expect(try await api.get(API.system + "scim_token").status == 200)
    }

    @Test func mappersNameAClaim() async throws {
        let api = API(try await TestWorld())
        let path = Self.providers + "/" + (try await api.post(Self.providers, Self.generic).name) + "/mappers"
        #expect(try await api.get(path).body == ["email": "email"])
        #expect(try await api.post(path, #"{"oidcMappers":{"email":"upn"}}"#).body == [:])
        #expect(try await api.get(path).body == ["email": "upn"])
        #expect(try await api.post(path, #"{"oidc_mappers":{"email":"a\nb"}}"#).code == 3)
        #expect(try await api.get(path).body == ["email": "upn"])
        #expect(try await api.post(path, "{}").body == [:])
        #expect(try await api.get(path).body == ["email": "email"])
    }

    @Test func azuresIssuerFollowsFromTheTenant() async throws {
        let api = API(try await TestWorld())
        let tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47"
        let base = "https://login.microsoftonline.com/\(tenant)"
        let created = try await api.post(
            Self.providers,
            Self.body(
                "azureOidcSpecType",
                """
                "clientId":"app","clientSecret":"x","authorizationUrl":"\(base)/oauth2/v2.0/authorize",\
                "tokenUrl":"\(base)/oauth2/v2.0/token"
                """))
        #expect(created.status == 200, "\(created.message)")
        #expect(
            created.body["redirect_uri"]?.stringValue == "https://id.example/sign-in/\(created.name)/callback")
        let spec = try await api.get(Self.providers + "/" + created.name).body["object"]?["spec"]?["gc_spec"]
        #expect(spec?["provider_type"] == "AZURE")
        #expect(spec?["azure_oidc_spec_type"]?["issuer"]?.stringValue == base + "/v2.0")
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let failure: FetchFailure?
        let name: String?
        let verdict: String
        let failed: String?
        var testDescription: String { verdict + " " + (failed ?? "") }
    }

    @Test(arguments: [
        Fault(failure: nil, name: nil, verdict: "READY", failed: nil),
        Fault(failure: .unreachable(.nameNotResolved), name: nil, verdict: "UNREACHABLE", failed: "resolve"),
        Fault(failure: .unreachable(.connectionRefused), name: nil, verdict: "UNREACHABLE", failed: "connect"),
        Fault(failure: .tlsFailed(.certificateExpired), name: nil, verdict: "MISCONFIGURED", failed: "tls"),
        Fault(failure: nil, name: "https://idp.example.com/", verdict: "MISCONFIGURED", failed: "issuer"),
    ])
    func aTestTellsStepByStep(_ fault: Fault) async throws {
        let (web, idp) = (TestWeb(), try TestIssuer(name: "idp", issuer: Self.issuer))
        let api = API(try await TestWorld(web: web))
        web.publish(idp, saying: fault.name)
        if let failure = fault.failure { web.fail(Self.issuer + "/.well-known/openid-configuration", failure) }
        let name = try await api.post(Self.providers, Self.workload()).name
        let answer = try await api.post(Self.providers + "/\(name)/test")
        #expect(answer.body["verdict"]?.stringValue == fault.verdict)
        let steps = answer.body["steps"]?.arrayValue ?? []
        #expect(
            steps.compactMap { $0["step"]?.stringValue }
                == ["resolve", "connect", "tls", "discovery", "issuer", "keys", "algorithms"])
        let failed = steps.filter { $0["standing"] == "FAILED" }
        #expect(failed.first?["step"]?.stringValue == fault.failed)
        #expect(failed.allSatisfy { $0["hint"]?.stringValue?.isEmpty == false && $0["ok"] == false })
        if fault.failed == nil { #expect(steps.allSatisfy { $0["ok"] == true }) }
    }

    @Test func aTestSeesKeysThatNobodyMayUse() async throws {
        let (web, idp) = (TestWeb(), try TestIssuer(name: "idp", issuer: Self.issuer))
        let api = API(try await TestWorld(web: web))
        web.publish(idp)
        let body = Self.workload().replacing(#""audiences""#, with: #""algorithms":["RS256"],"audiences""#)
        let name = try await api.post(Self.providers, body).name
        let answer = try await api.post(Self.providers + "/\(name)/test")
        #expect(answer.body["verdict"] == "MISCONFIGURED")
        #expect(answer.body["steps"]?.arrayValue?.last?["message"] == "no_usable_algorithm")
    }
}
