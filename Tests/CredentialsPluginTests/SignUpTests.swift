import AccessPolicy
import Broker
import GatehouseTesting
import HTTPTypes
import Secrets
import StrictJSON
import Testing

/// Sign-up: who comes in, who does not, and what nobody is told.
@Suite struct SignUpTests {
    static let base = "/api/web/namespaces/system/signup/"
    static let ada = #""email":"Ada@Example.com","first_name":"Ada","last_name":"Byron""#

    private func api(
        _ policy: String = "", mail: TestMailbox? = nil
    ) async throws -> API {
        let api = API(try await TestWorld(mail: mail))
        if !policy.isEmpty {
            let answer = try await api.call(.put, Self.base + "policy", policy)
            #expect(answer.status == 200, "\(answer.body)")
        }
        return api
    }

    private func submit(
        _ api: API, _ members: String = ada, from address: String = "192.0.2.1"
    ) async throws -> API.Answer {
        var api = api
        api.remoteAddress = address
        return try await api.post("/no_auth/signup", "{\(members)}", with: .nothing)
    }

    private func invite(_ api: API, _ body: String = "{}") async throws -> (name: String, token: String) {
        let answer = try await api.post(Self.base + "invitations", body)
        #expect(answer.status == 200, "\(answer.body)")
        let token = answer.body["token"]?.stringValue ?? ""
        #expect(answer.body["url"]?.stringValue == TestWorld.publicURL + "/sign-up?invitation=" + token)
        return (answer.name, token)
    }

    private func validate(_ api: API, _ email: String, _ token: String = "") async throws -> JSONValue {
        let answer = try await api.post(
            "/no_auth/login/validate_registration", #"{"email":"\#(email)","token":"\#(token)","tenant_type":1}"#,
            with: .nothing)
        let operation = try #require(Contract.identity.operation(.post, "/no_auth/login/validate_registration"))
        try Contract.identity.check(answer.body, against: operation)
        return answer.body["err"] ?? .null
    }

    @Test func nobodySignsUpUntilItIsAllowed() async throws {
        let api = try await api()
        #expect(try await api.get(Self.base + "policy").body["mode"] == "CLOSED")
        #expect(try await submit(api).code == 7)
        #expect(try await validate(api, "ada@example.com") == "EUSER_FAILED")
        #expect(try await api.post(Self.base + "invitations").code == 9)
        #expect(api.world.broker.signUps.isEmpty)
    }

