import HTTPTypes
import Identifiers
import JOSE
import OAuth
import OpenSSLCrypto
import PageServing
import Pages
import Secrets
import ServerPlugin
import StrictJSON
import Synchronization

/// The demo provider's second issuer: people who sign in with a click, so that `--dev` shows sign-in without any set-up.
///
/// A real OpenID provider as far as the broker can tell: code, PKCE, nonce. It asks for no password and knows one
/// client, the broker it was started with.
final class DemoPeople: Sendable {
    let issuer: String
    /// The broker's URL, an origin: codes and browsers are sent nowhere else.
    private let clientOrigin: String
    private let key: SigningKey
    private let now: @Sendable () -> Int64
    private let codes = Mutex<[Key: Code]>([:])

    /// Seconds.
    private static let codeLifetime: Int64 = 60
    private static let tokenLifetime: Int64 = 300
    /// More are not kept: whoever asks for so many is no person.
    private static let mostCodes = 1000

    private struct Person {
        let login: String
        let name: (given: String, family: String)
        let groups: [String]

        var email: String { login + "@example.org" }
    }

    private static let everybody = [
        Person(login: "alice", name: ("Alice", "Adams"), groups: ["admins"]),
        Person(login: "bob", name: ("Bob", "Brown"), groups: ["developers"]),
        Person(login: "carol", name: ("Carol", "Clark"), groups: []),
    ]

    /// What a code stands for.
    private struct Code {
        let person: Person
        let clientID: String
        let redirectURI: RedirectURI
        let nonce: String?
        let challenge: CodeChallenge
        let authenticatedAt: Int64
    }

    init(issuer: String, client: String, key: SigningKey, now: @escaping @Sendable () -> Int64) {
        self.issuer = issuer
        clientOrigin = client
        self.key = key
        self.now = now
    }

    var routes: [Route] {
        [
            Route(.get, "/people/.well-known/openid-configuration", access: .open, isPublicDocument: true) { _ in
                .json(self.discovery, cacheControl: "public, max-age=60")
            },
            Route(.get, "/people/authorize", access: .open, handler: choose),
            Route(.get, "/people/continue", access: .open, handler: answer),
            Route(.post, "/people/token", access: .open, errors: .oauth, handler: redeem),
            Route(.get, "/people/sign-out", access: .open, handler: signOut),
            Route(.get, PathTemplate(Stylesheet.path), access: .open, isPublicDocument: true) { _ in
                Response(status: .ok, headers: [.contentType: Stylesheet.contentType], body: Stylesheet.bytes)
            },
        ]
    }

