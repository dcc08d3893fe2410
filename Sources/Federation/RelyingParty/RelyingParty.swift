internal import HTTPFetch
internal import HTTPTypes
internal import Identifiers
internal import JOSE
internal import Secrets
internal import StrictJSON

/// One provider as we sign people in with it, for the length of one step: what was true when the step began.
struct RelyingParty: Sendable {
    let provider: Provider
    let client: ClientRegistration
    /// `nil` for a provider whose endpoints the operator wrote down.
    let metadata: ProviderMetadata?
    let policy: FetchPolicy
    let transport: Transport
    let clock: @Sendable () -> NumericDate
    let uptime: @Sendable () -> Duration
    /// When the step has taken too long, by `uptime`.
    let deadline: Duration

    /// What one step may take in all: each fetch is bounded, and a profile of many pages is many fetches.
    static let patience: Duration = .seconds(30)

    var definition: ProviderDefinition { provider.definition }
    var now: NumericDate { clock() }

    func endpoint(_ endpoint: SignInEndpoint) throws(SignInRefusal) -> FetchURL {
        let found: FetchURL? =
            switch endpoint {
            case .authorization: client.authorizationEndpoint ?? metadata?.authorizationEndpoint
            case .token: client.tokenEndpoint ?? metadata?.tokenEndpoint
            case .userinfo: client.userinfoEndpoint ?? metadata?.userinfoEndpoint
            case .pushedAuthorization: metadata?.pushedAuthorizationRequestEndpoint
            case .metadata, .keys, .profile, .groups: nil
            }
        guard let found else { throw .missingEndpoint(endpoint) }
        return found
    }

    /// One request, with what may have gone wrong in the words of a sign-in. The status is the caller's to judge.
    func send(
        _ endpoint: SignInEndpoint, _ method: FetchMethod, _ url: FetchURL, _ headers: HTTPFields, _ body: [UInt8] = []
    ) async throws(SignInRefusal) -> FetchResponse {
        guard uptime() < deadline else { throw .providerUnavailable(endpoint) }
        let request = FetchRequest(
            method, url, headers: headers, body: body, bulkhead: "provider:" + definition.name.rawValue)
        let response: FetchResponse
        do { response = try await transport(request, policy) } catch {
            switch error {
            case .tooLarge: throw .badAnswer(endpoint, .tooLarge)
            case _ where error.isMisconfiguration: throw .badAnswer(endpoint, .notFetched(error.code))
            default: throw .providerUnavailable(endpoint)
            }
        }
        guard response.body.count <= policy.maximumBytes else { throw .badAnswer(endpoint, .tooLarge) }
        switch response.status {
        case 300..<400: throw .badAnswer(endpoint, .redirect)
        case 429, 500...: throw .providerUnavailable(endpoint)
        default: return response
        }
    }

    /// A JSON value of an API that wants the access token; any other status than 200 is a refusal.
    func get(
        _ endpoint: SignInEndpoint, _ url: FetchURL, _ token: Secret, accept: String = "application/json",
        _ more: HTTPFields = [:]
    ) async throws(SignInRefusal) -> FetchResponse {
        var headers = more
        headers[.accept] = accept
        headers[.authorization] = "Bearer " + token.revealText()
        let response = try await send(endpoint, .GET, url, headers)
        guard response.status == 200 else { throw .badAnswer(endpoint, .status(response.status)) }
        return response
    }

    static func json(_ endpoint: SignInEndpoint, _ body: [UInt8]) throws(SignInRefusal) -> JSONValue {
        do { return try JSONValue.parse(body) } catch { throw .badAnswer(endpoint, .notJSON) }
    }

    static func object(_ endpoint: SignInEndpoint, _ body: [UInt8]) throws(SignInRefusal) -> JSONObject {
        do { return try JSONValue.parseObject(body) } catch { throw .badAnswer(endpoint, .notJSON) }
    }

    /// A place below an address that was configured: `https://api.github.com` and `/user`.
    func url(_ base: FetchURL, _ path: String, _ endpoint: SignInEndpoint) throws(SignInRefusal) -> FetchURL {
        let text = base.rawValue.utf8.last == UInt8(ascii: "/") ? String(base.rawValue.dropLast()) : base.rawValue
        do { return try FetchURL(text + path, allowing: policy.allowOrigins) } catch {
            throw .badAnswer(endpoint, .notFetched(error.code))
        }
    }
}

extension ProviderRegistry {
    func relyingParty(_ name: ProviderName) async throws(SignInRefusal) -> RelyingParty {
        guard let provider = provider(named: name) else { throw .unknownProvider }
        guard let client = provider.definition.client else { throw .notAClient }
        var metadata: ProviderMetadata?
        if provider.definition.keySource != .none, Self.needsMetadata(provider.definition.keySource, client) {
            do throws(KeySourceFailure) { metadata = try await provider.metadata.metadata() } catch {
                throw SignInRefusal(error)
            }
        }
        return RelyingParty(
            provider: provider, client: client, metadata: metadata, policy: policy, transport: transport, clock: now,
            uptime: uptime, deadline: uptime() + RelyingParty.patience)
    }

    /// A provider whose keys were written down may have no discovery; then it must not be asked for when the endpoints
    /// were written down too.
    private static func needsMetadata(_ keySource: KeySource, _ client: ClientRegistration) -> Bool {
        keySource == .discovery || client.authorizationEndpoint == nil || client.tokenEndpoint == nil
    }
}

extension SignInRefusal {
    init(_ failure: KeySourceFailure) {
        switch failure {
        case .metadata(let failure): self = .badAnswer(.metadata, .metadata(failure))
        case .fetch(_, .tooLarge): self = .badAnswer(.metadata, .tooLarge)
        case .status(_, let status) where (300..<400).contains(status): self = .badAnswer(.metadata, .redirect)
        case .status(_, let status) where failure.isMisconfiguration: self = .badAnswer(.metadata, .status(status))
        case .fetch(_, let fetch) where failure.isMisconfiguration:
            self = .badAnswer(.metadata, .notFetched(fetch.code))
        default: self = .providerUnavailable(.metadata)
        }
    }
}
