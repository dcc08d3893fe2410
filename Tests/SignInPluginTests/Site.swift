import AccessPolicy
import Broker
import Federation
import GatehouseTesting
import HTTPFetch
import HTTPTypes
import Identifiers
import JOSE
import OAuth
import OpenSSLCrypto
import Secrets
import ServerPlugin
import SignInPlugin
import StrictJSON
import Synchronization
import Testing

/// The pages without a server, and a browser that keeps their cookies.
final class Site: Sendable {
    let world: TestWorld
    let provider: TestProvider
    private let routes: RouteCatalog
    private let cookies = Mutex<[String: String]>([:])

    static let callback = "https://app.example/callback"
    static let verifier = String(repeating: "v", count: 43)

    /// `change`: of the provider, as its file could say it.
    init(_ change: (inout ClientRegistration) -> Void = { _ in }, kind: ProviderKind = .oidc) async throws {
        provider = try TestProvider(web: TestWeb())
        var definition = try provider.definition()
        var client = try #require(definition.client)
        change(&client)
        definition = try ProviderDefinition(
            name: definition.name, kind: kind, issuer: definition.issuer,
            audiences: kind == .oauth2 ? [] : definition.audiences,
            keySource: kind == .oauth2 ? .none : .discovery, client: client)
        let metadata = try ClientMetadata([
            "client_id": "app", "client_name": "Example app", "redirect_uris": [JSONValue(Self.callback)],
            "post_logout_redirect_uris": ["https://app.example/bye"], "scope": "openid email",
        ])
        let app = ConfiguredClient(metadata: metadata, secrets: [Secret(utf8: "app-secret-3fQ-01")], roles: .none)
        world = try await TestWorld(web: provider.web, signIn: [definition], clients: [app])
        routes = RouteCatalog(SignInPlugin(broker: world.broker).plugin.routes)
        var open = SignUpPolicy()
        open.mode = .open
        open.verification = .provider
        try await world.broker.changeSignUpPolicy(to: open, by: try world.administrator(), context: TestWorld.context)
    }

    struct Answer {
        let status: Int
        let headers: HTTPFields
        let text: String

        var location: String { headers[.location] ?? "" }
        /// Of the location.
        func query(_ name: String) -> String? { Site.parameters(location)[name] }
        /// The hidden field of that name.
        func hidden(_ name: String) -> String? {
            let parts = (" " + text).split(separator: "name=\"\(name)\" value=\"", maxSplits: 1)
            guard parts.count > 1 else { return nil }
            return String(parts[1].prefix { $0 != "\"" }).replacing("&amp;", with: "&").replacing("&quot;", with: "\"")
        }
    }

    static func parameters(_ url: String) -> [String: String] {
        let query = url.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
        let pairs = (try? FormBody.pairs(Array(query.utf8))) ?? []
        return Dictionary(pairs.map { ($0.name.rawValue, $0.value) }) { first, _ in first }
    }

    func get(_ target: String) async throws -> Answer { try await send(.get, target) }

    func post(_ path: String, _ form: [(String, String)]) async throws -> Answer {
        try await send(.post, path, Array("".addingQuery(form).dropFirst().utf8))
    }

    /// Without cookies: as from a page of another site, or another browser.
    func postFromElsewhere(_ path: String, _ form: [(String, String)]) async throws -> Answer {
        let kept = cookies.withLock { cookies in
            defer { cookies = [:] }
            return cookies
        }
        let answer = try await post(path, form)
        cookies.withLock { $0.merge(kept) { $1 } }
        return answer
    }

    private func send(_ method: HTTPRequest.Method, _ target: String, _ body: [UInt8] = []) async throws -> Answer {
        let local = target.hasPrefix(TestWorld.publicURL) ? String(target.dropFirst(TestWorld.publicURL.count)) : target
        let parts = local.split(separator: "?", maxSplits: 1).map(String.init)
        // No location to follow: the test says what it came from, and the process goes on.
        let path = try #require(parts.first, "there is nowhere to go")
        let (route, parameters) = try #require(routes.find(method: method.rawValue, path: path))
        var headers = HTTPFields()
        if method == .post { headers[.contentType] = "application/x-www-form-urlencoded" }
        headers[.cookie] = cookies.withLock { $0.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") }
        let response = try await route.handler(
            Request(
                method: method, path: path, query: parts.count > 1 ? parts[1] : nil, headers: headers, body: body,
                parameters: parameters, id: "req-1", remoteAddress: "192.0.2.1"))
        for cookie in response.headers[values: .setCookie] {
            let pair = cookie.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1).map(String.init)
            let kept: String? = pair.count == 2 && !cookie.contains("Max-Age=0") ? pair[1] : nil
            cookies.withLock { $0[pair[0]] = kept }
        }
        return Answer(
            status: response.status.code, headers: response.headers,
            text: String(decoding: response.body, as: UTF8.self))
    }

    var session: String? { cookies.withLock { $0[world.broker.sessionCookieName] } }

    /// From where the browser is sent to a provider, to wherever it goes from the callback.
    func comeBack(
        from url: String, as person: String = "alice", _ claims: [String: JSONValue?] = [:]
    ) async throws -> Answer {
        let query = try provider.signIn(person, at: url, now: world.now, claims)
        return try await get("/sign-in/idp/callback?" + query)
    }

    @discardableResult
    func signIn(as person: String = "alice", _ claims: [String: JSONValue?] = [:]) async throws -> Answer {
        try await comeBack(from: try await get("/sign-in/idp").location, as: person, claims)
    }

    /// What a client's link says; `nil` removes.
    static func authorize(_ changed: [String: String?] = [:]) -> String {
        var parameters = [
            "client_id": "app", "code_challenge": challenge, "code_challenge_method": "S256", "nonce": "n",
            "redirect_uri": callback, "response_type": "code", "scope": "openid email", "state": "s 1",
        ]
        for (name, value) in changed { parameters[name] = value }
        return "/oauth/authorize".addingQuery(parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    private static var challenge: String { Base64URL.encode(SHA2.sha256(Array(verifier.utf8))) }
}
