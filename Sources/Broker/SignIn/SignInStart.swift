package import Federation
import Identifiers
import JOSE
package import OAuth
import OpenSSLCrypto
package import Secrets
import StrictJSON

/// How a sign-in is begun.
package struct SignInStart: Sendable {
    package let provider: String
    /// Where on our own site the person wanted to go.
    package let returnTo: LocalTarget
    package var invitation: Secret?
    package var loginHint: String?
    package var maxAge: Int64?
    package var acrValues: [String] = []
    package var prompt: String?
    package var uiLocales: String?

    package init(provider: String, returnTo: LocalTarget) {
        self.provider = provider
        self.returnTo = returnTo
    }
}

/// What goes to the browser that begins: where to, and a cookie that only this server can read.
package struct StartedSignIn: Sendable {
    package let url: String
    /// Names the cookie, so that two sign-ins in one browser do not meet.
    package let name: String
    package let sealed: Secret
}

/// What was begun in this browser: sealed in its cookie until the provider's answer comes, so that somebody who only asks
/// costs no row. That an answer is used once is a row (security rule 8).
struct BegunSignIn: Sendable {
    let pending: PendingSignIn
    let returnTo: LocalTarget
    let invitation: Secret?
    let expiresAt: Timestamp

    /// Seconds.
    static let life: Int64 = 600
    /// Bytes: with its name and attributes a cookie may have 4,096 (RFC 6265 §6.1), and browsers drop a longer one.
    static let largest = 3_900

    private static let sealContext = Array("sign-in".utf8)

    var document: JSONObject {
        var object: JSONObject = [
            "expires_at": .integer(expiresAt.milliseconds), "pending": .object(pending.document),
            "return_to": JSONValue(returnTo.rawValue),
        ]
        if let invitation { object["invitation"] = JSONValue(invitation.revealText()) }
        return object
    }

    init(pending: PendingSignIn, returnTo: LocalTarget, invitation: Secret?, expiresAt: Timestamp) {
        self.pending = pending
        self.returnTo = returnTo
        self.invitation = invitation
        self.expiresAt = expiresAt
    }

    init?(document: JSONObject) {
        guard let expiresAt = document["expires_at"]?.integerValue,
            let pending = document["pending"]?.objectValue.flatMap({ PendingSignIn(document: $0) }),
            let returnTo = document["return_to"]?.stringValue.flatMap({ try? LocalTarget($0) })
        else { return nil }
        self.init(
            pending: pending, returnTo: returnTo,
            invitation: document["invitation"]?.stringValue.map { Secret(utf8: $0) },
            expiresAt: Timestamp(milliseconds: expiresAt))
    }

    /// The same for a state wherever it comes from, so that the answer finds its cookie among several.
    static func name(ofState state: String) -> String {
        String(decoding: state.utf8.prefix(12), as: UTF8.self)
    }

    func sealed(_ broker: Broker) throws(SignInFailure) -> Secret {
        let text = Secret(JSONValue.object(document).encoded())
        guard let bytes = try? broker.sealing.seal(text, context: Self.sealContext) else { throw .cannotMake }
        let cookie = Base64URL.encode(bytes)
        guard cookie.utf8.count <= Self.largest else { throw .tooLong }
        return Secret(utf8: cookie)
    }

    static func open(_ sealed: Secret, _ broker: Broker) -> BegunSignIn? {
        guard let bytes = Base64URL.decode(sealed.reveal()),
            let text = try? broker.sealing.open(bytes, context: sealContext),
            let object = try? JSONValue.parseObject(text.reveal(), limits: .document)
        else { return nil }
        return BegunSignIn(document: object)
    }
}

extension Broker {
    /// How often one address may begin: a provider must not be flooded through us.
    struct SignInLimits: Sendable {
        let address = RateLimiter(RateLimiter.Rate(burst: 30, interval: 2))
    }

