import AccessPolicy
import Broker
import GatehouseTesting
import HTTPTypes
import ServerPlugin
import StrictJSON
import Testing

/// What a change to the directory means for requests: it is in force on the next one.
@Suite struct DirectoryLifeTests {
    private static let custom = "/api/web/custom/namespaces/system/"
    private static let settings = "/api/web/namespaces/system/user/settings/idm/"

    @Test func disablingRefusesTheNextRequestAndEnablingRestoresIt() async throws {
        let api = try await API.make()
        let eve = try await api.person("eve", ["default": ["developer"]])
        #expect(try await api.get("/api/web/namespaces", with: eve).status == 200)
        let email = #"{"user_email":"EVE@example.com"}"#
        #expect(try await api.call(.put, Self.settings + "disable", email).status == 200)
        #expect(try await api.get("/api/web/namespaces", with: eve).status == 401)
        #expect(try await api.call(.put, Self.settings + "enable", email).status == 200)
        #expect(try await api.get("/api/web/namespaces", with: eve).status == 200)
        #expect(api.world.store.events.suffix(2).map(\.action) == [.userDisabled, .userEnabled])
    }

    @Test func aRoleGivenOrTakenIsInForceOnTheNextRequest() async throws {
        let api = try await API.make()
        let eve = try await api.person("eve", [:])
        let users = Self.custom + "user_roles"
        #expect(try await api.get(users, with: eve).status == 403)
        _ = try await api.post(
            Self.custom + "roles", #"{"metadata":{"name":"reader"},"api_groups":["gatehouse-users-monitor"]}"#)
        _ = try await api.post(
            Self.custom + "user_groups",
            #"{"name":"readers","namespace_roles":[{"namespace":"system","role":"reader"}],"usernames":["eve@example.com"]}"#
        )
        #expect(try await api.get(users, with: eve).status == 200, "by the group")
        _ = try await api.call(.put, Self.custom + "roles/reader", #"{"api_groups":["gatehouse-groups-monitor"]}"#)
        #expect(try await api.get(users, with: eve).status == 403, "the role was changed")
        #expect(try await api.get(Self.custom + "user_groups", with: eve).status == 200)
        _ = try await api.call(
            .put, Self.custom + "users/group_remove", #"{"username":"eve@example.com","group_names":["readers"]}"#)
        #expect(try await api.get(Self.custom + "user_groups", with: eve).status == 403, "out of the group")
    }

    @Test func removingSomebodyEndsWhatIsTheirs() async throws {
        let api = try await API.make()
        let eve = try await api.person("eve", ["default": ["developer"]])
        let token = try await api.token("mine", with: eve)
        let answer = try await api.post(Self.custom + "users/cascade_delete", #"{"email":"eve@example.com"}"#)
        // The first one, the one that `person` gave, and the one made with it.
        #expect(answer.body["delete_ok"] == true && answer.items.count == 3)
        for with in [eve, .token(token.secret)] {
            #expect(try await api.get("/api/web/namespaces", with: with).status == 401)
        }
        #expect(try await api.get(API.system + "api_credentials/" + token.name).status == 404)
        let again = try await api.post(
            Self.custom + "user_roles", #"{"email":"eve@example.com","first_name":"E","last_name":"E"}"#)
        #expect(again.status == 200)
        #expect(again.body["spec"]?["gc_spec"]?["groups"] == [], "a new person, without what the former one had")
    }

    @Test func aRemovedNamespaceTakesItsRolesAndItsCredentialsWithIt() async throws {
        let api = try await API.make()
        #expect(
            try await api.post("/api/web/namespaces", #"{"metadata":{"name":"lab","labels":{"team":"x"}}}"#).status
                == 200)
        let eve = try await api.person("eve", ["lab": ["admin"]])
        let made = try await api.post(
            "/api/web/namespaces/lab/api_credentials", #"{"name":"t","spec":{"type":"API_TOKEN"}}"#, with: eve)
        #expect(made.status == 200, "\(made.message)")
        let removal = "/api/web/namespaces/lab/cascade_delete"
        let refused = try await api.post(removal)
        #expect(refused.status == 400 && refused.code == 9 && refused.message.contains("credentials live"))
        let removed = try await api.post(removal, #"{"end_credentials":true}"#)
        #expect(removed.status == 200 && removed.body["credentials_ended"] == 1)
        #expect(try await api.get("/api/web/namespaces", with: .token(made.data)).status == 401)
        #expect(try await api.get("/api/web/namespaces/lab").status == 404)
        _ = try await api.post("/api/web/namespaces", #"{"metadata":{"name":"lab"}}"#)
        let roles = try await api.post(
            "/api/web/namespaces/system/lookup-user-roles", #"{"namespace":"lab"}"#, with: eve)
        #expect(roles.body["roles"] == [], "made again, it does not find its former people")
    }

    @Test func questionsAreAnsweredAsTheServerDecides() async throws {
        let api = try await API.withDirectory()
        let check = Self.custom + "access/check?api_group=users&verb=list"
        let mine = try await api.get(check)
        #expect(mine.body["allowed"] == true && mine.body["because"]?.arrayValue?.first?["role"] == "admin")
        let theirs = try await api.get(check + "&user=root2@example.com")
        #expect(theirs.body["allowed"] == true)
        #expect(theirs.body["because"] == [["namespace": "system", "role": "admin", "user_group": "admins"]])
        let ada = try await api.get(check + "&user=ada@example.com")
        #expect(ada.body["allowed"] == false && ada.body["because"] == [])
        let who = try await api.get(Self.custom + "access/who-can?api_group=users&verb=delete")
        #expect(who.items.compactMap { $0["name"]?.stringValue } == ["administrator", "root2@example.com"])
        let there = try await api.get("/api/web/custom/namespaces/default/access/who-can?api_group=users&verb=list")
        #expect(there.items.compactMap { $0["name"]?.stringValue } == ["ada@example.com", "administrator"])
        let permissions = try await api.get(Self.custom + "roles/clerk/permissions")
        #expect(permissions.body["groups"]?["users"] == ["list", "get"] && permissions.body["applications"] == [])
    }

    @Test func aCallIsEvaluatedAsItWouldBeMade() async throws {
        let api = try await API.make()
        let eve = try await api.person("eve", ["default": ["developer"]])
        let body = #"""
            {"namespace":"default","item_lists":[{"list_id":"l","items":[
              {"method":"GET","path":"/api/web/namespaces"},
              {"method":"GET","path":"/api/web/namespaces/{namespace}/api_credentials"},
              {"method":"get","path":"/api/web/namespaces/payments/api_credentials"},
              {"method":"PUT","path":"/api/web/namespaces/system/tenant/settings"},
              {"method":"GET","path":"/nowhere"}]}]}
            """#
        let answer = try await api.post("/api/web/namespaces/system/evaluate-api-access", body, with: eve)
        let list = answer.body["item_lists"]?.arrayValue?.first
        #expect(
            list?["items"]?.arrayValue?.compactMap { $0["result"]?.boolValue } == [true, true, false, false, false])
        #expect(list?["result"] == false)
    }

    @Test func aLongListingIsStreamedAndPaged() async throws {
        let api = try await API.make()
        let people = (0..<1203).map { number in
            StoreFixtures.principal(PrincipalID(unchecked: "usr_\(number)"), name: "p\(number)@example.com")
        }
        try await api.world.store.commit(people.map { .insertPrincipal($0) })
        let all = try await api.get(Self.custom + "user_roles")
        #expect(all.items.count == 1204)
        var (seen, start): (Int, String) = (0, "")
        repeat {
            let page = try await api.get(Self.custom + "user_roles?page_limit=500&page_start=" + start)
            seen += page.items.count
            start = page.body["next_page_start"]?.stringValue ?? ""
        } while !start.isEmpty
        #expect(seen == 1204)
        let bindings = try await api.get("/api/web/namespaces/default/namespace_roles")
        #expect(bindings.items.count == 1203 * 2 + 1, "developer and monitor everywhere, and the administrator")
    }
}
