internal import Federation
internal import HTTPFetch
internal import Identifiers

/// How people sign in through the provider of a file: the keys that make us its client.
struct SignInReader {
    /// What means nothing where we are no client. `title` is not here: it may name any provider.
    static let keys = [
        "client_id", "client_secret", "token_endpoint_auth_method", "private_key", "private_key_id",
        "private_key_algorithm", "apple", "scopes", "authorization_endpoint", "token_endpoint", "userinfo_endpoint",
        "end_session_endpoint", "prompt", "userinfo", "pass_login_hint", "pushed_authorization", "response_mode",
        "profile", "api", "group_overage", "authorization_parameters", "authoritative_domains", "icon",
    ]

    let map: SettingsMap
    /// Origins that may be plain http, loopback or private.
    let allowOrigins: Set<Origin>

    enum Answer {
        case client(ClientRegistration, ClientCredential)
        /// Nobody signs in through this provider.
        case none
        /// What is wrong has been reported.
        case refused
    }

    func read(_ kind: ProviderKind?) -> Answer {
        guard let id = map["client_id"], kind != .workload else {
            refuseAll(kind)
            guard kind == .oauth2 else { return .none }
            _ = map.required("client_id")
            return .refused
        }
        return client(id, kind)
    }

    /// Only what the file says itself: a template may well prepare what its user does not use.
    private func refuseAll(_ kind: ProviderKind?) {
        let why =
            kind == .workload
            ? "is for signing people in, and a workload provider is for machines only" : "needs 'client_id'"
        for key in Self.keys {
            guard let entry = map.entry(key), entry.keyPosition.file == map.position.file, !entry.value.isNull else {
                continue
            }
            map.context.report("'\(key)' \(why)", at: entry.keyPosition)
        }
    }

    private func client(_ id: SettingsValue, _ kind: ProviderKind?) -> Answer {
        let problems = map.context.problems.count
        let clientID = id.clientID()
        let proof = ClientCredentialReader(map: map).read()
        // A provider without OpenID Connect knows none of its scopes.
        let standardScopes = kind == .oauth2 ? [] : ClientRegistration.defaultScopes
        var registration = ClientRegistration(
            clientID: clientID ?? "", authentication: proof?.authentication ?? .none,
            scopes: map["scopes"]?.scopes() ?? standardScopes,
            authorizationEndpoint: url("authorization_endpoint"), tokenEndpoint: url("token_endpoint"),
            userinfoEndpoint: url("userinfo_endpoint"), endSessionEndpoint: url("end_session_endpoint"),
            prompt: map["prompt"]?.text(maximum: 64), skipsUserinfo: !(map["userinfo"]?.bool() ?? true),
            passesLoginHint: map["pass_login_hint"]?.bool() ?? true,
            usesPushedAuthorization: map["pushed_authorization"]?.bool(),
            responseMode: map["response_mode"]?.choice(ClientRegistration.ResponseMode.self),
            groupOverage: map["group_overage"]?.groupOverage(allowing: allowOrigins),
            additionalParameters: map["authorization_parameters"]?.authorizationParameters() ?? [:])
        if let profile = profile(kind) { registration.profile = profile }
        registration.authoritativeDomains = map["authoritative_domains"]?.mailDomains() ?? []
        registration.title = map["title"]?.text(maximum: 80) ?? ""
        registration.icon = map["icon"]?.choice(SignInIcon.self)?.rawValue ?? ""
        // What is wrong would be told again as something missing.
        guard let proof, map.context.problems.count == problems else { return .refused }
        return .client(registration, proof.credential)
    }

    private func url(_ key: String) -> FetchURL? { map[key]?.fetchURL(allowing: allowOrigins) }

    /// `github` with `api`, or `{subject_claim: member}`.
    private func profile(_ kind: ProviderKind?) -> ClientRegistration.ProfileRule? {
        let (profile, api) = (map["profile"], map["api"])
        guard let profile else { return api?.refuse("only goes with profile: github") }
        if kind == .oidc { return profile.refuse("is for an oauth2 provider; an oidc provider has ID tokens") }
        guard case .scalar = profile.node.content else {
            api?.report("only goes with profile: github")
            return profile.subjectClaim().map { .userinfo(subjectClaim: $0) }
        }
        guard profile.text() == "github" else { return profile.refuse("must be github or {subject_claim: name}") }
        return map.required("api")?.fetchURL(allowing: allowOrigins).map { .github(api: $0) }
    }
}

/// The marks that the sign-in page has.
private enum SignInIcon: String, CaseIterable {
    case google, microsoft, okta, github, gitlab, keycloak, apple, auth0, generic
}

extension SettingsValue {
    /// It is compared with `aud`, so it must be able to stand there.
    fileprivate func clientID() -> String? {
        guard let text = text(maximum: 1024) else { return nil }
        guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            return refuse("must be 1 to 1024 printable ASCII characters")
        }
        return text
    }

    /// A list, or one text with spaces between, as it is sent.
    fileprivate func scopes() -> [String]? {
        if case .list = node.content { return list(maximum: 100) { $0.scope() } }
        guard let text = text() else { return nil }
        let scopes = text.split(separator: " ").map(String.init)
        return scopes.allSatisfy(Self.isScope) ? scopes : refuse(Self.scopeRule)
    }

    private func scope() -> String? {
        guard let text = text(maximum: 1024) else { return nil }
        return Self.isScope(text) ? text : refuse(Self.scopeRule)
    }

    private static let scopeRule = "must be printable ASCII without '\"' and '\\', one in each entry"

    /// RFC 6749 Appendix A.4.
    private static func isScope(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    }

    fileprivate func subjectClaim() -> String? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        return map.required("subject_claim")?.text(maximum: 128)
    }

    /// `{graph: https://graph.microsoft.com}`
    fileprivate func groupOverage(allowing origins: Set<Origin>) -> ClientRegistration.GroupOverage? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        let securityEnabledOnly = map["security_enabled_only"]?.bool() ?? true
        return map.required("graph")?.fetchURL(allowing: origins).map {
            ClientRegistration.GroupOverage(graph: $0, securityEnabledOnly: securityEnabledOnly)
        }
    }

    /// Ours, or with a key of their own: what is written here would be left out without a word.
    private static let ownParameters: Set<String> = [
        "response_type", "client_id", "client_secret", "redirect_uri", "scope", "state", "nonce", "code_challenge",
        "code_challenge_method", "response_mode", "prompt", "max_age", "acr_values", "login_hint", "ui_locales",
        "request", "request_uri", "registration", "claims", "client_assertion", "client_assertion_type",
    ]

    fileprivate func authorizationParameters() -> [String: String]? {
        guard let map = map() else { return nil }
        var parameters: [String: String] = [:]
        for entry in map.keys {
            guard !Self.ownParameters.contains(entry.key) else {
                context.report(
                    "'\(entry.key)' cannot be set here: Gatehouse sets it itself, or has a key for it",
                    at: entry.keyPosition)
                continue
            }
            parameters[entry.key] = map[entry.key]?.text(maximum: 1024)
        }
        return parameters
    }
}
