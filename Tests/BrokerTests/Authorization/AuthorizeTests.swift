import AccessPolicy
import Broker
import GatehouseTesting
import Identifiers
import JOSE
import OAuth
import Secrets
import StrictJSON
import Testing

/// What the authorization endpoint answers, and to whom.
struct AuthorizeTests {
    typealias World = AuthorizationWorld

    /// In a word: `code`, `sign-in`, `consent`, the error's code, or `shown:` and what is never redirected.
    static func word(_ body: () async throws -> AuthorizationStep) async -> String {
        do {
            switch try await body() {
            case .signIn: return "sign-in"
            case .consent: return "consent"
            case .answer(let answer):
                switch answer.outcome {
                case .code: return "code"
                case .error(let error): return error.code.rawValue
                }
            }
        } catch let error as OAuthError {
            return "shown:" + error.code.rawValue
        } catch {
            return "\(error)"
        }
    }

    @Test(
        arguments: [
            ("all well", [:], "code"),
            ("unknown client", ["client_id": "nobody"], "shown:invalid_request"),
            ("no client", ["client_id": nil], "shown:invalid_request"),
            ("another redirect URI", ["redirect_uri": "https://evil.example/"], "shown:invalid_request"),
            ("a longer one", ["redirect_uri": "https://app.example/callback/x"], "shown:invalid_request"),
            ("with a query", ["redirect_uri": "https://app.example/callback?x=1"], "shown:invalid_request"),
            ("none, and one is registered", ["redirect_uri": nil], "code"),
            ("implicit", ["response_type": "token"], "shown:unsupported_response_type"),
            ("no PKCE", ["code_challenge": nil], "shown:invalid_request"),
            ("plain PKCE", ["code_challenge_method": "plain"], "shown:invalid_request"),
            ("PKCE without a method", ["code_challenge_method": nil], "shown:invalid_request"),
            ("a request object", ["request": "x"], "shown:request_not_supported"),
            ("scope of nobody", ["scope": "root"], "invalid_scope"),
            ("a scope more than registered", ["scope": "openid root"], "code"),
            ("a foreign resource", ["resource": "https://other.example"], "invalid_target"),
            ("a registered resource", ["resource": "https://api.example"], "code"),
            ("silent", ["prompt": "none"], "code"),
            ("login", ["prompt": "login"], "sign-in"),
            ("another account", ["prompt": "select_account"], "sign-in"),
            ("consent", ["prompt": "consent"], "consent"),
            ("max_age 0", ["max_age": "0"], "sign-in"),
            ("max_age of an hour", ["max_age": "3600"], "code"),
            ("acr that was not", ["acr_values": "mfa"], "sign-in"),
            (
                "acr that was not, silently", ["acr_values": "mfa", "prompt": "none"],
                "unmet_authentication_requirements"
            ),
            ("somebody else's hint", ["id_token_hint": "garbage", "prompt": "none"], "login_required"),
        ] as [(String, [String: String?], String)])
    func signedIn(_ rule: String, changed: [String: String?], expected: String) async throws {
        let world = try await World()
        let word = await Self.word { try await world.step(changed, signedIn: try world.signedIn()) }
        #expect(word == expected, "\(rule)")
    }

    @Test func nobodyIsSignedIn() async throws {
        let world = try await World()
        #expect(await Self.word { try await world.step(signedIn: nil) } == "sign-in")
        #expect(await Self.word { try await world.step(["prompt": "none"], signedIn: nil) } == "login_required")
    }

