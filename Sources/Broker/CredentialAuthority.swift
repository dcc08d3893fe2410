import AccessPolicy

/// What a caller's credential may pass on: remembered in `Caller.authority` from the authentication to the use case.
struct CredentialAuthority: Sendable {
    private let accepted: AcceptedCredential
    /// When the credential must end whatever is done to it: for access tokens, for what came from an exchange, and for
    /// what was made from these. Nothing made, renewed or activated with it ends later.
    let ceiling: Timestamp?

    init(accepted: AcceptedCredential, ceiling: Timestamp?) {
        self.accepted = accepted
        self.ceiling = ceiling
    }

    /// When what this caller makes must end. It never outlives what its maker presented, unless that is a session: then
    /// its maker is a person, with whom it lives and dies (decision 22).
    func bound(of caller: Caller) -> Timestamp? {
        if caller.mechanism == .session { return nil }
        let presented = Timestamp(seconds: caller.expiresAt)
        return ceiling.map { min($0, presented) } ?? presented
    }

    /// What may be given to somebody who keeps it after the sign-in is over; `nil` when nothing of it ends with one.
    var lastingAccess: NamespaceAccess? {
        guard case .signedIn = accepted.rights else { return nil }
        return accepted.access.intersection(accepted.owner.access)
    }

    /// Worked out when something is made, not whenever somebody authenticates.
    var rights: CredentialRights { accepted.heritable }
    var source: CredentialSource { accepted.source }
    var root: CredentialSource { accepted.root }
    var context: AuthenticationContext? { accepted.context }

    /// What authentication policies would judge of the credential itself.
    func facts(_ source: AuthenticationFacts.Source) -> AuthenticationFacts {
        switch accepted.kind {
        case .accessToken(let claims): AuthenticationFacts(claims, source: source)
        case .session(let ticket): AuthenticationFacts(session: ticket, source: source)
        case .stored(let credential, let mechanism, _):
            AuthenticationFacts(credential, presentedAs: mechanism, source: source)
        }
    }

    /// The authority of a caller that our own authentication made; `nil` for any other.
    static func of(_ caller: Caller) -> CredentialAuthority? { caller.authority as? CredentialAuthority }
}

/// What a credential may do now (security rule 9): never what it could when it was made.
struct RightsEvaluator: Sendable {
    let policies: PolicySet

    func access(_ rights: CredentialRights, owner: IndexedPrincipal) -> NamespaceAccess {
        switch rights {
        case .owner(nil): return owner.access
        case .owner(let ceiling?): return owner.access.intersection(ceiling)
        case .policies(let grants, _):
            let access = current(grants)
            // A service user has roles of its own, and no more of the policies' than these.
            return owner.record.principal.kind == .service ? access.intersection(owner.access) : access
        case .signedIn(let grants, let ceiling):
            let access = grants.isEmpty ? owner.access : owner.access.union(current(grants))
            return ceiling.map { access.intersection($0) } ?? access
        }
    }

    /// Each stored grant as far as its policy still gives it: a policy that is gone gives nothing.
    private func current(_ grants: [PolicyGrant]) -> NamespaceAccess {
        var access = NamespaceAccess.none
        for grant in grants {
            guard let stands = policies.grants(named: grant.policy, provider: grant.provider) else { continue }
            access = access.union(grant.access.intersection(stands))
        }
        return access
    }
}