    /// Sends a browser to its provider.
    package func beginSignIn(
        _ start: SignInStart, context: RequestContext
    ) async throws(SignInFailure) -> StartedSignIn {
        let now = time.now()
        if let seconds = signInLimits.address.wait(for: RateLimiter.key(of: context.remoteAddress), at: now) {
            throw .tooOften(seconds)
        }
        guard let name = try? ProviderName(start.provider), let credential = clientCredential(for: name) else {
            throw .unknownProvider
        }
        let request = SignInRequest(
            redirectURI: callbackURL(name), maxAge: start.maxAge, acrValues: start.acrValues,
            loginHint: start.loginHint, prompt: start.prompt, uiLocales: start.uiLocales)
        let (url, pending): (String, PendingSignIn)
        do throws(SignInRefusal) {
            (url, pending) = try await providers.beginSignIn(name, request, credential: credential)
        } catch { throw .provider(error) }
        let begun = BegunSignIn(
            pending: pending, returnTo: start.returnTo, invitation: start.invitation,
            expiresAt: now.adding(seconds: BegunSignIn.life))
        return StartedSignIn(
            url: url, name: BegunSignIn.name(ofState: pending.state), sealed: try begun.sealed(self))
    }

    package func callbackURL(_ provider: ProviderName) -> String {
        "\(settings.publicURL)/sign-in/\(provider)/callback"
    }

    /// Whether a provider's answer comes as a form.
    package func answersByForm(_ provider: String) -> Bool {
        providers.definitions.contains {
            $0.name.rawValue.hasSameBytes(as: provider) && $0.client?.responseMode == .formPost
        }
    }

    /// Providers through which people sign in.
    package var signInProviders: [ProviderRecord] {
        let clients = Set(providers.definitions.filter { $0.client != nil }.map(\.name))
        return providerRecords().filter { clients.contains($0.name) }
    }

    /// What we prove to a provider that we are its client; `nil` when we are none.
    func clientCredential(for name: ProviderName) -> ClientCredential? {
        guard let definition = providers.definitions.first(where: { $0.name == name }),
            let client = definition.client
        else { return nil }
        if let configured = settings.clientCredentials[name] { return configured }
        guard let record = provider(named: name.rawValue), record.origin == .api else {
            return client.authentication == .none ? ClientCredential.none : nil
        }
        if let secret = clientSecret(of: record) { return .secret(secret) }
        return client.authentication == .none ? ClientCredential.none : nil
    }
}

/// One way in, as the chooser shows it.
package struct SignInChoice: Sendable {
    package let name: String
    package let title: String
    /// A name that the pages know, or any other.
    package let icon: String
}

extension Broker {
    /// Seconds that somebody has for signing in at the provider.
    package static let signInLife = BegunSignIn.life

    package var signInChoices: [SignInChoice] {
        providers.definitions.compactMap { definition in
            guard let client = definition.client else { return nil }
            let name = definition.name.rawValue
            return SignInChoice(name: name, title: client.title.isEmpty ? name : client.title, icon: client.icon)
        }.sorted { Key($0.title) < Key($1.title) }
    }

    package var hasSignInDomains: Bool {
        providers.definitions.contains { !($0.client?.authoritativeDomains.isEmpty ?? true) }
    }

    /// Home-realm discovery: the provider that speaks for the domain of an address. Says nothing of whether there is a
    /// user with it.
    package func signInProvider(forEmail email: String) -> String? {
        guard let domain = PersonProfile.login(email).split(separator: "@").last.map(String.init) else { return nil }
        return providers.definitions.first { definition in
            definition.client?.authoritativeDomains.contains { $0.hasSameBytes(as: domain) } ?? false
        }?.name.rawValue
    }

    /// This moment, as only we can have written it, for one request that a browser brings back: of another, and when a
    /// sign-in cannot take that long any more, it says nothing.
    package func sealedMoment(for request: [UInt8]) -> String {
        let text = String(time.now().milliseconds)
        return text + "." + momentProof(text, request).revealText()
    }

    package func moment(sealed text: String, for request: [UInt8]) -> Timestamp? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = Int64(parts[0]),
            momentProof(String(parts[0]), request).matches(Secret(utf8: parts[1]))
        else { return nil }
        let moment = Timestamp(milliseconds: milliseconds)
        return time.now() < moment.adding(seconds: Self.signInLife) ? moment : nil
    }

    private func momentProof(_ text: String, _ request: [UInt8]) -> Secret {
        let proof = hasher.derived(Array("moment:\(text):".utf8) + SHA2.sha256(request))
        return Secret(utf8: Base64URL.encode(proof.reveal()))
    }
}
