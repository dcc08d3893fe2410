import AccessPolicy
import Federation
import Identifiers
import OAuth

/// What an exchange may issue, from policies or by narrowing a credential of ours.
struct ExchangeGrant: Sendable {
    private(set) var access: NamespaceAccess
    private(set) var rights: CredentialRights
    /// Seconds, before the subject token's own remaining life.
    let maximumLifetime: Int64
    let singleUse: Bool
    let audiences: [String]
    let subject: String
    let clientID: String
    let policies: [String]
    let wouldGrant: [String]

    /// Leaves what authentication policies leave of it.
    mutating func narrow(to access: NamespaceAccess) {
        rights = rights.confined(to: access)
        self.access = access
    }

    /// From the policies' grant to an outside identity.
    init(_ grant: AccessDecision.Grant, identity: ValidatedIdentity, wouldGrant: [String]) {
        access = grant.access
        rights = .policies(grant.grants, types: Set(grant.allowedTypes.compactMap(\.credentialType)))
        maximumLifetime = grant.maximumLifetime
        singleUse = grant.singleUse
        audiences = grant.audiences
        subject = grant.subject
        clientID = identity.provider  // no client authenticates: the subject token is the proof (interface.md)
        policies = grant.policies
        self.wouldGrant = wouldGrant
    }

    /// By narrowing one of ours: the same rights or fewer, for audiences it already has or our own API.
    init(
        narrowing accepted: AcceptedCredential, request: TokenExchangeRequest, apiAudience: String, lifetime: Int64
    ) throws(ExchangeFailure) {
        guard !accepted.access.isEmpty else { throw .ownToken(.noRightsLeft) }
        var allowedAudiences = [apiAudience]
        var clientID = accepted.owner.principal.origin?.provider ?? "gatehouse"
        var subject = accepted.owner.principal.origin?.subject ?? accepted.owner.principal.id.rawValue
        if case .accessToken(let claims) = accepted.kind {
            allowedAudiences = claims.audiences
            (clientID, subject) = (claims.clientID, claims.subject)
            if request.requestedTokenType == .apiToken {
                // It opens our API, and outlives what it is made of.
                guard claims.audiences.contains(where: { $0.hasSameBytes(as: apiAudience) }) else {
                    throw .policy(.audienceNotAllowed)
                }
                guard claims.authorization == nil else { throw .policy(.credentialTypeNotAllowed) }
            }
        }
        let asked = request.audiences + request.resources
        guard asked.allSatisfy({ audience in allowedAudiences.contains { $0.hasSameBytes(as: audience) } }) else {
            throw .policy(.audienceNotAllowed)
        }
        if request.requestedTokenType == .apiToken, case .policies(_, let types) = accepted.rights,
            !types.contains(.apiToken)
        {
            throw .policy(.credentialTypeNotAllowed)
        }
        switch ScopeRequest(request.scope).narrow(accepted.access) {
        case .refused(let reason): throw .policy(reason)
        case .narrowed(let access):
            self.access = access
            rights = accepted.heritable.confined(to: access)
        }
        maximumLifetime = lifetime
        singleUse = false
        audiences = asked.isEmpty ? [allowedAudiences[0]] : asked
        self.subject = subject
        self.clientID = clientID
        policies = []
        wouldGrant = []
    }
}

extension CredentialRights {
    /// The same rights, none outside `access`.
    func confined(to access: NamespaceAccess) -> CredentialRights {
        switch self {
        case .owner(nil): .owner(ceiling: access)
        case .owner(let ceiling?): .owner(ceiling: ceiling.intersection(access))
        case .policies(let grants, let types):
            .policies(
                grants.compactMap { grant in
                    let kept = grant.access.intersection(access)
                    return kept.isEmpty
                        ? nil : PolicyGrant(policy: grant.policy, provider: grant.provider, access: kept)
                }, types: types)
        case .signedIn(let grants, let ceiling):
            .signedIn(grants, ceiling: ceiling.map { $0.intersection(access) } ?? access)
        }
    }
}

extension NamespaceAccess {
    /// `namespace:payments role:deployer`: every namespace and every role in it (interface.md, token exchange).
    var scopeText: String {
        let namespaces = entries.keys.sorted().map { "namespace:" + $0.text }
        let roles = Set(entries.values.joined()).sorted().map { "role:" + $0.rawValue }
        return (namespaces + roles).joined(separator: " ")
    }

    /// The one application namespace that all rights are in, if there is just one.
    var onlyNamespace: NamespaceName? {
        guard entries.count == 1, case .named(let name)? = entries.keys.first else { return nil }
        return name
    }
}

extension ScopeRequest {
    /// What a `scope` parameter asks for; none asks for everything.
    init(_ scope: Scope?) {
        guard let scope else {
            self = .everything
            return
        }
        var (namespaces, roles, unknown): ([Key], [Key], [Key]) = ([], [], [])
        for value in scope.values {
            switch value {
            case .namespace(let name): namespaces.append(Key(name))
            case .role(let name): roles.append(Key(name))
            case .other(let token): unknown.append(Key(token))
            }
        }
        self.init(
            namespaces: namespaces.isEmpty ? nil : namespaces, roles: roles.isEmpty ? nil : roles, unknown: unknown)
    }
}

extension PolicyCredentialType {
    /// The type of the stored credential; an access token is not stored.
    var credentialType: CredentialType? {
        // The names are the contract's.
        CredentialType(rawValue: rawValue)
    }
}

extension TokenExchangeRequest.RequestedTokenType {
    /// As policies call it.
    var policyType: PolicyCredentialType {
        switch self {
        case .accessToken: .accessToken
        case .apiToken: .apiToken
        }
    }
}
