package import AccessPolicy
import Identifiers

/// Where authentication policies meet credentials. Every path that accepts one goes through `judge` (security rule 9):
/// requests, exchange, introspection, rotation, and questions about access.
extension Broker {
    /// What of somebody's access the policies leave. `facts` are put together only when there is a policy.
    func judge(
        _ held: NamespaceAccess, _ facts: () -> AuthenticationFacts
    ) -> (access: NamespaceAccess, withheld: WithheldAccess) {
        let table = authenticationPolicies
        if table.isEmpty { return (held, .nothing) }
        return table.judge(held, facts()) { index.namespaces.union(policies.current.namespaces) }
    }

    /// Those in force: none while the configuration says to ignore them, which is how an operator gets back in.
    var authenticationPolicies: AuthenticationPolicyTable {
        settings.ignoresAuthenticationPolicies ? AuthenticationPolicyTable([]) : index.authenticationPolicies
    }

    /// What governs a namespace, for explanations.
    package func authenticationPolicyNames(in namespace: NamespaceName) -> [String] {
        authenticationPolicies.policies(in: namespace).map { "\($0.namespace)/\($0.name)" }
    }

    func source(_ remoteAddress: String) -> AuthenticationFacts.Source { .address(remoteAddress) }

    /// Whether the policies of a namespace let a credential of that type be made for it, and how long it may live in all.
    func allowedLifetime(
        of type: CredentialType, in namespace: NamespaceName
    ) throws(CredentialFailure) -> LifetimeRule.PolicyBound? {
        var bound: LifetimeRule.PolicyBound?
        for policy in authenticationPolicies.policies(in: namespace) {
            let allowed = policy.rules.credentialTypes
            guard allowed.isEmpty || allowed.contains(type.rawValue) else {
                throw .notPermitted(
                    "authentication policy '\(policy.name)' of namespace '\(policy.namespace)' allows credentials of type "
                        + allowed.sorted().joined(separator: ", "))
            }
            guard let seconds = policy.rules.maximumLifetime, seconds < bound?.seconds ?? .max else { continue }
            bound = LifetimeRule.PolicyBound(seconds: seconds, policy: policy.name)
        }
        return bound
    }

    /// The longest life of a token that opens all of that.
    func longestLifetime(opening access: NamespaceAccess) -> Int64 {
        authenticationPolicies.policies(naming: access).compactMap(\.rules.maximumLifetime).min() ?? .max
    }
}

extension AuthenticationFacts {
    init(_ credential: IndexedCredential, presentedAs mechanism: Caller.Mechanism, source: Source) {
        self.init(
            mechanisms: Self.mechanisms(mechanism, root: credential.root), credentialType: credential.type.rawValue,
            lifetime: Self.seconds(from: credential.createdAt, to: credential.expiresAt), context: credential.context,
            source: source)
    }

    init(_ claims: AccessTokenClaims, source: Source) {
        self.init(
            mechanisms: Self.mechanisms(.accessToken, root: claims.root), credentialType: nil,
            lifetime: Self.seconds(from: claims.issuedAt, to: claims.expiresAt), context: claims.context,
            source: source)
    }

    init(session ticket: Ticket, source: Source) {
        self.init(
            mechanisms: [.session], credentialType: nil,
            lifetime: Self.seconds(from: ticket.createdAt, to: ticket.expiresAt), context: ticket.context,
            source: source)
    }

    /// One that is stored and not presented now, as it would be.
    init(_ record: CredentialRecord, source: Source) {
        self.init(
            mechanisms: Self.mechanisms(record.type.form == .token ? .apiToken : .certificate, root: record.root),
            credentialType: record.type.rawValue,
            lifetime: Self.seconds(from: record.createdAt, to: record.expiresAt), context: record.context,
            source: source)
    }

    static func mechanisms(_ mechanism: Caller.Mechanism, root: CredentialSource) -> Set<AuthenticationMechanism> {
        let (isExchanged, isSession) =
            switch root {
            case .subjectToken: (true, false)
            case .session: (false, true)
            case .credential, .bootstrap: (false, false)
            }
        switch mechanism {
        case .session: return [.session]
        case .accessToken: return isSession ? [.session] : [.exchange]
        case .apiToken: return isExchanged ? [.apiToken, .exchange] : [.apiToken]
        case .certificate: return isExchanged ? [.certificate, .exchange] : [.certificate]
        }
    }

    /// Begun seconds count: a policy's bound is in whole ones, and so are the lives that we give.
    private static func seconds(from start: Timestamp, to end: Timestamp) -> Int64 {
        let (milliseconds, overflow) = end.milliseconds.subtractingReportingOverflow(start.milliseconds)
        return overflow ? .max : milliseconds / 1000 + (milliseconds % 1000 > 0 ? 1 : 0)
    }
}
