import AccessPolicy
import Broker
import GatehouseTesting
import HTTPTypes
import JOSE
import OpenSSLCrypto
import Secrets
import StrictJSON
import Testing

/// Authentication policies: which credential opens a namespace, for every mechanism and every rule.
@Suite struct AuthenticationPolicyTests {
    static let payments = "/api/config/namespaces/payments/authentications"
    static let system = "/api/config/namespaces/system/authentications"
    static let door = "/api/web/namespaces/payments/api_credentials"

    /// Every kind of credential that opens `payments`, made while nothing governs it.
    enum Presented: CaseIterable, CustomTestStringConvertible {
        case apiToken, serviceToken, certificate, accessToken, exchangedToken, strongAccessToken, strongExchangedToken

        var testDescription: String { "\(self)" }
    }

    private struct Doors {
        var api: API
        let presented: [Presented: API.With]

        func opens(_ presented: Presented) async throws -> API.Answer {
            try await api.get(AuthenticationPolicyTests.door, with: self.presented[presented] ?? .nothing)
        }
    }

    private func doors() async throws -> Doors {
        let api = try await API.make()
        var presented: [Presented: API.With] = [:]
        presented[.apiToken] = .token(try await api.token().secret)
        presented[.serviceToken] = .token(try await api.serviceToken(namespace: "payments").secret)
        let kubeconfig = try await api.post(
            API.system + "api_credentials",
            #"{"name":"c","spec":{"type":"KUBE_CONFIG","virtual_k8s_name":"dev","virtual_k8s_namespace":"payments"}}"#)
        presented[.certificate] = .certificate(
            try CertificateTests.certificate(inKubeconfig: kubeconfig.data).der)
        for isStrong in [false, true] {
            let claims: [String: JSONValue?] = isStrong ? ["acr": "urn:mfa", "amr": ["pwd", "hwk"]] : [:]
            let token = try api.world.issuer.token(now: api.world.now, claims)
            let access = try await api.world.exchange(token)
            presented[isStrong ? .strongAccessToken : .accessToken] = .token(access.token.revealText())
            let opaque = try await api.world.exchange(token, [TestWorld.apiToken])
            presented[isStrong ? .strongExchangedToken : .exchangedToken] = .token(opaque.token.revealText())
        }
        return Doors(api: api, presented: presented)
    }

    static func policy(_ rules: String, name: String = "gate", metadata: String = "") -> String {
        #"{"metadata":{"name":"\#(name)"\#(metadata)},"spec":{"access_params":{\#(rules)}}}"#
    }

    private static let strong: Set<Presented> = [.strongAccessToken, .strongExchangedToken]
    private static let accessTokens: Set<Presented> = [.accessToken, .strongAccessToken]
    private static let exchanged: Set<Presented> = accessTokens.union(strong).union([.exchangedToken])

    /// Rules, where requests come from, and what opens the namespace then.
    private static let matrix: [(rules: String, from: String, opens: Set<Presented>, code: String)] = [
        (#""mechanisms":["API_TOKEN"]"#, "", [.apiToken, .serviceToken], "it allows API_TOKEN and this is "),
        (#""mechanisms":["CERTIFICATE"]"#, "", [.certificate], "it allows CERTIFICATE and this is "),
        (#""mechanisms":["EXCHANGE"]"#, "", accessTokens, "it allows EXCHANGE and this is "),
        (
            #""mechanisms":["EXCHANGE","API_TOKEN"]"#, "", exchanged.union([.apiToken, .serviceToken]),
            "it allows API_TOKEN, EXCHANGE and this is CERTIFICATE"
        ),
        (#""mechanisms":["SESSION"]"#, "", [], "it allows SESSION and this is "),
        (
            #""credential_types":["API_TOKEN"]"#, "", exchanged.union([.apiToken]),
            "it allows credentials of type API_TOKEN and this is "
        ),
        (
            #""credential_types":["SERVICE_API_TOKEN","KUBE_CONFIG"]"#, "",
            accessTokens.union([.serviceToken, .certificate]),
            "it allows credentials of type KUBE_CONFIG, SERVICE_API_TOKEN and this is API_TOKEN"
        ),
        (#""max_lifetime":600"#, "", exchanged, "it allows a lifetime of at most 600 s and this has 864000 s"),
        (#""max_lifetime":864000"#, "", Set(Presented.allCases), ""),
        (#""required_acr":["urn:other","urn:mfa"]"#, "", strong, "it asks for acr urn:other or urn:mfa"),
        (#""required_amr":["hwk"]"#, "", strong, "it asks for amr hwk"),
        (#""required_amr":["hwk","pwd"]"#, "", strong, "it asks for amr hwk and pwd"),
        (#""required_amr":["hwk","fpt"]"#, "", [], "it asks for amr "),
        (#""source_networks":["10.0.0.0/8"]"#, "127.0.0.1", [], "it does not allow the network"),
        (#""source_networks":["10.0.0.0/8","2001:db8::/32"]"#, "10.255.0.1", Set(Presented.allCases), ""),
        (#""source_networks":["10.0.0.0/8","2001:db8::/32"]"#, "::ffff:10.1.1.1", Set(Presented.allCases), ""),
        (#""source_networks":["10.0.0.0/8","2001:db8::/32"]"#, "2001:db8:1::1", Set(Presented.allCases), ""),
        (#""source_networks":["10.0.0.0/8","2001:db8::/32"]"#, "2001:db9::1", [], "it does not allow the network"),
        (#""source_networks":["10.0.0.0/8"]"#, "what?", [], "it does not allow the network"),
        (
            #""mechanisms":["EXCHANGE"],"required_amr":["hwk"]"#, "", [.strongAccessToken],
            "authentication policy 'gate' of namespace 'payments' is not met: "
        ),
    ]

    @Test(arguments: matrix.indices)
    func everyMechanismMeetsEveryRule(_ index: Int) async throws {
        let row = Self.matrix[index]
        var doors = try await doors()
        for presented in Presented.allCases {
            #expect(try await doors.opens(presented).status == 200, "\(presented) before")
        }
        let made = try await doors.api.post(Self.payments, Self.policy(row.rules))
        #expect(made.status == 200, "\(made.body)")
        if !row.from.isEmpty { doors.api.remoteAddress = row.from }
        for presented in Presented.allCases {
            let answer = try await doors.opens(presented)
            #expect(answer.status == (row.opens.contains(presented) ? 200 : 403), "\(presented) \(answer.body)")
            if answer.status == 403 {
                #expect(answer.message.contains(row.code), "\(presented): \(answer.message)")
            }
            // Other namespaces are not this one's business; what the exchange gave opens none.
            guard !Self.exchanged.contains(presented), presented != .serviceToken else { continue }
            let other = try await doors.api.get(
                "/api/web/namespaces/default/api_credentials", with: doors.presented[presented] ?? .nothing)
            #expect(other.status == 200, "\(presented) elsewhere: \(other.body)")
        }
    }

    /// Switched off, replaced and deleted: each counts on the next request.
    @Test func aPolicyIsInForceAtOnceAndNoLongerThanItStands() async throws {
        let doors = try await doors()
        _ = try await doors.api.post(Self.payments, Self.policy(#""mechanisms":["CERTIFICATE"]"#))
        #expect(try await doors.opens(.apiToken).status == 403)
        let certificate = try #require(doors.presented[.certificate])
        let off = Self.policy(#""mechanisms":["CERTIFICATE"]"#, metadata: #","disable":true"#)
        #expect(try await doors.api.call(.put, Self.payments + "/gate", off, with: certificate).status == 200)
        #expect(try await doors.opens(.apiToken).status == 200)
        let other = Self.policy(#""required_amr":["hwk"]"#)
        #expect(try await doors.api.call(.put, Self.payments + "/gate", other).status == 200)
        #expect(try await doors.opens(.certificate).status == 403)
        #expect(try await doors.opens(.strongAccessToken).status == 200)
    }

    /// Two policies of one namespace are both to be met.
    @Test func allPoliciesOfANamespaceCount() async throws {
        let doors = try await doors()
        _ = try await doors.api.post(Self.payments, Self.policy(#""mechanisms":["EXCHANGE","API_TOKEN"]"#, name: "a"))
        _ = try await doors.api.post(
            Self.payments, Self.policy(#""credential_types":["SERVICE_API_TOKEN"]"#, name: "b"))
        #expect(try await doors.opens(.serviceToken).status == 200)
        #expect(try await doors.opens(.accessToken).status == 200)
        #expect(try await doors.opens(.apiToken).message.contains("'b'"))
        #expect(try await doors.opens(.certificate).message.contains("'a'"))
    }

    /// What is kept from a credential is not had by making another one with it.
    @Test func nothingIsLaunderedThroughAnotherCredential() async throws {
        let doors = try await doors()
        let api = doors.api
        let token = try #require(doors.presented[.apiToken])
        _ = try await api.post(Self.payments, Self.policy(#""mechanisms":["CERTIFICATE","EXCHANGE"]"#))
        // A certificate, made with a token: of what the token opens.
        let body =
            #"{"name":"c","spec":{"type":"KUBE_CONFIG","virtual_k8s_name":"dev","virtual_k8s_namespace":"default"}}"#
        let made = try await api.post(API.system + "api_credentials", body, with: token)
        #expect(made.status == 200, "\(made.body)")
        let laundered = API.With.certificate(try CertificateTests.certificate(inKubeconfig: made.data).der)
        #expect(try await api.get(Self.door, with: laundered).status == 404, "it holds nothing there")
        #expect(try await api.get("/api/web/namespaces/default/api_credentials", with: laundered).status == 200)
        // A token exchanged for another kind of token.
        guard case .token(let text) = token else { return }
        let issued = try await api.world.exchange(
            Array(text.utf8), [("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")])
        #expect(!issued.scope.contains("namespace:payments") && issued.scope.contains("namespace:default"))
        #expect(try await api.get(Self.door, with: .token(issued.token.revealText())).status == 404)
    }

    /// A rotation hands out a secret: not one that opens what the caller's does not.
    @Test func aRotationGivesNoBetterSecretThanTheCallers() async throws {
        let doors = try await doors()
        let api = doors.api
        let service = try await api.serviceToken("strong", role: "admin", namespace: "payments")
        _ = try await api.post(Self.payments, Self.policy(#""credential_types":["SERVICE_API_TOKEN"]"#))
        let answer = try await api.post(
            API.system + "rotate/service_credentials", #"{"name":"\#(service.name)"}"#,
            with: try #require(doors.presented[.apiToken]))
        #expect(answer.status == 403 && answer.message.contains("roles beyond your own"), "\(answer.body)")
    }

    /// What is kept from both is no difference between them: one's own token is rotated all the same.
    @Test func aTokenThatIsKeptOutSomewhereIsRotatedAllTheSame() async throws {
        let api = try await API.make()
        let own = try await api.token()
        _ = try await api.post(Self.payments, Self.policy(#""mechanisms":["CERTIFICATE"]"#))
        let answer = try await api.post(
            API.system + "rotate/api_credentials", #"{"name":"\#(own.name)"}"#, with: .token(own.secret))
        #expect(answer.status == 200, "\(answer.body)")
        #expect(try await api.get(Self.door, with: .token(answer.data)).status == 403)
    }

    @Test func anExchangeGivesNothingThatCouldNotBeUsed() async throws {
        let api = try await API.make()
        _ = try await api.post(Self.payments, Self.policy(#""required_amr":["hwk"]"#))
        let weak = try api.world.issuer.token(now: api.world.now)
        let before = try await api.world.audit().count
        await #expect {
            _ = try await api.world.exchange(weak)
        } throws: { error in
            guard case .authentication(let denial, false)? = error as? ExchangeFailure else { return false }
            return denial.policy == "gate" && (error as? ExchangeFailure)?.code == "authentication.amr"
        }
        #expect(try await api.world.audit().count == before + 1, "the refusal is written down")
        await #expect {
            _ = try await api.world.exchange(weak, [("scope", "namespace:payments")])
        } throws: { error in
            if case .authentication(_, true)? = error as? ExchangeFailure { true } else { false }
        }
        let strong = try api.world.issuer.token(now: api.world.now, ["amr": ["hwk"]])
        #expect(try await api.world.exchange(strong).scope.contains("namespace:payments"))
        // A life that is too long is cut, not refused: nobody asked for it.
        _ = try await api.call(.put, Self.payments + "/gate", Self.policy(#""max_lifetime":60"#))
        #expect(try await api.world.exchange(strong).expiresIn == 60)
    }

    /// `acr` and `amr` stay with what comes of a token: over a stored credential, and over one that this makes.
    @Test func howSomebodySignedInGoesWithEverythingThatComesOfIt() async throws {
        let all = PolicyText(
            when: "true", roles: ["admin"], types: [.accessToken, .apiToken], maximumLifetime: 86_400)
        let api = try await API.make(policies: [all])
        for isStrong in [false, true] {
            let token = try api.world.issuer.token(now: api.world.now, isStrong ? ["amr": ["hwk"]] : [:])
            let opaque = try await api.world.exchange(token, [TestWorld.apiToken]).token.revealText()
            let made = try await api.post(
                Self.door, #"{"name":"child","spec":{"type":"API_TOKEN"}}"#, with: .token(opaque))
            #expect(made.status == 200, "\(made.body)")
            _ = try await api.post(Self.payments, Self.policy(#""required_amr":["hwk"]"#))
            #expect(try await api.get(Self.door, with: .token(made.data)).status == (isStrong ? 200 : 403))
            _ = try await api.call(.delete, Self.payments + "/gate", "{}")
        }
    }

    @Test func whatMayNotBeUsedThereIsNotMadeThere() async throws {
        let api = try await API.make()
        let rules = #""credential_types":["API_TOKEN","SERVICE_API_TOKEN"],"max_lifetime":172800"#
        let day = try await api.token(days: 2)
        _ = try await api.post(Self.payments, Self.policy(rules))
        // The administrator's own token lives 90 days.
        let refused = try await api.post(Self.door, #"{"name":"x","spec":{"type":"API_TOKEN"}}"#)
        #expect(refused.status == 403 && refused.message.contains("lifetime of at most 172800 s"), "\(refused.body)")
        func post(_ body: String) async throws -> API.Answer {
            try await api.post(Self.door, body, with: .token(day.secret))
        }
        let long = try await post(#"{"name":"x","expiration_days":3,"spec":{"type":"API_TOKEN"}}"#)
        #expect(long.status == 400 && long.message.contains("authentication policy 'gate' allows 172800 s in all"))
        let plain = try await post(#"{"name":"x","spec":{"type":"API_TOKEN"}}"#)
        #expect(plain.status == 200, "\(plain.body)")
        #expect(try await api.get(Self.door, with: .token(plain.data)).status == 200)
        let type = try await post(#"{"name":"x","spec":{"type":"API_CERTIFICATE","password":"secret1"}}"#)
        #expect(type.status == 403, "\(type.body)")
        #expect(type.message.contains("allows credentials of type API_TOKEN, SERVICE_API_TOKEN"))
    }

    /// Whoever administers the tenant mends what keeps everybody out of a namespace.
    @Test func anAdministratorOfTheTenantOpensWhatNobodyCanOpen() async throws {
        let doors = try await doors()
        let api = doors.api
        let own = try await api.serviceToken("own", role: "admin", namespace: "payments")
        _ = try await api.post(Self.payments, Self.policy(#""required_amr":["nobody has it"]"#))
        for presented in Presented.allCases { #expect(try await doors.opens(presented).status == 403) }
        // Not one of its own administrators, and nobody from elsewhere.
        #expect(try await api.call(.delete, Self.payments + "/gate", "{}", with: .token(own.secret)).status == 403)
        let foreign = try await api.serviceToken("foreign", role: "admin", namespace: "default")
        #expect(try await api.call(.delete, Self.payments + "/gate", "{}", with: .token(foreign.secret)).status == 404)
        #expect(try await api.call(.delete, Self.payments + "/gate", "{}").status == 200)
        #expect(try await doors.opens(.apiToken).status == 200)
    }

    // MARK: System

    @Test func nobodyLocksThemselvesOutOfTheTenant() async throws {
        let api = try await API.make()
        for rules in [#""mechanisms":["CERTIFICATE"]"#, #""source_networks":["10.0.0.0/8"]"#, #""required_amr":["x"]"#]
        {
            for covers in ["", #","covers_tenant":true"#] {
                let answer = try await api.post(Self.system, Self.policy(rules + covers))
                #expect(answer.status == 400 && answer.code == 9, "\(answer.body)")
                #expect(answer.message.contains("would keep out the credential that you set it with"))
            }
        }
        #expect(try await api.get(Self.system).items.isEmpty)
        // Kept and without effect is no danger.
        let off = Self.policy(#""mechanisms":["SESSION"]"#, metadata: #","disable":true"#)
        #expect(try await api.post(Self.system, off).status == 200)
        let on = Self.policy(#""mechanisms":["SESSION"]"#)
        #expect(try await api.call(.put, Self.system + "/gate", on).code == 9)
    }

    @Test func aPolicyOfSystemGovernsSystem() async throws {
        let doors = try await doors()
        #expect(try await doors.api.post(Self.system, Self.policy(#""mechanisms":["API_TOKEN"]"#)).status == 200)
        let path = API.system + "api_credentials"
        let certificate = try #require(doors.presented[.certificate])
        #expect(try await doors.api.get(path, with: certificate).status == 403)
        #expect(try await doors.api.get(path, with: try #require(doors.presented[.apiToken])).status == 200)
        #expect(try await doors.opens(.certificate).status == 200, "payments is another namespace")
        // Who they are and what they may is still told.
        let me = try await doors.api.get("/api/web/custom/namespaces/system/whoami", with: certificate)
        #expect(me.status == 200)
        #expect(me.body["namespace_access"]?["namespace_role_map"]?["system"] == nil)
    }

    @Test func aPolicyOfTheWholeTenantGovernsEverything() async throws {
        let doors = try await doors()
        let rules = #""mechanisms":["API_TOKEN"],"covers_tenant":true"#
        #expect(try await doors.api.post(Self.payments, Self.policy(rules)).status == 400)
        #expect(try await doors.api.post(Self.system, Self.policy(rules)).status == 200)
        for path in [
            Self.door, "/api/web/namespaces", "/api/web/custom/namespaces/system/whoami",
            "/api/web/namespaces/nowhere/api_credentials",
        ] {
            let answer = try await doors.api.get(path, with: try #require(doors.presented[.certificate]))
            #expect(answer.status == 403 && answer.message.contains("of namespace 'system' is not met"), "\(path)")
        }
        #expect(try await doors.opens(.apiToken).status == 200)
        await #expect(throws: ExchangeFailure.self) {
            _ = try await doors.api.world.exchange(try doors.api.world.issuer.token(now: doors.api.world.now))
        }
    }

    /// A life that nobody asked for is cut by the tenant's bound too, also of a token for `*`.
    @Test func aLifetimeOfTheTenantCutsATokenForEveryNamespace() async throws {
        let api = try await API.make(policies: [
            PolicyText(when: "true", namespace: "*", roles: ["monitor"], maximumLifetime: 172_800)
        ])
        let short = try await api.token(days: 1).secret
        let rules = #""max_lifetime":86400,"covers_tenant":true"#
        let made = try await api.post(Self.system, Self.policy(rules), with: .token(short))
        #expect(made.status == 200, "\(made.body)")
        let token = try api.world.issuer.token(now: api.world.now, lifetime: 200_000)
        #expect(try await api.world.exchange(token).expiresIn == 86_400)
    }

    // MARK: Explained

    @Test func theDecisionIsExplained() async throws {
        let doors = try await doors()
        let check = "/api/web/custom/namespaces/payments/access/check?api_group=users&verb=get"
        _ = try await doors.api.post(Self.payments, Self.policy(#""mechanisms":["CERTIFICATE"]"#))
        let kept = try await doors.api.get(check)
        #expect(kept.body["allowed"] == false)
        #expect(
            kept.body["withheld_by"]
                == "authentication policy 'gate' of namespace 'payments' is not met: it allows CERTIFICATE and this is API_TOKEN"
        )
        #expect(kept.body["authentication_policies"] == ["payments/gate"])
        let open = try await doors.api.get(check, with: try #require(doors.presented[.certificate]))
        #expect(open.body["allowed"] == true && open.body["withheld_by"] == .null)
        // Who holds nothing there learns nothing.
        let stranger = try await doors.api.serviceToken("stranger", namespace: "default")
        #expect(try await doors.api.get(check, with: .token(stranger.secret)).status == 404)
        #expect(try await doors.api.get(Self.door, with: .token(stranger.secret)).status == 404)
    }

    @Test func aNamespaceTakesItsPoliciesWithIt() async throws {
        let api = try await API.make()
        let make = #"{"metadata":{"name":"mine"}}"#
        _ = try await api.post("/api/web/namespaces", make)
        let policies = "/api/config/namespaces/mine/authentications"
        _ = try await api.post(policies, Self.policy(#""mechanisms":["API_TOKEN"]"#))
        #expect(try await api.post("/api/web/namespaces/mine/cascade_delete").status == 200)
        _ = try await api.post("/api/web/namespaces", make)
        #expect(try await api.get(policies).items.isEmpty)
    }
}