    private var discovery: JSONValue {
        [
            "issuer": JSONValue(issuer),
            "jwks_uri": JSONValue(issuer.dropLast("/people".count) + "/jwks"),
            "authorization_endpoint": JSONValue(issuer + "/authorize"),
            "token_endpoint": JSONValue(issuer + "/token"),
            "end_session_endpoint": JSONValue(issuer + "/sign-out"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "authorization_response_iss_parameter_supported": true,
            "scopes_supported": ["openid", "profile", "email", "groups"],
        ]
    }

    // MARK: The browser

    /// Everybody there is, as links that carry the request on.
    private func choose(_ request: Request) throws -> Response {
        _ = try code(for: Self.everybody[0], request)
        let query = request.query ?? ""
        let choices = Self.everybody.map { person in
            Choice(
                name: person.login, title: person.name.given + " " + person.name.family,
                href: "/people/continue?person=\(person.login)&" + query)
        }
        let page = SignInPage(
            organisation: "Demo people", choices: choices,
            notice: Notice(.caution, "Anybody may be anybody here: this provider is only for trying things out."))
        return .page(page.page)
    }

    private func answer(_ request: Request) throws -> Response {
        let login = try request.queryParameter("person") ?? ""
        guard let person = Self.everybody.first(where: { $0.login.hasSameBytes(as: login) }) else {
            throw APIError(.invalidArgument, "person must be one of alice, bob, carol.")
        }
        let code = try code(for: person, request)
        let secret = Secret(utf8: Self.randomText())
        try codes.withLock { codes throws(APIError) in
            let oldest = now() &- Self.codeLifetime
            codes = codes.filter { $0.value.authenticatedAt > oldest }
            guard codes.count < Self.mostCodes else { throw APIError(.unavailable, "Too many sign-ins at once.") }
            codes[Key(secret.revealText())] = code
        }
        let answer = AuthorizationAnswer(
            .code(secret), to: code.redirectURI, state: try request.queryParameter("state"), issuer: issuer)
        return .seeOther(answer.location)
    }

    private func code(for person: Person, _ request: Request) throws(APIError) -> Code {
        guard try request.queryParameter("response_type") == "code" else {
            throw APIError(.invalidArgument, "response_type must be code.")
        }
        guard let clientID = try request.queryParameter("client_id") else {
            throw APIError(.invalidArgument, "client_id is missing.")
        }
        let redirectURI = try ownRedirect(request, "redirect_uri")
        let (method, challenge) = (
            try request.queryParameter("code_challenge_method"), try request.queryParameter("code_challenge")
        )
        do throws(OAuthError) {
            return Code(
                person: person, clientID: clientID, redirectURI: redirectURI,
                nonce: try? request.queryParameter("nonce"),
                challenge: try CodeChallenge(method: method, challenge: challenge), authenticatedAt: now())
        } catch {
            throw APIError(.invalidArgument, "\(error.description ?? error.code.rawValue).")
        }
    }

    /// Nothing leads anywhere but to the broker.
    private func ownRedirect(_ request: Request, _ name: String) throws(APIError) -> RedirectURI {
        guard let text = try request.queryParameter(name), let uri = try? RedirectURI(text),
            uri.origin.hasSameBytes(as: clientOrigin)
        else { throw APIError(.invalidArgument, "\(name) must be an address of \(clientOrigin).") }
        return uri
    }

    private func signOut(_ request: Request) throws -> Response {
        let target = try ownRedirect(request, "post_logout_redirect_uri")
        let state = try request.queryParameter("state").map { [("state", $0)] } ?? []
        return .seeOther(target.adding(state))
    }

    // MARK: The broker

    private func redeem(_ request: Request) throws -> Response {
        guard FormBody.isForm(contentType: request.headers[.contentType]) else { return Self.refusal(.invalidRequest) }
        do throws(OAuthError) {
            let form: FormBody
            do throws(FormError) { form = try FormBody(request.body) } catch { throw OAuthError(error) }
            guard form["grant_type"] == "authorization_code" else { throw OAuthError(.unsupportedGrantType) }
            guard let text = form["code"], let verifier = form.secret("code_verifier") else {
                throw OAuthError(.invalidRequest, "code and code_verifier are needed")
            }
            let verified = try CodeVerifier(verifier)
            let moment = now()
            let code = codes.withLock { $0.removeValue(forKey: Key(text)) }
            guard let code, moment < code.authenticatedAt &+ Self.codeLifetime,
                form["redirect_uri"] == code.redirectURI.rawValue,
                code.challenge.matches(verified, sha256: SHA2.sha256)
            else { throw OAuthError(.invalidGrant) }
            return try tokens(for: code, at: moment)
        } catch {
            return Self.refusal(error.code)
        }
    }

    private func tokens(for code: Code, at moment: Int64) throws(OAuthError) -> Response {
        let person = code.person
        var claims: JSONObject = [
            "iss": JSONValue(issuer), "sub": JSONValue("demo-" + person.login), "aud": JSONValue(code.clientID),
            "iat": .integer(moment), "exp": .integer(moment &+ Self.tokenLifetime),
            "auth_time": .integer(code.authenticatedAt), "email": JSONValue(person.email), "email_verified": true,
            "preferred_username": JSONValue(person.login), "given_name": JSONValue(person.name.given),
            "family_name": JSONValue(person.name.family), "groups": JSONValue(person.groups),
        ]
        if let nonce = code.nonce { claims["nonce"] = JSONValue(nonce) }
        guard let token = try? key.sign(type: "JWT", claims: claims) else { throw OAuthError(.serverError) }
        return .json([
            "access_token": JSONValue(Self.randomText()), "token_type": "Bearer",
            "expires_in": .integer(Self.tokenLifetime), "id_token": JSONValue(token.revealText()),
        ])
    }

    private static func refusal(_ code: OAuthErrorCode) -> Response {
        .json(["error": JSONValue(code.rawValue)], status: .badRequest)
    }

    /// 256 random bits.
    private static func randomText() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<4).map { _ in String(generator.next(), radix: 36) }.joined()
    }
}
