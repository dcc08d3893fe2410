import Broker
import Federation
import GatehouseTesting
import HTTPFetch
import HTTPTypes
import Identifiers
import OAuth
import Secrets
import StrictJSON
import Testing

/// From a client's link through the provider and back, and what a client is told when that cannot be.
@Suite struct SignInTests {
    /// To the provider, by the links of the pages.
    private static func leave(_ site: Site, _ link: String) async throws -> String {
        var answer = try await site.get(link)
        for _ in 0..<3 where answer.status == 303 && answer.location.hasPrefix("/") {
            answer = try await site.get(answer.location)
        }
        return answer.location
    }

    @Test func aClientGetsItsCode() async throws {
        let site = try await Site()
        let away = try await Self.leave(site, Site.authorize())
        #expect(away.hasPrefix("https://idp.example/authorize?"))
        let back = try await site.comeBack(from: away)
        #expect(back.status == 303 && back.location.hasPrefix("/oauth/authorize?"))
        let asked = try await site.get(back.location)
        #expect(asked.status == 200 && asked.text.contains("Example app"))
        let csrf = try #require(asked.hidden("csrf"))
        let request = try #require(asked.hidden("request"))
        let answer = try await site.post(
            "/oauth/authorize/decision", [("csrf", csrf), ("request", request), ("decision", "allow")])
        #expect(answer.location.hasPrefix(Site.callback + "?"))
        #expect(answer.query("code") != nil && answer.query("state") == "s 1")
        #expect(answer.query("iss") == TestWorld.publicURL)
        // Remembered.
        #expect(try await site.get(Site.authorize()).query("code") != nil)
    }

    /// Whose demand a provider does not meet is told so, and nobody is signed in by it.
    @Test(
        arguments: [
            (["prompt": "login"], ["auth_time": nil], "login_required"),
            (["max_age": "60"], ["auth_time": nil], "login_required"),
            (["max_age": "60"], ["auth_time": 1_700_000_000], "login_required"),
            (["acr_values": "mfa"], ["acr": "pwd"], "unmet_authentication_requirements"),
            (["acr_values": "mfa"], [:], "unmet_authentication_requirements"),
        ] as [([String: String?], [String: JSONValue?], String)])
    func unmetDemands(_ asked: [String: String?], _ claims: [String: JSONValue?], _ error: String) async throws {
        let site = try await Site()
        let answer = try await site.comeBack(from: try await Self.leave(site, Site.authorize(asked)), claims)
        #expect(answer.status == 303 && answer.location.hasPrefix(Site.callback + "?"), "\(answer.location)")
        #expect(answer.query("error") == error && answer.query("state") == "s 1" && answer.query("code") == nil)
        #expect(site.session == nil)
        // Who came by themselves sees a page.
        let page = try await site.comeBack(
            from: try await Self.leave(site, "/sign-in/idp?max_age=0"), ["auth_time": nil])
        #expect(page.status == 400 && page.text.contains("signin.auth_time_missing"))
    }

