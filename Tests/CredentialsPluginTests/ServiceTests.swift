import AccessPolicy
import Broker
import GatehouseTesting
import HTTPTypes
import Identifiers
import Secrets
import StrictJSON
import Testing

/// Service credentials: their users, their rights, and what no administrator can give beyond their own.
@Suite struct ServiceTests {
    private static let path = API.system + "service_credentials"

    @Test func aServiceTokenHasTheRolesItWasGivenAndThoseOfItsGroups() async throws {
        let api = try await API.make()
        try await api.world.makeGroup("devs", ["payments": ["power-developer"]])
        let created = try await api.post(
            Self.path,
            #"{"name":"ci","api_token":{},"user_group_names":["devs","devs"],"namespace_roles":[{"namespace":"default","role":"ves-io-monitor-role"}]}"#
        )
        #expect(created.status == 200, "\(created.body)")
        let who = try await api.get("/api/web/custom/namespaces/system/whoami", with: .token(created.data))
        #expect(who.body["type"] == "SERVICE" && who.body["group_names"] == ["devs"])
        #expect(
            who.body["namespace_access"]
                == [
                    "namespace_role_map": [
                        "default": ["names": ["monitor"]], "payments": ["names": ["power-developer"]],
                    ]
                ])
        let got = try await api.get(Self.path + "/" + created.name)
        #expect(got.body["user_group_names"] == ["devs"] && got.body["user_email"] == JSONValue(created.name))
        #expect(got.body["namespace_access"] == ["namespace_role_map": ["default": ["names": ["monitor"]]]])
        // PUT replaces the whole, at once, and never the end or the state.
        let replaced = try await api.call(
            .put, Self.path + "/" + created.name,
            #"{"name":"elsewhere","namespace":"default","namespace_access":{"namespace_role_map":{"shared":{"names":["monitor","admin"]}}}}"#
        )
        #expect(replaced.status == 200 && replaced.name == created.name, "the path wins")
        let after = try await api.get("/api/web/custom/namespaces/system/whoami", with: .token(created.data))
        #expect(after.body["group_names"] == [])
        #expect(after.body["namespace_access"] == ["namespace_role_map": ["shared": ["names": ["admin", "monitor"]]]])
        _ = try await api.call(.put, Self.path + "/" + created.name, "")
        let cleared = try await api.get("/api/web/custom/namespaces/system/whoami", with: .token(created.data))
        #expect(cleared.body["namespace_access"] == ["namespace_role_map": [:]], "absent is cleared")
    }

    @Test(arguments: [
        (
            #"{"name":"a","type":"SERVICE_API_TOKEN","namespace_roles":[{"namespace":"default","role":"nobody-knows"}]}"#,
            5, "role"
        ),
        (
            #"{"name":"a","type":"SERVICE_API_TOKEN","namespace_roles":[{"namespace":"nowhere","role":"monitor"}]}"#, 5,
            "namespace"
        ),
        (#"{"name":"a","type":"SERVICE_API_TOKEN","user_group_names":["nobody"]}"#, 5, "group"),
        (
            #"{"name":"a","type":"SERVICE_API_TOKEN","namespace_roles":[{"namespace":"default"}]}"#, 3,
            "namespace_roles[0].role"
        ),
        (
            #"{"name":"a","type":"SERVICE_API_TOKEN","namespace_roles":[{"role":"monitor"}]}"#, 3,
            "namespace_roles[0].namespace"
        ),
        (
            #"{"name":"a","type":"SERVICE_API_TOKEN","namespace_roles":[{"namespace":"default","role":"No!"}]}"#, 3,
            "role"
        ),
        (#"{"name":"a","type":"SERVICE_API_TOKEN","namespace_roles":{"namespace":"default"}}"#, 3, "namespace_roles"),
        (#"{"name":"a","type":"SERVICE_API_TOKEN","user_group_names":[1]}"#, 3, "user_group_names[0]"),
        (#"{"name":"a"}"#, 3, "type"), (#"{"name":"a","type":"API_TOKEN"}"#, 3, "type"),
        (#"{"name":"a","type":"SCIM_API_TOKEN"}"#, 3, "type"), (#"{"name":"a","type":7}"#, 3, "type"),
        (#"{"name":"a","api_token":{},"api_certificate":{"password":"123456"}}"#, 3, "service_credential_choice"),
        (#"{"name":"a","api_certificate":{}}"#, 3, "password"),
        (#"{"name":"a","api_certificate":{"password":"12345"}}"#, 3, "password"),
        (
            #"{"name":"a","type":"SERVICE_API_CERTIFICATE","password":"123456789012345678901234567890123456789012345678901"}"#,
            3, "password"
        ),
        (#"{"name":"a","vk8s_kubeconfig":{"vk8s_cluster_name":"c"}}"#, 3, "vk8s_namespace"),
        (#"{"name":"a","vk8s_kubeconfig":{"vk8s_cluster_name":"C","vk8s_namespace":"n"}}"#, 3, "virtual_k8s_name"),
        (#"{"name":"a","site_kubeconfig":{}}"#, 3, "site"),
        (#"{"name":"a","site_kubeconfig":{"site":"a b"}}"#, 3, "site"),
        (#"{"name":"a","type":"SITE_GLOBAL_KUBE_CONFIG"}"#, 3, "site"),
        (#"{"name":"a","type":"SERVICE_KUBE_CONFIG"}"#, 3, "virtual_k8s_name"),
        (#"{"type":"SERVICE_API_TOKEN"}"#, 3, "name"),
        (#"{"name":"a","type":"SERVICE_API_TOKEN","expiration_days":1000}"#, 3, "expiration_days"),
    ])
    func refusesAndWritesNothing(_ body: String, _ code: Int64, _ word: String) async throws {
        let api = try await API.make()
        let answer = try await api.post(Self.path, body)
        #expect(answer.code == code && answer.message.contains(word), "\(answer.body.encodedText())")
        #expect(try await api.get(Self.path).items.isEmpty)
        #expect(api.world.broker.index.credentialCount == 1)
    }

    @Test func theChoiceSilentlyWinsOverTheFlatFields() async throws {
        let api = try await API.make()
        let answer = try await api.post(
            Self.path,
            #"{"name":"a","type":"SERVICE_API_CERTIFICATE","password":"","virtual_k8s_name":"","api_token":{}}"#)
        #expect(answer.status == 200 && answer.data.hasPrefix("gth_st_"))
    }

    /// (who creates, roles asked for, whether they may)
    @Test(arguments: [
        (["system": ["user-admin"]], "system", "monitor", true),
        (["system": ["user-admin"]], "system", "user-admin", true),
        (["system": ["user-admin"]], "system", "admin", false),
        (["system": ["user-admin"]], "default", "monitor", false),
        (["system": ["admin"]], "*", "monitor", false),
        (["system": ["admin"]], "system", "admin", true),
        (["system": ["admin"], "default": ["developer"]], "default", "power-developer", false),
        (["system": ["admin"], "default": ["power-developer"]], "default", "developer", true),
        (["system": ["admin"], "*": ["admin"]], "default", "admin", true),
        (["system": ["admin"], "*": ["admin"]], "shared", "monitor", false),
        (["system": ["admin"], "payments": ["deployer"]], "payments", "deployer", true),
        (["system": ["admin"], "payments": ["power-developer"]], "payments", "deployer", false),
    ])
    func nobodyGivesMoreThanTheyHave(
        _ held: [String: [String]], _ namespace: String, _ role: String, _ isAllowed: Bool
    ) async throws {
        let api = try await API.make()
        let person = try await api.world.person("p", held)
        let (token, record) = try api.world.broker.firstToken(of: person.principal.id, days: 5)
        try await api.world.store.commit(StoreTransaction(changes: [.insertCredential(record)], events: []))
        let with = API.With.token(token.revealText())
        let created = try await api.post(
            Self.path,
            #"{"name":"a","type":"SERVICE_API_TOKEN","namespace_roles":[{"namespace":"\#(namespace)","role":"\#(role)"}]}"#,
            with: with)
        #expect(created.status == (isAllowed ? 200 : 403), "\(created.body)")
        // The same by PUT, on one that has nothing.
        let bare = try await api.post(Self.path, #"{"name":"bare","type":"SERVICE_API_TOKEN"}"#, with: with)
        let replaced = try await api.call(
            .put, Self.path + "/" + bare.name,
            #"{"namespace_access":{"namespace_role_map":{"\#(namespace)":{"names":["\#(role)"]}}}}"#, with: with)
        #expect(replaced.status == (isAllowed ? 200 : 403), "\(replaced.body)")
        // And through a group.
        try await api.world.makeGroup("g", [namespace: [role]])
        let grouped = try await api.post(
            Self.path, #"{"name":"a","type":"SERVICE_API_TOKEN","user_group_names":["g"]}"#, with: with)
        #expect(grouped.status == (isAllowed ? 200 : 403))
    }

    @Test func nobodyTakesOverAStrongerCredentialByChangingIt() async throws {
        let api = try await API.make()
        let strong = try await api.serviceToken("strong", role: "admin", namespace: "system")
        let person = try await api.world.person("p", ["system": ["user-admin"]])
        let (token, record) = try api.world.broker.firstToken(of: person.principal.id, days: 5)
        try await api.world.store.commit(StoreTransaction(changes: [.insertCredential(record)], events: []))
        let answer = try await api.call(.put, Self.path + "/" + strong.name, "{}", with: .token(token.revealText()))
        #expect(answer.status == 403)
    }

    @Test func revokingItTakesItsUserAndWhatThatMade() async throws {
        let api = try await API.make()
        let service = try await api.serviceToken("svc", role: "admin", namespace: "system")
        let child = try await api.token("child", days: 1, with: .token(service.secret))
        #expect(try await api.get("/api/web/namespaces", with: .token(child.secret)).status == 200)
        #expect(
            try await api.post(API.system + "revoke/service_credentials", #"{"name":"\#(service.name)"}"#).status == 200
        )
        for secret in [service.secret, child.secret] {
            #expect(try await api.get("/api/web/namespaces", with: .token(secret)).status == 401)
        }
        #expect(try await api.get(API.system + "api_credentials/" + child.name).code == 5)
        // And in bulk: dead at once, gone later.
        let other = try await api.serviceToken("other", role: "admin", namespace: "system")
        let second = try await api.token("second", days: 1, with: .token(other.secret))
        _ = try await api.post(
            API.system + "bulk_revoke/service_credentials", #"{"name_selector":{"names":["\#(other.name)"]}}"#)
        for secret in [other.secret, second.secret] {
            #expect(try await api.get("/api/web/namespaces", with: .token(secret)).status == 401)
        }
    }

    @Test func aServiceTokenWithTheRightRenewsItself() async throws {
        let api = try await API.make()
        let service = try await api.serviceToken("svc", role: "user-admin", namespace: "system", days: 3)
        let renewed = try await api.post(
            API.system + "renew/service_credentials", #"{"name":"\#(service.name)","expiration_days":7}"#,
            with: .token(service.secret))
        #expect(renewed.status == 200)
        api.world.clock.advance(seconds: 6 * 86_400)
        #expect(try await api.get("/api/web/namespaces", with: .token(service.secret)).status == 200)
    }

    @Test func itIsConfinedToAnApplicationNamespace() async throws {
        let api = try await API.make()
        let path = "/api/web/namespaces/payments/service_credentials"
        try await api.world.makeGroup("wide", ["payments": ["developer"], "system": ["admin"]])
        let created = try await api.post(
            path,
            #"{"name":"a","type":"SERVICE_API_TOKEN","user_group_names":["wide"],"namespace_roles":[{"namespace":"payments","role":"admin"}]}"#
        )
        #expect(created.status == 200, "\(created.body)")
        let who = try await api.get("/api/web/custom/namespaces/payments/whoami", with: .token(created.data))
        #expect(
            who.body["namespace_access"] == ["namespace_role_map": ["payments": ["names": ["admin", "developer"]]]])
        // It manages its own namespace, and nothing else.
        let child = try await api.post(path, #"{"name":"b","type":"SERVICE_API_TOKEN"}"#, with: .token(created.data))
        #expect(child.status == 200)
        #expect(try await api.get(Self.path, with: .token(created.data)).status == 403)
        #expect(
            try await api.get("/api/web/namespaces/default/service_credentials", with: .token(created.data)).code == 5)
        #expect(try await api.get(path + "/" + created.name).status == 200, "the tenant's administrator sees it there")
        #expect(try await api.get(Self.path + "/" + created.name).code == 5, "and not in system")
        let elsewhere = try await api.post(
            path,
            #"{"name":"a","type":"SERVICE_API_TOKEN","namespace_roles":[{"namespace":"default","role":"monitor"}]}"#)
        #expect(elsewhere.code == 3 && elsewhere.message.contains("namespace_roles"))
        #expect(
            try await api.get("/api/web/namespaces", with: .token(created.data)).items.map { $0["name"] } == [
                "payments"
            ])
    }
}
