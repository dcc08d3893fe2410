package import HTTPFetch
internal import Identifiers
internal import JOSE

/// How we are a client of a provider. What proves that we are, is not here: see `ClientCredential`.
package struct ClientRegistration: Sendable, Hashable {
    /// How we authenticate at the token endpoint; the names are those of the registry (OpenID Connect Core §9).
    package enum Authentication: String, Sendable, Hashable, CaseIterable {
        case none
        case clientSecretBasic = "client_secret_basic"
        case clientSecretPost = "client_secret_post"
        case clientSecretJWT = "client_secret_jwt"
        case privateKeyJWT = "private_key_jwt"
    }

    /// How an OAuth 2.0 provider, which has no ID token, says who somebody is.
    package enum ProfileRule: Sendable, Hashable {
        /// GitHub's API, or that of an Enterprise Server: `https://api.github.com`.
        case github(api: FetchURL)
        /// The userinfo endpoint; the subject is this member of its answer.
        case userinfo(subjectClaim: String)
    }

    /// How the answer comes back (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode §2).
    package enum ResponseMode: String, Sendable, Hashable, CaseIterable {
        case query
        /// What Apple wants as soon as a scope is asked for.
        case formPost = "form_post"
    }

    /// Whom a client assertion is for.
    package enum AssertionAudience: Sendable, Hashable {
        /// What every provider takes (RFC 7523 §3, OpenID Connect Core §9), and the only thing that Entra takes.
        case tokenEndpoint
        /// What draft-ietf-oauth-rfc7523bis wants, for one key with several providers.
        case issuer
    }

    /// Where groups are asked for that did not fit into the ID token (Entra's "overage").
    package struct GroupOverage: Sendable, Hashable {
        /// `https://graph.microsoft.com`, or that of a national cloud.
        package var graph: FetchURL
        /// Whether distribution lists and directory roles are left out, as in the token itself by default.
        package var securityEnabledOnly: Bool

        package init(graph: FetchURL, securityEnabledOnly: Bool = true) {
            (self.graph, self.securityEnabledOnly) = (graph, securityEnabledOnly)
        }
    }

    package static let defaultScopes = ["openid", "profile", "email"]

    package var clientID: String
    package var authentication: Authentication
    /// `openid` is always sent to an OpenID Connect provider.
    package var scopes: [String]
    // These four come before what the metadata names; without metadata there are only they.
    package var authorizationEndpoint: FetchURL?
    package var tokenEndpoint: FetchURL?
    package var userinfoEndpoint: FetchURL?
    package var endSessionEndpoint: FetchURL?
    /// Sent unless the sign-in says another.
    package var prompt: String?
    package var skipsUserinfo: Bool
    package var passesLoginHint: Bool
    /// `nil` pushes the request only where the provider requires it. `true` insists, and a provider that has no such
    /// endpoint is refused; `false` yields to a provider that requires it (RFC 9126 §5).
    package var usesPushedAuthorization: Bool?
    package var profile: ProfileRule
    package var responseMode: ResponseMode?
    /// `nil`: somebody whose groups did not fit is refused, for fewer groups would be a wrong answer.
    package var groupOverage: GroupOverage?
    package var assertionAudience: AssertionAudience
    /// Sent along to the authorization endpoint; a name that we set ourselves is skipped.
    package var additionalParameters: [String: String]
    /// Domains whose e-mail addresses this provider gives out, in small letters: who signs in with such an address is the
    /// user that has it already. An operator's word, never the provider's own.
    package var authoritativeDomains: [String] = []
    /// What people see: "Continue with ...". Empty: the provider's name.
    package var title = ""
    /// The mark beside the title, by the name that the sign-in page knows it by. Empty: a plain one.
    package var icon = ""

    package init(
        clientID: String, authentication: Authentication, scopes: [String] = defaultScopes,
        authorizationEndpoint: FetchURL? = nil, tokenEndpoint: FetchURL? = nil, userinfoEndpoint: FetchURL? = nil,
        endSessionEndpoint: FetchURL? = nil, prompt: String? = nil, skipsUserinfo: Bool = false,
        passesLoginHint: Bool = true, usesPushedAuthorization: Bool? = nil,
        profile: ProfileRule = .userinfo(subjectClaim: "sub"), responseMode: ResponseMode? = nil,
        groupOverage: GroupOverage? = nil, assertionAudience: AssertionAudience = .tokenEndpoint,
        additionalParameters: [String: String] = [:]
    ) {
        (self.clientID, self.authentication, self.scopes) = (clientID, authentication, scopes)
        (self.authorizationEndpoint, self.tokenEndpoint) = (authorizationEndpoint, tokenEndpoint)
        (self.userinfoEndpoint, self.endSessionEndpoint) = (userinfoEndpoint, endSessionEndpoint)
        (self.prompt, self.skipsUserinfo, self.passesLoginHint) = (prompt, skipsUserinfo, passesLoginHint)
        (self.usesPushedAuthorization, self.profile) = (usesPushedAuthorization, profile)
        (self.responseMode, self.groupOverage) = (responseMode, groupOverage)
        (self.assertionAudience, self.additionalParameters) = (assertionAudience, additionalParameters)
    }

    /// The scopes as they are sent.
    func scopes(of kind: ProviderKind) -> [String] {
        let hasOpenID = scopes.contains { $0.hasSameBytes(as: "openid") }
        return kind == .oidc && !hasOpenID ? ["openid"] + scopes : scopes
    }

    /// Whether one of these scopes is asked for.
    func asks(forOneOf names: String...) -> Bool {
        scopes.contains { scope in names.contains { $0.hasSameBytes(as: scope) } }
    }

    /// What a provider's definition cannot have; `nil` when all is well.
    func problem(of kind: ProviderKind, _ keySource: KeySource) -> String? {
        // It is compared with `aud`, so it must be able to stand there.
        guard (try? Audience(clientID)) != nil, clientID.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            return "client_id must be 1 to 1024 printable ASCII characters"
        }
        guard scopes.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isScopeByte) }) else {
            return "a scope must be printable ASCII without space, '\"' and '\\'"
        }
        if keySource == .none {
            guard authorizationEndpoint != nil, tokenEndpoint != nil else {
                return "authorization_endpoint and token_endpoint must be set, for nothing else names them"
            }
            if case .userinfo = profile, userinfoEndpoint == nil {
                return "userinfo_endpoint must be set, for nothing else says who somebody is"
            }
        }
        if kind == .oidc, case .github = profile { return "the profile 'github' is for an oauth2 provider" }
        return nil
    }

    /// RFC 6749 Appendix A.4.
    private static func isScopeByte(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }
}
