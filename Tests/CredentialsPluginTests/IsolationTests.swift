import AccessPolicy
import Broker
import GatehouseTesting
import HTTPTypes
import Identifiers
import Secrets
import ServerPlugin
import StrictJSON
import Testing

/// Every operation of every plugin here, asked by everybody who may not: nothing is told and nothing happens.
@Suite struct IsolationTests {
    private struct World {
        let api: API
        /// An administrator's credentials, which nobody below may see or touch.
        let personal: (name: String, secret: String)
        let service: (name: String, secret: String)
        let callers: [(who: String, with: API.With, status: Set<Int>)]
    }

    private func world() async throws -> World {
        let api = try await API.make()
        let personal = try await api.token("personal", days: 30)
        let service = try await api.serviceToken(days: 30)
        let monitor = try await api.serviceToken("monitor", role: "monitor", namespace: "system", days: 30)
        let foreign = try await api.post(
            "/api/web/namespaces/payments/service_credentials",
            #"{"name":"foreign","type":"SERVICE_API_TOKEN","expiration_days":30,"namespace_roles":[{"namespace":"payments","role":"admin"}]}"#
        )
        let expired = try await api.token("expired", days: 1)
        let inactive = try await api.token("inactive", days: 30)
        let revoked = try await api.token("revoked", days: 30)
        _ = try await api.enableScim()
        let scim = try await api.post(API.system + "scim_token")
        _ = try await api.post(API.system + "activate/api_credentials", #"{"name":"\#(inactive.name)"}"#)
        _ = try await api.post(API.system + "revoke/api_credentials", #"{"name":"\#(revoked.name)"}"#)
        api.world.clock.advance(seconds: 2 * 86_400)
        return World(
            api: api, personal: personal, service: service,
            callers: [
                ("nobody", .nothing, [401]), ("an expired one", .token(expired.secret), [401]),
                ("an inactive one", .token(inactive.secret), [401]), ("a revoked one", .token(revoked.secret), [401]),
                ("a SCIM token", .token(scim.data), [401]), ("garbage", .token("gth_at_x"), [401]),
                ("a monitor", .token(monitor.secret), [403, 404]),
                ("an administrator of another namespace", .token(foreign.data), [403, 404]),
            ])
    }

    /// What every caller below may do: it speaks of themselves, or of nothing.
    private static let own: Set<String> = [
        "GET /api/web/namespaces/system/user/applications",
        "GET /api/web/namespaces", "GET /api/web/custom/namespaces/{namespace}/whoami",
        "POST /api/web/namespaces/system/revoke_self", "POST /api/web/namespaces/{namespace}/api_credentials",
        "GET /api/web/namespaces/{namespace}/api_credentials",
        "GET /api/web/namespaces/{namespace}/service_credentials",
        "GET /api/web/namespaces/{namespace}/expiring/api_credentials",
        "GET /api/web/namespaces/{namespace}/expiring/service_credentials",
        "POST /api/web/namespaces/system/evaluate-api-access", "POST /api/web/namespaces/system/lookup-user-roles",
        "GET /api/web/namespaces/{name}", "GET /api/web/custom/namespaces/{namespace}/access/check",
        "GET /api/config/namespaces/system/was/user_token", "GET /api/web/namespaces/system/user/sessions",
        "GET /api/web/custom/namespaces/system/session",
        // Names of others fail one by one, in a 200.
        "POST /api/web/namespaces/system/bulk_revoke/api_credentials",
    ]

    @Test func nobodyReachesWhatIsNotTheirs() async throws {
        let world = try await world()
        let api = world.api
        let before = try await state(world)
        for route in api.routes {
            if case .open = route.access { continue }
            // Hidden by the one it is a stand-in for: `system` has its own.
            if !route.isDescribed { continue }
            let isService = route.path.description.contains("service_credentials")
            let isCredential = route.path.description.contains("credentials")
            let name = !isCredential ? "nobody" : isService ? world.service.name : world.personal.name
            let path = route.path.description.replacing("{namespace}", with: "system")
                .replacing("{name}", with: route.path.description.contains("oidc_providers") ? "ci" : name)
            let operation = "\(route.method) \(route.path.description)"
            let body = route.method == .get ? "" : #"{"name":"\#(name)","name_selector":{"names":["\#(name)"]}}"#
            for caller in world.callers {
                if Self.own.contains(operation), caller.status != [401] { continue }
                // A monitor reads everything but who holds which credential.
                if caller.who == "a monitor", case .permission(let group, let verb, _) = route.access,
                    RoleCatalog.builtIn.allows([.monitor], verb, on: group)
                {
                    continue
                }
                let answer = try await api.call(route.method, path, body, with: caller.with)
                #expect(
                    caller.status.contains(answer.status),
                    "\(caller.who), \(operation): \(answer.status) \(answer.body.encodedText())")
                let isTold = isCredential && answer.body.encodedText().contains(name)
                #expect(!isTold, "\(operation) tells the name to \(caller.who)")
            }
        }
        #expect(try await state(world) == before, "nothing happened")
    }

    @Test func whatTheyMayAskTellsNothingOfOthers() async throws {
        let world = try await world()
        for caller in world.callers where caller.status != [401] {
            for path in [
                "api_credentials", "service_credentials", "expiring/api_credentials?within_days=3000",
                "expiring/service_credentials?within_days=3000",
            ] {
                let text = try await world.api.get(API.system + path, with: caller.with).body.encodedText()
                #expect(
                    !text.contains(world.personal.name) && !text.contains(world.service.name), "\(caller.who) \(path)")
            }
            let bulk = try await world.api.post(
                API.system + "bulk_revoke/api_credentials",
                #"{"name_selector":{"names":["\#(world.personal.name)","nobody"]}}"#,
                with: caller.with)
            guard bulk.status == 200 else { continue }
            #expect(bulk.body["credentials_marked_for_deletion"] == [])
            #expect(bulk.body["credentials_failed"] == [JSONValue(world.personal.name), "nobody"], "no oracle")
        }
    }