    /// An OAuth 2.0 provider says nothing of the sign-in, whatever its profile says.
    @Test(
        arguments: [
            (["prompt": "login"], "login_required"), (["max_age": "3600"], "login_required"),
            (["acr_values": "mfa-gold"], "unmet_authentication_requirements"), ([:], nil),
        ] as [([String: String?], String?)])
    func aProviderWithoutIDTokens(_ asked: [String: String?], _ error: String?) async throws {
        let base = "https://idp.example"
        let (authorize, token) = (try FetchURL(base + "/authorize"), try FetchURL(base + "/token"))
        let userinfo = try FetchURL(base + "/userinfo")
        let site = try await Site(
            { client in
                (client.authorizationEndpoint, client.tokenEndpoint) = (authorize, token)
                client.userinfoEndpoint = userinfo
            }, kind: .oauth2)
        let profile: JSONObject = [
            "sub": "u-1", "email": "alice@example.com", "email_verified": true, "acr": "mfa-gold", "amr": ["hwk"],
            "auth_time": .integer(site.world.now),
        ]
        site.provider.web.answer(base + "/userinfo", JSONValue.object(profile).encoded())
        let answer = try await site.comeBack(from: try await Self.leave(site, Site.authorize(asked)))
        #expect(answer.query("error") == error)
        guard error == nil else { return #expect(answer.location.hasPrefix(Site.callback)) }
        let session = try site.world.signedIn(Secret(utf8: try #require(site.session))).session
        #expect(session.context == nil && session.authenticatedAt == nil)
        // A session of that kind is not fresh for anybody.
        #expect(try await site.get(Site.authorize(["max_age": "3600", "prompt": nil])).location.hasPrefix("/sign-in?"))
    }

    /// The mark of who was sent to sign in is of that request and of no other.
    @Test func theMarkOfAnotherRequest() async throws {
        let site = try await Site()
        try await site.signIn()
        let sent = try await site.get(Site.authorize(["prompt": "login", "state": "mine"]))
        let back = try #require(sent.query("return_to"))
        let mark = try #require(Site.parameters(back)["gatehouse_since"])
        // Of the same request it counts: she has just signed in.
        #expect(try await site.get(back).status == 200, "consent")
        let stolen = Site.authorize(["prompt": "login", "state": "theirs"]).addingQuery([("gatehouse_since", mark)])
        #expect(try await site.get(stolen).location.hasPrefix("/sign-in?"))
        site.world.clock.advance(seconds: 600)
        #expect(try await site.get(back).location.hasPrefix("/sign-in?"))
    }

    /// It is told before anybody signs in, and never ends on another page.
    @Test(arguments: [(700, true), (1_400, false), (1_700, false), (1_950, false)] as [(Int, Bool)])
    func aRequestThatNoCookieKeeps(_ length: Int, isKept: Bool) async throws {
        let site = try await Site()
        let long = String(repeating: "h", count: length)
        var answer = try await site.get(Site.authorize(["state": long, "nonce": long]))
        while answer.status == 303, answer.location.hasPrefix("/") { answer = try await site.get(answer.location) }
        if isKept {
            #expect(answer.location.hasPrefix("https://idp.example/"))
            for cookie in answer.headers[values: .setCookie] { #expect(cookie.utf8.count <= 4096) }
            #expect(try await site.comeBack(from: answer.location).location.hasPrefix("/oauth/authorize?"))
        } else {
            #expect(answer.location.hasPrefix(Site.callback + "?"), "\(answer.status) \(answer.location.prefix(80))")
            #expect(answer.query("error") == "invalid_request" && answer.query("state") == long)
        }
    }

    @Test(
        arguments: [
            "/sign-in?return_to=/account&return_to=/device", "/sign-in?choose=1&choose=1",
            "/sign-in/idp?return_to=/account&return_to=/device", "/sign-in/idp?max_age=0&max_age=60",
            "/sign-in/idp?max_age=-1", "/sign-in/idp?max_age=1e3", "/sign-in?email=%zz",
        ])
    func linksThatSayTwoThings(_ link: String) async throws {
        let answer = try await Site().get(link)
        #expect(answer.status == 400 && answer.headers[.location] == nil)
    }

    // MARK: What other sites post

    /// OpenID Connect Core §3.1.2.1: a client may post its request, and it is the same request.
    @Test func aPostedRequest() async throws {
        let site = try await Site()
        let form = Site.parameters(Site.authorize()).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        let answer = try await site.postFromElsewhere("/oauth/authorize", form)
        #expect(answer.status == 303 && answer.location == Site.authorize())
    }

    /// OAuth 2.0 Form Post Response Mode: turned into the GET, with what an answer has and nothing else.
    @Test func anAnswerAsAForm() async throws {
        let site = try await Site { $0.responseMode = .formPost }
        let away = try await site.get("/sign-in/idp").location
        #expect(Site.parameters(away)["response_mode"] == "form_post")
        let query = try site.provider.signIn("alice", at: away, now: site.world.now)
        let answer = Site.parameters("/?" + query).map { ($0.key, $0.value) }
        let posted = try await site.postFromElsewhere(
            "/sign-in/idp/callback", answer + [("user", #"{"name":"A"}"#), ("return_to", "/device")])
        #expect(posted.status == 303 && posted.headers[values: .setCookie].isEmpty)
        #expect(posted.location.hasPrefix("/sign-in/idp/callback?"))
        #expect(Set(Site.parameters(posted.location).keys) == ["code", "iss", "state"])
        #expect(try await site.get(posted.location).location == "/account" && site.session != nil)
    }

    @Test(
        arguments: [
            ("another provider", "/sign-in/other/callback", [("state", "s")], 404),
            ("a parameter twice", "/sign-in/idp/callback", [("code", "a"), ("code", "b")], 400),
            ("an error", "/sign-in/idp/callback", [("error", "access_denied"), ("state", "s")], 303),
        ] as [(String, String, [(String, String)], Int)])
    func formsThatAreNoAnswer(_ rule: String, _ path: String, _ form: [(String, String)], _ status: Int) async throws {
        let site = try await Site { $0.responseMode = .formPost }
        #expect(try await site.postFromElsewhere(path, form).status == status, "\(rule)")
        let other = try await Site()
        #expect(try await other.postFromElsewhere(path, form).status == 404, "one that answers by query")
    }
}