    @Test func anInvitationForAnAddressMakesItsUserOnce() async throws {
        let api = try await api(#"{"mode":"INVITATION"}"#)
        #expect(try await submit(api, #""email":"bob@example.com""#).code == 7)
        let (name, token) = try await invite(
            api, #"{"email":"ada@example.com","namespace_roles":[{"namespace":"payments","role":"developer"}]}"#)
        #expect(try await validate(api, "ADA@example.com", token) == "ETOKEN_OK")
        #expect(try await validate(api, "eve@example.com", token) == "ETOKEN_NOTFOUND")
        #expect(try await submit(api, #""email":"eve@example.com","token":"\#(token)""#).code == 3)
        let made = try await submit(api, Self.ada + #","token":"\#(token)""#)
        #expect(made.status == 200 && made.body["state"] == "ACCEPTED", "\(made.body)")
        let user = try api.world.broker.person("ada@example.com")
        #expect(user.bindings.roles(in: try NamespaceName("payments")) == [.developer])
        // Used, and so it looks like one that never was.
        #expect(try await validate(api, "ada@example.com", token) == "ETOKEN_NOTFOUND")
        let again = try await submit(api, Self.ada + #","token":"\#(token)""#)
        let never = try await submit(api, Self.ada + #","token":"gth_iv_nonsense""#)
        #expect(again.status == 400 && again.body == never.body)
        #expect(try await api.get(Self.base + "invitations").items.map { $0["state"] } == ["USED"])
        #expect(try await api.get(Self.base + "invitations").items.map { $0["name"] } == [JSONValue(name)])
        let state = try await api.get("/no_auth/signup/" + made.name, with: .nothing)
        let operation = try #require(Contract.identity.operation(.get, "/no_auth/signup/{name}"))
        try Contract.identity.check(state.body, against: operation)
        #expect(state.condition == "Success")
        #expect(try await api.post(Self.base + "invitations", #"{"email":"ada@example.com"}"#).code == 6)
    }

    @Test func anInvitationGivesNothingThatItsGiverLost() async throws {
        let api = try await api(#"{"mode":"INVITATION"}"#)
        let giver = try await api.world.person("uam", ["system": ["user-admin"]])
        func invite(_ role: RoleName) async throws -> String {
            try await api.world.broker.invite(
                "ada@example.com", roles: NamespaceAccess([.named(.system): [role]]), groups: [], lifetime: 900,
                by: giver, context: TestWorld.context
            ).token.revealText()
        }
        await #expect(
            throws: DirectoryFailure.notPermitted(
                "roles and groups of those who sign up must lie within your own roles")
        ) { _ = try await invite(.admin) }
        let token = try await invite(.userAdmin)
        #expect(try await validate(api, "ada@example.com", token) == "ETOKEN_OK")
        let demoted = try await api.call(
            .put, "/api/web/custom/namespaces/system/user_roles",
            #"{"email":"uam@example.com","first_name":"U","last_name":"A","namespace_roles":[{"namespace":"system","role":"monitor"}]}"#
        )
        #expect(demoted.status == 200, "\(demoted.body)")
        #expect(try await validate(api, "ada@example.com", token) == "ETOKEN_NOTFOUND")
        #expect(try await submit(api, Self.ada + #","token":"\#(token)""#).code == 3)
    }

    @Test func anInvitationEndsAndIsRevoked() async throws {
        let api = try await api(#"{"mode":"INVITATION"}"#)
        let short = try await invite(api, #"{"email":"ada@example.com","expires_in":900}"#)
        let revoked = try await invite(api, #"{"email":"ada@example.com"}"#)
        #expect(try await api.call(.delete, Self.base + "invitations/" + revoked.name, "").status == 200)
        #expect(try await api.call(.delete, Self.base + "invitations/" + revoked.name, "").code == 5)
        #expect(try await submit(api, Self.ada + #","token":"\#(revoked.token)""#).code == 3)
        api.world.clock.advance(seconds: 900)
        #expect(try await submit(api, Self.ada + #","token":"\#(short.token)""#).code == 3)
        api.world.clock.advance(seconds: 1)
        try await api.world.broker.cleanUp()
        #expect(try await api.get(Self.base + "invitations").items.isEmpty)
        #expect(try await api.post(Self.base + "invitations", #"{"expires_in":899}"#).code == 3)
        #expect(try await api.post(Self.base + "invitations", #"{"expires_in":2592001}"#).code == 3)
    }

    /// Twenty at once with one invitation: one user.
    @Test func anInvitationIsUsedOnce() async throws {
        let api = try await api(#"{"mode":"INVITATION"}"#)
        let token = try await invite(api, "{}").token
        let accepted = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<20 {
                group.addTask {
                    try await submit(
                        api, #""email":"u\#(number)@example.com","token":"\#(token)""#, from: "192.0.2.\(number)"
                    ).status
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(accepted.count { $0 == 200 } == 1 && accepted.count { $0 == 400 } == 19)
    }

    @Test func administratorsApproveAndDecline() async throws {
        let api = try await api(
            #"{"mode":"DOMAINS","domains":["Example.com"],"namespace_roles":[{"namespace":"default","role":"monitor"}]}"#
        )
        #expect(try await submit(api, #""email":"eve@evil.example""#).code == 7)
        #expect(try await submit(api, #""email":"eve@sub.example.com""#).code == 7)
        #expect(try await validate(api, "ada@EXAMPLE.com") == "EUSER_OK")
        let ada = try await submit(api)
        #expect(ada.body["state"] == "PENDING" && ada.body["verification"] == "ADMINISTRATOR")
        let waiting = try await api.get("/no_auth/signup/" + ada.name, with: .nothing)
        #expect(waiting.condition == "Incomplete")
        let bob = try await submit(api, #""email":"bob@example.com""#)
        #expect(try await api.get(Self.base + "requests").items.count == 2)
        #expect(try await api.post(Self.base + "requests/\(bob.name)/decline").status == 200)
        #expect(try await api.post(Self.base + "requests/\(bob.name)/approve").code == 9)
        let approved = try await api.post(Self.base + "requests/\(ada.name)/approve")
        #expect(approved.status == 200 && approved.body["state"] == "ACCEPTED")
        #expect(try api.world.broker.person("ada@example.com").bindings.roles(in: .default) == [.monitor])
        #expect(throws: DirectoryFailure.self) { try api.world.broker.person("bob@example.com") }
        #expect(try await api.post(Self.base + "requests/\(ada.name)/approve").code == 9)
        #expect(try await api.post(Self.base + "requests/nobody/approve").code == 5)
        let actions = try await api.world.audit().compactMap { $0["action"]?.stringValue }
        #expect(actions.suffix(4) == ["signup.request", "signup.request", "signup.decline", "signup.approve"])
        // What waits too long is forgotten.
        _ = try await submit(api, #""email":"late@example.com""#)
        api.world.clock.advance(seconds: 3 * 86_400 + 1)
        try await api.world.broker.cleanUp()
        #expect(try await api.get(Self.base + "requests").items.isEmpty)
    }

    @Test func aLinkInAnEMailVerifiesOnce() async throws {
        let mailbox = TestMailbox()
        let api = try await api(#"{"mode":"OPEN","verification":"EMAIL"}"#, mail: mailbox)
        let made = try await submit(api)
        #expect(made.body["verification"] == "EMAIL")
        let mail = try #require(await mailbox.next())
        #expect(mail.to == "Ada@Example.com")
        let line = try #require(mail.text.split(separator: "\n").first { $0.contains("?token=") })
        let prefix = TestWorld.publicURL + "/sign-up/" + made.name + "?token="
        #expect(line.hasPrefix(prefix))
        let token = String(line.dropFirst(prefix.count))
        let verify = "/no_auth/signup/\(made.name)/verify"
        for wrong in ["", "gth_ev_wrong", token.replacing("gth_ev_", with: "gth_iv_")] {
            #expect(try await api.post(verify, #"{"token":"\#(wrong)"}"#, with: .nothing).code == 3)
        }
        #expect(try await api.post("/no_auth/signup/x/verify", #"{"token":"\#(token)"}"#, with: .nothing).code == 3)
        let verified = try await api.post(verify, #"{"token":"\#(token)"}"#, with: .nothing)
        #expect(verified.status == 200 && verified.body["state"] == "ACCEPTED", "\(verified.body)")
        #expect(try await api.post(verify, #"{"token":"\#(token)"}"#, with: .nothing).code == 3)
        _ = try api.world.broker.person("ada@example.com")
        // No secret is stored or written down.
        let audit = try await api.world.audit().map { $0.encodedText() }.joined()
        #expect(!audit.contains(token))
    }

    /// Somebody who is here and somebody who is not are answered the same.
    @Test func nothingTellsWhoIsHere() async throws {
        let mailbox = TestMailbox()
        for policy in [#"{"mode":"OPEN","verification":"EMAIL"}"#, #"{"mode":"OPEN"}"#] {
            let api = try await api(policy, mail: mailbox)
            _ = try await api.post(
                "/api/web/custom/namespaces/system/user_roles",
                #"{"email":"here@example.com","first_name":"H","last_name":"E"}"#)
            let open = try await invite(api).token
            var shapes: [[JSONValue]] = []
            for (number, email) in ["here@example.com", "away@example.com"].enumerated() {
                let made = try await submit(api, #""email":"\#(email)""#, from: "192.0.2.\(number)")
                let state = try await api.get("/no_auth/signup/" + made.name, with: .nothing)
                shapes.append([
                    JSONValue(String(made.status)), made.body["state"] ?? .null,
                    state.body["status"]?.arrayValue?.first?["conditions"] ?? .null,
                    state.body["status"]?.arrayValue?.first?["user"] ?? .null,
                    try await validate(api, email), try await validate(api, email, open),
                ])
                if policy.contains("EMAIL") {
                    let text = try #require(await mailbox.next()).text
                    #expect(text.contains("?token=") == email.hasPrefix("away"))
                }
            }
            #expect(shapes[0] == shapes[1])
        }
    }

    @Test func whoAsksTooOftenWaits() async throws {
        let api = try await api(#"{"mode":"OPEN"}"#)
        for number in 0..<10 { #expect(try await submit(api, #""email":"a\#(number)@example.com""#).status == 200) }
        let eleventh = try await submit(api, #""email":"b@example.com""#)
        #expect(eleventh.status == 429 && eleventh.code == 8 && eleventh.headers[.retryAfter] == "30")
        #expect(try await submit(api, #""email":"b@example.com""#, from: "192.0.2.2").status == 200)
        api.world.clock.advance(seconds: 30)
        #expect(try await submit(api, #""email":"c@example.com""#).status == 200)
        // One address of many places.
        for number in 0..<3 { #expect(try await submit(api, from: "198.51.100.\(number)").status == 200) }
        #expect(try await submit(api, from: "198.51.100.9").status == 429)
        for _ in 0..<30 { _ = try await validate(api, "x@example.com") }
        let question = try await api.post(
            "/no_auth/login/validate_registration", #"{"email":"x@example.com"}"#, with: .nothing)
        #expect(question.status == 429)
    }

    private static let refusals: [(body: String, code: Int64, message: String)] = [
        ("{}", 3, "Field mode is required."),
        (#"{"mode":"EVERYBODY"}"#, 3, "Field mode must be one of CLOSED, INVITATION, DOMAINS, OPEN."),
        (#"{"mode":"DOMAINS"}"#, 3, "Field domains is required for mode DOMAINS."),
        (
            #"{"mode":"DOMAINS","domains":["*.example.com"]}"#, 3,
            "Field domains must be at most 256 domain names, such as example.com."
        ),
        (
            #"{"mode":"OPEN","verification":"EMAIL"}"#, 9,
            "Not in this state: verification by EMAIL needs 'mail' in gatehouse.yaml."
        ),
        (#"{"mode":"OPEN","group_names":["nobody"]}"#, 5, "No such user group: 'nobody'."),
        (
            #"{"mode":"OPEN","namespace_roles":[{"namespace":"nowhere","role":"monitor"}]}"#, 5,
            "No such namespace: 'nowhere'."
        ),
    ]

    @Test func aPolicyThatCannotBeIsRefused() async throws {
        let api = try await api()
        for refusal in Self.refusals {
            let answer = try await api.call(.put, Self.base + "policy", refusal.body)
            #expect(answer.code == refusal.code && answer.message == refusal.message, "\(answer.message)")
        }
        #expect(try await api.get(Self.base + "policy").body["mode"] == "CLOSED")
        let sending = try await api.post(Self.base + "invitations", #"{"email":"a@b.example","send_email":true}"#)
        #expect(sending.code == 9 && sending.message.contains("'mail' is set in gatehouse.yaml"))
    }

    @Test(arguments: ["", "nobody", "a@b@c.example", "a b@c.example", "@c.example", "a\u{1}@c.example"])
    func anAddressThatIsNoneIsRefused(_ email: String) async throws {
        let api = try await api(#"{"mode":"OPEN"}"#)
        #expect(try await submit(api, #""email":"\#(email.replacing("\u{1}", with: "\\u0001"))""#).code == 3)
        #expect(api.world.broker.signUps.isEmpty)
    }
}

extension API.Answer {
    /// Of the state of a sign-up: how far its first condition is.
    fileprivate var condition: JSONValue? {
        body["status"]?.arrayValue?.first?["conditions"]?.arrayValue?.first?["status"]
    }
}