    @Test func unknownAndForeignNamespacesLookTheSame() async throws {
        let world = try await world()
        let stranger = try await world.api.world.person("stranger", ["default": ["developer"]])
        let (token, record) = try world.api.world.broker.firstToken(of: stranger.principal.id, days: 5)
        try await world.api.world.store.commit(StoreTransaction(changes: [.insertCredential(record)], events: []))
        let with = API.With.token(token.revealText())
        for rest in [
            "api_credentials", "service_credentials", "api_credentials/x", "service_credentials/x",
            "usage/api_credentials/x",
        ] {
            let foreign = try await world.api.get("/api/web/namespaces/payments/" + rest, with: with)
            let unknown = try await world.api.get("/api/web/namespaces/nowhere/" + rest, with: with)
            #expect(foreign.status == 404 && foreign.body == unknown.body, "\(rest)")
        }
    }

    @Test func aScimTokenOpensProvisioningOnly() async throws {
        let world = try await world()
        let broker = world.api.world.broker
        let scim = try await world.api.post(API.system + "scim_token").data
        #expect(throws: CredentialRefusal.wrongClass) {
            try broker.authenticate(authorization: ["Bearer " + scim], from: "127.0.0.1")
        }
        #expect(
            try broker.authenticate(authorization: ["Bearer " + scim], from: "127.0.0.1", for: .provisioning).principal
                .kind == .service)
        for secret in [world.personal.secret, world.service.secret] {
            #expect(throws: CredentialRefusal.wrongClass) {
                try broker.authenticate(authorization: ["Bearer " + secret], from: "127.0.0.1", for: .provisioning)
            }
        }
    }

    @Test func theScimTokensLife() async throws {
        let api = try await API.make()
        let path = API.system + "scim_token"
        #expect(try await api.get(path).code == 5)
        #expect(try await api.post(path).code == 9, "SCIM is off")
        let switched = try await api.enableScim()
        #expect(switched.status == 200 && switched.body["scim_enabled"] == true, "\(switched.body)")
        #expect(switched.body["url"]?.stringValue?.hasSuffix("/api/scim/namespaces/system/v2/") == true)
        let first = try #require(switched.body["scim_token"]?["data"]?.stringValue)
        let opens = { (secret: String) in
            (try? api.world.broker.authenticate(
                authorization: ["Bearer " + secret], from: "127.0.0.1", for: .provisioning)) != nil
        }
        #expect(opens(first) && first.hasPrefix("gth_sc_"))
        for bad in ["0", "731", "-1", "\"x\"", "99999999999999999999"] {
            #expect(try await api.post(path, #"{"expiration_days":\#(bad)}"#).code == 3, "\(bad)")
        }
        #expect(opens(first))
        let second = try await api.post(path, #"{"expiration_days":730}"#)
        #expect(!opens(first) && opens(second.data), "at most one")
        #expect(try await api.get(path).body["object"]?["spec"]?["gc_spec"]?["type"] == "SCIM_API_TOKEN")
        #expect(try await api.post(API.system + "revoke/scim_token").status == 200)
        #expect(!opens(second.data))
        #expect(try await api.post(API.system + "revoke/scim_token").code == 5)
        let third = try await api.post(path)
        #expect(opens(third.data))
        #expect(try await api.enableScim(false).status == 200)
        #expect(!opens(third.data), "switched off")
        for namespace in ["default", "payments"] {
            #expect(try await api.get("/api/web/namespaces/\(namespace)/scim_token").code == 3, "system only")
        }
        #expect(try await api.get("/api/web/namespaces/nowhere/scim_token").code == 5)
        let missing = try await api.call(
            .put, "/api/web/custom/namespaces/system/oidc_providers/nobody/scim", #"{"scim_enabled":true}"#)
        #expect(missing.code == 5)
    }

    /// Everything the administrator's two credentials are.
    private func state(_ world: World) async throws -> [String] {
        let personal = try await world.api.get(API.system + "api_credentials/" + world.personal.name)
        let service = try await world.api.get(API.system + "service_credentials/" + world.service.name)
        let scim = try await world.api.get(API.system + "scim_token")
        return [personal, service, scim].map { $0.body.encodedText() } + ["\(world.api.world.broker.tenantSettings)"]
    }
}
