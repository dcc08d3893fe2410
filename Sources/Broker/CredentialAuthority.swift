import AccessPolicy

/// What a caller's credential may pass on: remembered in `Caller.authority` from the authentication to the use case.
package struct CredentialAuthority: Sendable {
    package let rights: CredentialRights
    package let source: CredentialSource
    package let root: CredentialSource

    /// The authority of a caller that our own authentication made; `nil` for any other.
    static func of(_ caller: Caller) -> CredentialAuthority? { caller.authority as? CredentialAuthority }
}

/// What a credential may do now (security rule 9): never what it could when it was made.
struct RightsEvaluator: Sendable {
    let policies: PolicySet

    func access(_ rights: CredentialRights, owner: PrincipalRecord) -> NamespaceAccess {
        switch rights {
        case .owner(nil): owner.bindings
        case .owner(let ceiling?): owner.bindings.intersection(ceiling)
        case .policies(let grants, _): current(grants)
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