    @Test func afterSigningInAgainThereIsNoLoop() async throws {
        let world = try await World()
        let now = world.world.clock.now
        for changed in [["prompt": "login"], ["max_age": "0"]] {
            // The provider asked again: the sign-in is of now.
            #expect(
                await Self.word { try await world.step(changed, signedIn: try world.signedIn(), since: now) } == "code")
            // The provider did not: it is older than the question.
            #expect(
                await Self.word {
                    try await world.step(
                        changed, signedIn: try world.signedIn(), since: now.adding(seconds: 3600))
                } == "login_required")
        }
        #expect(
            await Self.word {
                try await world.step(["acr_values": "mfa"], signedIn: try world.signedIn(), since: now)
            } == "unmet_authentication_requirements")
    }

    /// A provider that does not say when the person signed in meets no demand on it, and no time is made up.
    @Test(
        arguments: [
            ("nothing asked", [:], nil, "code"), ("silently", ["prompt": "none"], nil, "code"),
            ("max_age", ["max_age": "1000000000"], nil, "sign-in"),
            ("max_age, silently", ["max_age": "3600", "prompt": "none"], nil, "login_required"),
            ("max_age, back from the provider", ["max_age": "1000000000"], 0, "login_required"),
            ("login, back from the provider", ["prompt": "login"], 0, "login_required"),
        ] as [(String, [String: String?], Int64?, String)])
    func aTimeThatIsNotSaid(_ rule: String, changed: [String: String?], since: Int64?, expected: String) async throws {
        let world = try await World(claims: ["auth_time": nil])
        let signedIn = try world.signedIn()
        #expect(signedIn.session.authenticatedAt == nil)
        let moment = since.map { world.world.clock.now.adding(seconds: $0) }
        let word = await Self.word { try await world.step(changed, signedIn: signedIn, since: moment) }
        #expect(word == expected, "\(rule)")
    }

    @Test func aTimeThatIsNotSaidIsNotWritten() async throws {
        for (claims, isSaid) in [(["auth_time": nil], false), ([:], true)] as [([String: JSONValue?], Bool)] {
            let world = try await World(claims: claims)
            let idToken = try #require(try await world.redeem(try await world.code()).idToken)
            let said = try UnverifiedToken.parse(idToken.reveal()).claims.object
            #expect((said["auth_time"] != nil) == isSaid)
            // It is a hint all the same.
            #expect(world.broker.isHint(idToken, of: try world.signedIn()))
        }
    }

    /// Of an older proof than the question's: fresh enough is what was asked for, and not newer than the question.
    @Test(
        arguments: [
            ("200 s old, 300 allowed", ["max_age": "300"], 200, "code"),
            ("at the edge, with the skew", ["max_age": "300"], 360, "code"),
            ("beyond", ["max_age": "300"], 361, "login_required"),
            ("login", ["prompt": "login"], 61, "login_required"),
            ("choosing an account asks for no proof", ["prompt": "select_account"], 3600, "code"),
        ] as [(String, [String: String?], Int64, String)])
    func backFromTheProvider(_ rule: String, changed: [String: String?], age: Int64, expected: String) async throws {
        let now = TestClock().now
        let world = try await World(claims: ["auth_time": .integer(now.seconds - age)])
        let word = await Self.word { try await world.step(changed, signedIn: try world.signedIn(), since: now) }
        #expect(word == expected, "\(rule)")
    }

    /// What says that somebody was sent to sign in says it of one request, and not for ever.
    @Test func aSealedMomentIsOfOneRequest() async throws {
        let world = try await World()
        let (broker, now) = (world.broker, world.world.clock.now)
        let request = Array("client_id=app&state=s".utf8)
        let sealed = broker.sealedMoment(for: request)
        #expect(broker.moment(sealed: sealed, for: request) == now)
        #expect(broker.moment(sealed: sealed, for: Array("client_id=app&state=t".utf8)) == nil)
        for changed in ["1" + sealed, sealed + "A", sealed.replacing(".", with: ""), "", ".", "0."] {
            #expect(broker.moment(sealed: changed, for: request) == nil, "\(changed)")
        }
        world.world.clock.advance(seconds: Broker.signInLife - 1)
        #expect(broker.moment(sealed: sealed, for: request) == now)
        world.world.clock.advance(seconds: 1)
        #expect(broker.moment(sealed: sealed, for: request) == nil)
    }

    @Test func anAccountIsChosenInASignIn() async throws {
        let world = try await World()
        let later = world.world.clock.now.adding(seconds: 3600)
        #expect(
            await Self.word {
                try await world.step(["prompt": "select_account"], signedIn: try world.signedIn(), since: later)
            } == "login_required")
    }

    @Test func whoWasAskedIsNotAskedAgainForLess() async throws {
        let careful = ConfiguredClient(
            metadata: try World.metadata(["consent": "required"], id: "careful"),
            secrets: [Secret(utf8: World.secret)], roles: .none)
        let world = try await World([careful])
        func word(_ scope: String, decision: Bool? = nil) async -> String {
            await Self.word {
                try await world.step(
                    ["client_id": "careful", "scope": scope], signedIn: try world.signedIn(), decision: decision)
            }
        }
        #expect(await word("openid email") == "consent")
        #expect(await word("openid email", decision: false) == "access_denied")
        #expect(await word("openid email") == "consent")
        #expect(await word("openid email", decision: true) == "code")
        #expect(await word("openid email") == "code")
        #expect(await word("openid") == "code")
        #expect(await word("openid profile") == "consent")
    }

    @Test func aClientOnThePersonsMachineIsAskedAboutEveryTime() async throws {
        let world = try await World()
        let changed = [
            "client_id": Broker.commandLineClient, "redirect_uri": "http://127.0.0.1:49152/callback",
            "scope": "openid api",
        ]
        for _ in 0..<2 {
            #expect(await Self.word { try await world.step(changed, signedIn: try world.signedIn()) } == "consent")
            #expect(
                await Self.word {
                    try await world.step(changed, signedIn: try world.signedIn(), decision: true)
                } == "code")
        }
    }
}
