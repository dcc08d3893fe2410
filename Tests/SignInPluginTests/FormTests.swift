import Broker
import GatehouseTesting
import HTTPTypes
import Identifiers
import OAuth
import Secrets
import StrictJSON
import Testing

/// Every form that changes something belongs to one session.
@Suite struct FormTests {
    private static let forms: [(path: String, more: [(String, String)])] = [
        ("/sign-out", []), ("/account/sessions/end", [("session", "ses_x")]), ("/account/sessions/end-others", []),
        ("/account/applications/withdraw", [("application", "app")]),
        ("/device", [("user_code", "WDJB-MJHT"), ("decision", "allow")]),
        ("/oauth/authorize/decision", [("request", "client_id=app"), ("decision", "allow")]),
        ("/oauth/logout", [("request", "client_id=app")]),
    ]

    @Test(arguments: forms.indices) func theTokenOfTheSession(_ row: Int) async throws {
        let (path, more) = Self.forms[row]
        let (site, other) = (try await Site(), try await Site())
        try await site.signIn()
        try await other.signIn(as: "bob")
        let before = site.session
        let right = try #require(try await site.get("/sign-out").hidden("csrf"))
        let foreign = try #require(try await other.get("/sign-out").hidden("csrf"))
        #expect(right != foreign)
        for wrong in [[], [("csrf", "")], [("csrf", foreign)], [("csrf", right + "A")]] {
            let answer = try await site.post(path, wrong + more)
            #expect(answer.status == 403 && answer.text.contains("Please try again"), "\(path) \(answer.status)")
        }
        // Nothing has happened.
        #expect(site.session == before)
        #expect(try await site.get("/account").status == 200)
        // Without a session, the token says nothing.
        let nobody = try await Site()
        #expect(try await nobody.post(path, [("csrf", right)] + more).status != 200)
        #expect(try await site.post(path, [("csrf", right)] + more).status != 403)
    }

    @Test func signingOut() async throws {
        let site = try await Site()
        try await site.signIn()
        let session = try #require(site.session)
        let csrf = try #require(try await site.get("/sign-out").hidden("csrf"))
        #expect(try await site.post("/sign-out", [("csrf", csrf)]).location == "/signed-out")
        #expect(site.session == nil)
        #expect(site.world.broker.session(Array(session.utf8), from: "192.0.2.1") == nil)
    }

    @Test func pagesMayBePosted() async throws {
        let site = try await Site()
        try await site.signIn()
        let name = try #require(HTTPField.Name("Referrer-Policy"))
        for path in ["/account", "/device", "/sign-out", "/sign-in?choose=1", Site.authorize()] {
            let page = try await site.get(path)
            #expect(page.status == 200 && page.headers[name] == "same-origin", "\(path)")
            #expect(page.headers[.contentSecurityPolicy]?.contains("frame-ancestors 'none'") ?? false)
            #expect(page.headers[.cacheControl] == "no-store")
        }
    }

    // MARK: A client sends somebody to sign out

    /// Where a client may have people sent, and whose word counts as the person's own.
    @Test(
        arguments: [
            ("nothing said", [:], 200, nil), ("its own place", ["post_logout_redirect_uri": bye], 200, nil),
            ("another place", ["post_logout_redirect_uri": "https://evil.example/"], 400, nil),
            ("a longer one", ["post_logout_redirect_uri": bye + "/x"], 400, nil),
            ("a place of nobody", ["post_logout_redirect_uri": bye, "client_id": nil], 400, nil),
            ("another client's", ["post_logout_redirect_uri": bye, "client_id": "gatehouse-cli"], 400, nil),
            ("a hint that is none", ["id_token_hint": "garbage"], 200, nil),
            ("the hint of this session", ["id_token_hint": "right"], 303, "/signed-out"),
            (
                "and its place", ["id_token_hint": "right", "post_logout_redirect_uri": bye, "state": "s"], 303,
                bye + "?state=s"
            ),
            (
                "the hint says the client",
                ["id_token_hint": "right", "post_logout_redirect_uri": bye, "client_id": nil],
                303, bye
            ),
            (
                "a hint of another client",
                ["id_token_hint": "right", "post_logout_redirect_uri": bye, "client_id": "gatehouse-cli"], 400, nil
            ),
            ("the hint of another session", ["id_token_hint": "other"], 200, nil),
        ] as [(String, [String: String?], Int, String?)])
    func logout(_ rule: String, _ changed: [String: String?], _ status: Int, _ location: String?) async throws {
        let site = try await Site()
        try await site.signIn()
        let others = try await idToken(site)
        // Another session of the same person, which is not that of the hint.
        try await site.signOutAndIn()
        let right = try await idToken(site)
        var parameters: [String: String] = ["client_id": "app"]
        for (name, value) in changed {
            parameters[name] = value == "right" ? right : value == "other" ? others : value
        }
        let answer = try await site.get("/oauth/logout".addingQuery(parameters.map { ($0.key, $0.value) }))
        #expect(answer.status == status, "\(rule)")
        if let location { #expect(answer.location == location, "\(rule)") }
        #expect((site.session == nil) == (status == 303), "\(rule)")
    }

    private static let bye = "https://app.example/bye"

    private func idToken(_ site: Site) async throws -> String {
        var answer = try await site.get(Site.authorize())
        if answer.status == 200 {
            answer = try await site.post(
                "/oauth/authorize/decision",
                [
                    ("csrf", try #require(answer.hidden("csrf"))), ("decision", "allow"),
                    ("request", try #require(answer.hidden("request"))),
                ])
        }
        let client = try #require(site.world.broker.client("app"))
        let tokens = try await site.world.broker.redeem(
            code: Secret(utf8: try #require(answer.query("code"))), redirectURI: Site.callback,
            verifier: try CodeVerifier(Secret(utf8: Site.verifier)), client: client, context: TestWorld.context)
        return try #require(tokens.idToken).revealText()
    }

    // MARK: The provider signs somebody out

    @Test func backchannelLogout() async throws {
        let site = try await Site()
        try await site.signIn(["sid": "s1"])
        let token = try site.provider.logoutToken(now: site.world.now, ["sub": "alice"])
        #expect(try await site.post("/sign-in/idp/backchannel-logout", []).status == 400)
        #expect(try await site.get("/account").status == 200)
        let path = "/sign-in/idp/backchannel-logout"
        #expect(try await site.post(path, [("logout_token", token)]).status == 200)
        #expect(try await site.get("/account").status == 303, "signed out")
        // Again it is a replay, and ends nothing that began since.
        try await site.signIn(["sid": "s1"])
        let again = try await site.post(path, [("logout_token", token)])
        #expect(again.status == 400 && again.text.contains("signin.already_used"))
        #expect(try await site.get("/account").status == 200)
        // Of another of its sessions, nothing of ours.
        let other = try site.provider.logoutToken(now: site.world.now, ["sub": "alice", "sid": "s2", "jti": "j2"])
        #expect(try await site.post(path, [("logout_token", other)]).status == 200)
        #expect(try await site.get("/account").status == 200)
        let mine = try site.provider.logoutToken(now: site.world.now, ["sid": "s1", "jti": "j3"])
        #expect(try await site.post(path, [("logout_token", mine)]).status == 200)
        #expect(try await site.get("/account").status == 303)
    }
}

extension Site {
    func signOutAndIn() async throws {
        let csrf = try #require(try await get("/sign-out").hidden("csrf"))
        _ = try await post("/sign-out", [("csrf", csrf)])
        try await signIn()
    }
}
