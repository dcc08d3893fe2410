import AccessPolicy
import Broker
import GatehouseTesting
import HTTPTypes
import ServerPlugin
import StrictJSON
import Testing

/// The published identity contract, operation by operation, without SCIM and what a later version brings.
@Suite struct DirectoryContractTests {
    private static let contract = Contract.identity
    /// Sign-in's, which come with it, and those that have a suite of their own.
    private static let elsewhere = [
        "/no_auth/signup", "/no_auth/login", "/authentications", "/was/user_token", "/sessions",
    ]

    static let operations = contract.operations.filter { operation in
        !operation.path.contains("/scim/namespaces/") && !operation.path.contains("oidc_provider")
            && !elsewhere.contains { operation.path.contains($0) }
    }

    @Test func everyOperationHasARoute() async throws {
        let api = try await API.make()
        let routed = Set(api.routes.map { "\($0.method) \($0.path.description)" })
        #expect(Self.operations.count == 42)
        for operation in Self.operations {
            #expect(routed.contains("\(operation.method) \(operation.path)"), "\(operation.testDescription)")
        }
    }

    /// Each operation does its job once, and its answer has every field of the schema and no other, at every depth.
    @Test func everyOperationAnswersAsTheSchemaSays() async throws {
        let api = try await API.make()
        var done: Set<String> = []
        func run(
            _ method: HTTPRequest.Method, _ template: String, _ body: String = "", name: String = ""
        ) async throws -> JSONValue {
            let path = template.replacing("{namespace}", with: "system").replacing("{name}", with: name)
            let answer = try await api.call(method, path, body)
            #expect(answer.status == 200, "\(method) \(path): \(answer.body.encodedText())")
            let operation = try #require(Self.contract.operation(method, template), "\(method) \(template)")
            try Self.contract.check(answer.body, against: operation)
            done.insert(operation.testDescription)
            return answer.body
        }
        let custom = "/api/web/custom/namespaces/"
        let (namespaced, plain) = (custom + "{namespace}/", "/api/web/namespaces/{namespace}/")

        // Roles
        let role =
            #"{"metadata":{"name":"auditor"},"api_groups":["gatehouse-users-monitor","gatehouse-audit-monitor"]}"#
        _ = try await run(.post, namespaced + "roles", role)
        _ = try await run(.get, namespaced + "roles")
        let read = try await run(.get, namespaced + "roles/{name}", name: "auditor")
        #expect(read["api_groups"] == ["gatehouse-audit-monitor", "gatehouse-users-monitor"])
        _ = try await run(.put, namespaced + "roles/{name}", #"{"api_groups":["orders-admin"]}"#, name: "auditor")
        _ = try await run(.get, plain + "roles")
        _ = try await run(.get, plain + "roles/{name}", name: "admin")

        // Groups and people
        let group = custom + "system/user_groups"
        _ = try await run(
            .post, group, #"{"name":"devs","namespace_roles":[{"namespace":"payments","role":"developer"}]}"#)
        let user = #""email":"Ada@example.com","first_name":"Ada","last_name":"Byron""#
        let created = try await run(
            .post, namespaced + "user_roles",
            #"{\#(user),"group_names":["devs"],"namespace_roles":[{"namespace":"*","role":"monitor"}]}"#)
        #expect(created["spec"]?["gc_spec"]?["groups"]?.arrayValue?.count == 1)
        _ = try await run(.get, namespaced + "user_roles")
        _ = try await run(.put, namespaced + "user_roles", #"{\#(user),"group_names":["devs"]}"#)
        _ = try await run(.post, namespaced + "user_roles/{name}", "{\(user)}", name: "ada@example.com")
        _ = try await run(
            .put, custom + "system/users/group_add", #"{"username":"ada@example.com","group_names":["devs"]}"#)
        _ = try await run(
            .put, custom + "system/users/group_remove", #"{"username":"ada@example.com","group_names":["devs"]}"#)
        _ = try await run(
            .post, namespaced + "role_users",
            #"{"username":["ada@example.com"],"namespaces_role":{"namespaces":["payments"],"role":"developer"}}"#)
        let bindings = try await run(.get, plain + "namespace_roles")
        let binding = bindings["items"]?.arrayValue?.compactMap { $0["name"]?.stringValue }.first {
            $0.contains("payments")
        }
        _ = try await run(.get, plain + "namespace_roles/{name}", name: try #require(binding))
        _ = try await run(.get, group)
        _ = try await run(.get, group + "/{name}", name: "devs")
        _ = try await run(
            .put, group + "/{name}", #"{"display_name":"Developers","usernames":["ada@example.com"]}"#, name: "devs")
        _ = try await run(
            .put, group + "/{name}/assign_namespace_roles",
            #"{"namespace_roles":[{"namespace":"default","role":"monitor"}]}"#, name: "devs")
        _ = try await run(
            .put, group + "/{name}/remove_namespace_roles",
            #"{"namespace_roles":[{"namespace":"default","role":"monitor"}]}"#, name: "devs")
        _ = try await run(.get, plain + "user_groups")
        _ = try await run(.get, plain + "user_groups/{name}", name: "devs")

        // The tenant
        let tenant = "/api/web/namespaces/system/tenant/"
        _ = try await run(.get, tenant + "settings")
        _ = try await run(.put, tenant + "settings", #"{"max_credentials_expiry":{"max_api_token_expiry_days":60}}"#)
        _ = try await run(
            .put, tenant + "idm/settings",
            #"{"basic_configuration":{"display_name":"Acme"},"password_policy":{"minimum_length":"12"},"user_session_expiration":{"absolute_timeout":{"hours":{"duration":8}},"idle_timeout":{"minutes":{"duration":30}}}}"#
        )
        let settings = try await run(.get, tenant + "idm/settings")
        #expect(settings["password_policy"]?["minimum_length"] == 12)
        _ = try await run(.get, "/no_auth/tenant/idm/settings/password_policy")
        try await api.signIn("Ada@example.com")
        let last = try await run(.get, tenant + "idm/events/last_login")
        #expect(last["last_login_map"]?["Ada@example.com"] != nil)
        _ = try await run(.get, tenant + "idm/events/login")
        _ = try await run(.post, tenant + "idm/events/login_in_time", #"{"start":"2020-01-01T00:00:00Z","max":5}"#)
        _ = try await run(.get, tenant + "idm/users/inactive")
        let email = #"{"user_email":"ADA@example.com"}"#
        _ = try await run(.put, "/api/web/namespaces/system/user/settings/idm/disable", email)
        _ = try await run(.put, "/api/web/namespaces/system/user/settings/idm/enable", email)

        // Namespaces and access
        _ = try await run(.get, "/api/web/namespaces")
        _ = try await run(.get, "/api/web/namespaces/{name}", name: "default")
        _ = try await run(.get, namespaced + "whoami")
        _ = try await run(
            .post, "/api/web/namespaces/system/evaluate-api-access",
            #"{"namespace":"system","item_lists":[{"list_id":"a","items":[{"method":"GET","path":"/api/web/namespaces"}]}]}"#
        )
        _ = try await run(.post, "/api/web/namespaces/system/lookup-user-roles", #"{"namespace":"system"}"#)

        // Ends
        _ = try await run(.delete, group + "/{name}", name: "devs?attempt_remove_references=true")
        _ = try await run(.delete, plain + "roles/{name}", name: "auditor")
        _ = try await run(.post, namespaced + "users/cascade_delete", #"{"email":"ada@example.com"}"#)
        #expect(done == Set(Self.operations.map(\.testDescription)), "all of them")
    }
}

extension API {
    /// As a sign-in through a provider records it.
    func signIn(_ email: String) async throws {
        let person = try world.broker.person(email)
        let signIn = SignIn(
            id: "login_\(world.clock.now.milliseconds)", principal: person.principal.id, at: world.clock.now,
            provider: "ci", remoteAddress: "192.0.2.1")
        try await world.store.commit([.recordSignIn(signIn)])
    }
}
