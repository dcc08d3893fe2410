import AccessPolicy
import Broker
import GatehouseTesting
import HTTPTypes
import Secrets
import ServerPlugin
import StrictJSON
import Testing

/// What the directory refuses, with the exact answer, and that nothing has changed then.
@Suite struct DirectoryRefusalTests {
    private static let custom = "/api/web/custom/namespaces/system/"

    struct Refusal: Sendable, CustomTestStringConvertible {
        let method: HTTPRequest.Method
        let path: String
        let body: String
        let status: Int
        let code: Int64
        let message: String

        init(
            _ method: HTTPRequest.Method, _ path: String, _ body: String, _ status: Int, _ code: Int64,
            _ message: String
        ) {
            (self.method, self.path, self.body) = (method, path, body)
            (self.status, self.code, self.message) = (status, code, message)
        }

        var testDescription: String { "\(method) \(path) \(body.prefix(120))" }
    }

    private static func user(_ more: String) -> String {
        #"{"email":"eve@example.com","first_name":"Eve","last_name":"E"\#(more.isEmpty ? "" : "," + more)}"#
    }

    private static let email320 = String(repeating: "a", count: 309) + "@example.com"

    static let refusals: [Refusal] = [
        Refusal(.post, "user_roles", "{", 400, 3, "The body is not a JSON object"),
        Refusal(.post, "user_roles", #"{"email":"a@b","email":"a@b"}"#, 400, 3, "The body is not a JSON object"),
        Refusal(.post, "user_roles", #"{"first_name":"E","last_name":"E"}"#, 400, 3, "Field email is required."),
        Refusal(.post, "user_roles", #"{"email":"e@x","last_name":"E"}"#, 400, 3, "Field first_name is required."),
        Refusal(.post, "user_roles", #"{"email":"e@x","firstName":"E"}"#, 400, 3, "Field last_name is required."),
        Refusal(
            .post, "user_roles", #"{"email":7,"first_name":"E","last_name":"E"}"#, 400, 3,
            "Field email must be a string"),
        Refusal(
            .post, "user_roles", #"{"email":"nobody","first_name":"E","last_name":"E"}"#, 400, 3,
            "Field email must be an e-mail address"),
        Refusal(
            .post, "user_roles", #"{"email":"a b@c","first_name":"E","last_name":"E"}"#, 400, 3,
            "Field email must be an e-mail address"),
        Refusal(
            .post, "user_roles", #"{"email":"a@b@c","first_name":"E","last_name":"E"}"#, 400, 3,
            "Field email must be an e-mail address"),
        Refusal(
            .post, "user_roles", #"{"email":"\#(email320)","first_name":"E","last_name":"E"}"#, 400, 3,
            "Field email must be an e-mail address"),
        Refusal(
            .post, "user_roles", #"{"email":"e@x","first_name":"E\u0007","last_name":"E"}"#, 400, 3,
            "Field first_name must be at most 256 bytes"),
        Refusal(.post, "user_roles", user(#""type":"SERVICE""#), 400, 3, "Field type must be USER"),
        Refusal(.post, "user_roles", user(#""idm_type":"LDAP""#), 400, 3, "Field idm_type must be one of"),
        Refusal(
            .post, "user_roles", user(#""namespace_roles":[{"namespace":"nowhere","role":"monitor"}]"#), 404, 5,
            "No such namespace: 'nowhere'."),
        Refusal(
            .post, "user_roles", user(#""namespace_roles":[{"namespace":"default","role":"nothing"}]"#), 404, 5,
            "No such role: 'nothing'."),
        Refusal(
            .post, "user_roles", user(#""namespace_roles":[{"namespace":"default"}]"#), 400, 3,
            "Field namespace_roles[0].role is required."),
        Refusal(
            .post, "user_roles", user(#""namespace_roles":[{"namespace":"UPPER","role":"monitor"}]"#), 400, 3,
            "Field namespace_roles[0].namespace"),
        Refusal(.post, "user_roles", user(#""group_names":["nobody"]"#), 404, 5, "No such user group: 'nobody'."),
        Refusal(
            .post, "user_roles", #"{"email":"ADA@example.com","first_name":"A","last_name":"B"}"#, 409, 6,
            "The user 'ADA@example.com' already exists."),
        Refusal(.put, "user_roles", user(""), 404, 5, "No such user: 'eve@example.com'."),
        Refusal(
            .post, "users/cascade_delete", #"{"email":"eve@example.com"}"#, 404, 5, "No such user: 'eve@example.com'."),
        Refusal(.post, "users/cascade_delete", "{}", 400, 3, "Field email is required."),
        Refusal(.put, "users/group_add", #"{"username":"ada@example.com"}"#, 400, 3, "Field group_names is required."),
        Refusal(
            .put, "users/group_add", #"{"username":"ada@example.com","group_names":["none"]}"#, 404, 5,
            "No such user group: 'none'."),
        Refusal(
            .post, "role_users",
            #"{"username":["ada@example.com"],"namespaces_role":{"role":"monitor","namespaces":[]}}"#, 400, 3,
            "Field namespaces_role.namespaces is required."),
        Refusal(
            .post, "role_users", #"{"username":[],"namespaces_role":{"role":"monitor","namespaces":["default"]}}"#, 400,
            3, "Field username must be 1 to 1,000 users."),
        Refusal(.post, "user_groups", #"{"name":"devs"}"#, 409, 6, "The user group 'devs' already exists."),
        Refusal(.post, "user_groups", #"{}"#, 400, 3, "Field name is required."),
        Refusal(.post, "user_groups", #"{"name":"a\tb"}"#, 400, 3, "Field name must be 1 to 256 bytes"),
        Refusal(
            .post, "user_groups", #"{"name":"g","usernames":["eve@example.com"]}"#, 404, 5,
            "No such user: 'eve@example.com'."),
        Refusal(.put, "user_groups/none", "{}", 404, 5, "No such user group: 'none'."),
        Refusal(.delete, "user_groups/devs", "", 400, 9, "Not in this state: the group has 1 members"),
        Refusal(.put, "user_groups/devs/assign_namespace_roles", "{}", 400, 3, "Field namespace_roles is required."),
        Refusal(.post, "roles", #"{"metadata":{"name":"r"}}"#, 400, 3, "Field api_groups must be 1 to 200 names."),
        Refusal(.post, "roles", #"{"api_groups":["orders-admin"]}"#, 400, 3, "Field metadata is required."),
        Refusal(
            .post, "roles", #"{"metadata":{"name":"R!"},"api_groups":["orders-admin"]}"#, 400, 3,
            "Field metadata.name must be"),
        Refusal(
            .post, "roles", #"{"metadata":{"name":"r"},"api_groups":["orders"]}"#, 400, 3,
            "Field api_groups[0] 'orders' must be <group>-monitor"),
        Refusal(
            .post, "roles", #"{"metadata":{"name":"r"},"api_groups":["users-admin"]}"#, 400, 3,
            "Field api_groups[0] 'users-admin' is one of the broker's own"),
        Refusal(
            .post, "roles", #"{"metadata":{"name":"r"},"api_groups":["gatehouse-x-admin"]}"#, 400, 3,
            "Field api_groups[0] 'gatehouse-x-admin' is none of the broker's own"),
        Refusal(
            .post, "roles", #"{"metadata":{"name":"admin"},"api_groups":["orders-admin"]}"#, 409, 6,
            "The role 'admin' already exists."),
        Refusal(
            .post, "roles", #"{"metadata":{"name":"ves-io-monitor-role"},"api_groups":["orders-admin"]}"#, 409, 6,
            "The role 'monitor' already exists."),
        Refusal(
            .post, "roles", #"{"metadata":{"name":"deployer"},"api_groups":["orders-admin"]}"#, 409, 6,
            "The role 'deployer' already exists."),
        Refusal(
            .put, "roles/admin", #"{"api_groups":["orders-admin"]}"#, 400, 9,
            "Not in this state: the role 'admin' is built in"),
        Refusal(.put, "roles/none", #"{"api_groups":["orders-admin"]}"#, 404, 5, "No such role: 'none'."),
        Refusal(
            .delete, "../../../namespaces/system/roles/clerk", "", 400, 9,
            "Not in this state: the role is in use by ada@example.com"),
        Refusal(
            .post, "../../../namespaces", #"{"metadata":{"name":"No"}}"#, 400, 3, "Field metadata.name must be 1 to 63"),
        Refusal(
            .post, "../../../namespaces", #"{"metadata":{"name":"shared"}}"#, 409, 6,
            "The namespace 'shared' already exists."),
        Refusal(
            .post, "../../../namespaces/default/cascade_delete", "{}", 400, 9,
            "Not in this state: the namespace 'default' is built in."),
        Refusal(
            .post, "../../../namespaces/payments/cascade_delete", "{}", 400, 9,
            "Not in this state: the namespace 'payments' is named by a policy"),
        Refusal(.post, "../../../namespaces/nowhere/cascade_delete", "{}", 404, 5, "No such namespace: 'nowhere'."),
        Refusal(
            .put, "../../../namespaces/system/user/settings/idm/disable", #"{"user_email":"eve@example.com"}"#, 404, 5,
            "No such user: 'eve@example.com'."),
        Refusal(
            .put, "../../../namespaces/system/tenant/idm/settings", #"{"password_policy":{"minimum_length":6}}"#, 400,
            3, "Field password_policy.minimum_length must be 7 to 1024."),
        Refusal(
            .put, "../../../namespaces/system/tenant/idm/settings",
            #"{"password_policy":{"digits":17,"minimum_length":8}}"#, 400, 3,
            "Field password_policy.digits must be 0 to 16."),
        Refusal(
            .put, "../../../namespaces/system/tenant/idm/settings", #"{"basic_configuration":{"display_name":"<b>"}}"#,
            400, 3, "Field basic_configuration.display_name must be"),
        Refusal(
            .put, "../../../namespaces/system/tenant/idm/settings",
            #"{"user_session_expiration":{"idle_timeout":{"hours":{"duration":1},"minutes":{"duration":5}}}}"#, 400, 3,
            "Field user_session_expiration.idle_timeout must be given in hours or in minutes"),
        Refusal(
            .post, "../../../namespaces/system/tenant/idm/events/login_in_time", #"{"start":"yesterday"}"#, 400, 3,
            "Field start must be a time as in RFC 3339."),
        Refusal(.get, "access/check?api_group=users&verb=destroy", "", 400, 3, "Query parameter verb must be one of"),
        Refusal(.get, "access/check?verb=get", "", 400, 3, "Query parameter api_group must be"),
        Refusal(
            .get, "user_roles?page_limit=5&page_start=x", "", 400, 3,
            "Query parameter page_start must be a next_page_start"),
        Refusal(.get, "user_roles?page_limit=5000", "", 400, 3, "Query parameter page_limit must be a whole number"),
    ]

    @Test func everyRefusalSaysWhatAndWhereAndChangesNothing() async throws {
        let api = try await API.withDirectory()
        let before = try await state(api)
        for refusal in Self.refusals {
            let path = API.resolved(Self.custom + refusal.path)
            let answer = try await api.call(refusal.method, path, refusal.body)
            #expect(answer.status == refusal.status, "\(refusal.testDescription): \(answer.body.encodedText())")
            #expect(answer.code == refusal.code, "\(refusal.testDescription)")
            #expect(answer.message.hasPrefix(refusal.message), "\(refusal.testDescription): \(answer.message)")
        }
        #expect(try await state(api) == before)
    }

    private func state(_ api: API) async throws -> [String] {
        var changes: [StoreChange] = []
        try await api.world.store.loadIndex { changes += $0 }
        // Using a credential is no change of the directory.
        return changes.filter { if case .recordUse = $0 { false } else { true } }.map { String(describing: $0) }
    }

    // MARK: No escalation

    @Test func nobodyGivesWhatTheyDoNotHold() async throws {
        let api = try await API.withDirectory()
        let clerk = try await api.person("clerk", ["system": ["user-admin"], "default": ["monitor"]])
        let tries: [(HTTPRequest.Method, String, String)] = [
            (.post, "user_roles", Self.user(#""namespace_roles":[{"namespace":"system","role":"admin"}]"#)),
            (.post, "user_roles", Self.user(#""namespace_roles":[{"namespace":"*","role":"monitor"}]"#)),
            (.post, "user_roles", Self.user(#""group_names":["admins"]"#)),
            (.put, "user_roles", #"{"email":"root2@example.com","first_name":"R","last_name":"R"}"#),
            (.post, "users/cascade_delete", #"{"email":"root2@example.com"}"#),
            (.put, "users/group_add", #"{"username":"clerk@example.com","group_names":["admins"]}"#),
            (.put, "users/group_remove", #"{"username":"root2@example.com","group_names":["admins"]}"#),
            (
                .post, "role_users",
                #"{"username":["clerk@example.com"],"namespaces_role":{"role":"admin","namespaces":["system"]}}"#
            ),
            (.post, "user_groups", #"{"name":"g","namespace_roles":[{"namespace":"system","role":"admin"}]}"#),
            (.put, "user_groups/admins", "{}"),
            (
                .put, "user_groups/devs/assign_namespace_roles",
                #"{"namespace_roles":[{"namespace":"system","role":"admin"}]}"#
            ),
            (
                .put, "user_groups/admins/remove_namespace_roles",
                #"{"namespace_roles":[{"namespace":"system","role":"admin"}]}"#
            ),
            (.delete, "user_groups/admins?attempt_remove_references=true", ""),
            (.post, "roles", #"{"metadata":{"name":"r"},"api_groups":["gatehouse-providers-admin"]}"#),
            (.put, "roles/clerk", #"{"api_groups":["gatehouse-signing-keys-admin"]}"#),
            (.put, "../../../namespaces/system/user/settings/idm/disable", #"{"user_email":"root2@example.com"}"#),
        ]
        let before = try await state(api)
        for (method, path, body) in tries {
            let answer = try await api.call(method, API.resolved(Self.custom + path), body, with: clerk)
            #expect(answer.status == 403 && answer.code == 7, "\(method) \(path): \(answer.body.encodedText())")
        }
        #expect(try await state(api) == before)
        // What they hold they may give.
        let within = try await api.post(
            Self.custom + "user_roles", Self.user(#""namespace_roles":[{"namespace":"default","role":"monitor"}]"#),
            with: clerk)
        #expect(within.status == 200, "\(within.message)")
    }

    // MARK: The last administrator

    @Test func anAdministratorAlwaysRemains() async throws {
        let api = try await API.make()
        let me = try #require(try await api.get(Self.custom + "user_roles").items.first?["email"]?.stringValue)
        let last = "this would leave nobody who is an administrator of 'system'"
        for (method, path, body) in [
            (.put, "user_roles", #"{"email":"\#(me)","first_name":"A","last_name":"B"}"#),
            (.post, "users/cascade_delete", #"{"email":"\#(me)"}"#),
            (.put, "../../../namespaces/system/user/settings/idm/disable", #"{"user_email":"\#(me)"}"#),
        ] as [(HTTPRequest.Method, String, String)] {
            let answer = try await api.call(method, API.resolved(Self.custom + path), body)
            #expect(
                answer.status == 400 && answer.code == 9 && answer.message.contains(last), "\(path): \(answer.message)")
        }
        // One who is an administrator by a group only: the group cannot go either, nor its role, nor its member.
        _ = try await api.post(
            Self.custom + "user_groups",
            #"{"name":"admins","namespace_roles":[{"namespace":"system","role":"admin"},{"namespace":"shared","role":"admin"},{"namespace":"*","role":"admin"}],"usernames":["\#(me)"]}"#
        )
        _ = try await api.call(
            .put, Self.custom + "user_roles",
            #"{"email":"\#(me)","first_name":"A","last_name":"B","group_names":["admins"]}"#)
        for (method, path, body) in [
            (.delete, "user_groups/admins?attempt_remove_references=true", ""),
            (.put, "user_groups/admins", #"{"usernames":["\#(me)"]}"#),
            (
                .put, "user_groups/admins/remove_namespace_roles",
                #"{"namespace_roles":[{"namespace":"system","role":"admin"}]}"#
            ),
            (.put, "users/group_remove", #"{"username":"\#(me)","group_names":["admins"]}"#),
        ] as [(HTTPRequest.Method, String, String)] {
            let answer = try await api.call(method, Self.custom + path, body)
            #expect(
                answer.status == 400 && answer.code == 9 && answer.message.contains(last), "\(path): \(answer.message)")
        }
    }

    /// A service user is gone with its credential, so it does not count.
    @Test func aServiceUserIsNotTheLastAdministrator() async throws {
        let api = try await API.make()
        let service = try await api.post(
            API.system + "service_credentials",
            #"{"name":"robot","type":"SERVICE_API_TOKEN","namespace_roles":[{"namespace":"system","role":"admin"},{"namespace":"shared","role":"admin"},{"namespace":"*","role":"admin"}]}"#
        )
        let answer = try await api.post(
            Self.custom + "users/cascade_delete", #"{"email":"administrator"}"#, with: .token(service.data))
        #expect(answer.status == 400 && answer.code == 9, "\(answer.message)")
    }

    @Test func twoAdministratorsCannotRemoveEachOther() async throws {
        let api = try await API.make()
        let everything = ["system": ["admin"], "shared": ["admin"], "*": ["admin"]]
        let (first, second) = (try await api.person("first", everything), try await api.person("second", everything))
        _ = try await api.post(Self.custom + "users/cascade_delete", #"{"email":"administrator"}"#, with: first)
        api.world.store.meetBeforeCommit(2)
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for (name, with) in [("second", first), ("first", second)] {
                group.addTask {
                    try await api.post(
                        Self.custom + "users/cascade_delete", #"{"email":"\#(name)@example.com"}"#, with: with
                    ).status
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.filter { $0 == 200 }.count == 1, "\(statuses)")
    }
}

extension API {
    /// A few people, groups and roles to refuse things about.
    static func withDirectory() async throws -> API {
        let api = try await API.make()
        let custom = "/api/web/custom/namespaces/system/"
        for (path, body) in [
            ("roles", #"{"metadata":{"name":"clerk"},"api_groups":["gatehouse-users-monitor"]}"#),
            ("user_groups", #"{"name":"devs"}"#),
            ("user_groups", #"{"name":"admins","namespace_roles":[{"namespace":"system","role":"admin"}]}"#),
            (
                "user_roles",
                #"{"email":"ada@example.com","first_name":"Ada","last_name":"B","group_names":["devs"],"namespace_roles":[{"namespace":"default","role":"clerk"}]}"#
            ),
            ("user_roles", #"{"email":"root2@example.com","first_name":"R","last_name":"R","group_names":["admins"]}"#),
        ] {
            let answer = try await api.post(custom + path, body)
            #expect(answer.status == 200, "\(path): \(answer.message)")
        }
        return api
    }

    /// `a/b/../c` as `a/c`.
    static func resolved(_ path: String) -> String {
        var segments: [Substring] = []
        for segment in path.split(separator: "/") {
            if segment == ".." { segments.removeLast() } else { segments.append(segment) }
        }
        return "/" + segments.joined(separator: "/")
    }

    /// Somebody with these roles, and their token.
    func person(_ name: String, _ roles: [String: [String]]) async throws -> With {
        let person = try await world.person(name, roles)
        let (token, record) = try world.broker.firstToken(of: person.principal.id, days: 5)
        try await world.store.commit(StoreTransaction(changes: [.insertCredential(record)], events: []))
        return .token(token.revealText())
    }
}
