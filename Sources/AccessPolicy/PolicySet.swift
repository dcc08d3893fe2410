import CEL
import Identifiers

/// A policy that is not in force, and why.
package struct RefusedPolicy: Hashable, Sendable {
    package let name: String
    package let position: PolicyPosition?
    package let issues: [String]
}

/// The policies in force: a pure function from verified claims to rights.
///
/// Policies only add. Their order does not matter: they are kept by name, and what they give is a union.
package struct PolicySet: Sendable {
    /// By name.
    package let policies: [Policy]
    package let refused: [RefusedPolicy]
    package let defaultAudience: String
    /// A decision looks at the policies of its provider only.
    private let byProvider: [Key: [Policy]]
    /// Every use of a credential looks a policy up by its name.
    private let enforced: [Key: Policy]

    package static let empty = PolicySet([], defaultAudience: "")

    /// Takes what is right and refuses what is not, so that one bad policy does not take the others out of force.
    package init(_ definitions: [PolicyDefinition], defaultAudience: String) {
        var policies: [Policy] = []
        var refused: [RefusedPolicy] = []
        var byName: [Key: [PolicyDefinition]] = [:]
        for definition in definitions { byName[Key(definition.name), default: []].append(definition) }
        for definition in definitions {
            let namesakes = byName[Key(definition.name)] ?? []
            guard namesakes.count == 1 else {
                let places = namesakes.compactMap(\.position).sorted().map(\.description).joined(separator: ", ")
                let issue =
                    "the name is used \(namesakes.count) times\(places.isEmpty ? "" : ": " + places); none of them is in force"
                refused.append(RefusedPolicy(name: definition.name, position: definition.position, issues: [issue]))
                continue
            }
            do throws(PolicyIssues) {
                policies.append(try Policy(definition, defaultAudience: defaultAudience))
            } catch {
                refused.append(
                    RefusedPolicy(name: definition.name, position: definition.position, issues: error.issues))
            }
        }
        self.policies = policies.sorted { Key($0.name) < Key($1.name) }
        self.refused = refused
        self.defaultAudience = defaultAudience
        byProvider = Dictionary(grouping: self.policies) { Key($0.provider) }
        var enforced: [Key: Policy] = [:]
        for policy in self.policies where policy.isEnforced { enforced[Key(policy.name)] = policy }
        self.enforced = enforced
    }

    /// What a policy in force grants as it stands now: stored grants are intersected with it at use (security rule 9).
    package func grants(named name: String, provider: String) -> NamespaceAccess? {
        guard let policy = enforced[Key(name)], policy.provider.hasSameBytes(as: provider) else { return nil }
        return policy.access
    }

    /// The roles that policies in force grant: names that mean something to applications, beside those of the catalog.
    package var roles: Set<RoleName> {
        var roles: Set<RoleName> = []
        for policy in enforced.values { for granted in policy.access.entries.values { roles.formUnion(granted) } }
        return roles
    }

    /// Every namespace that a policy names, in audit mode too.
    package var namespaces: Set<NamespaceName> {
        var names: Set<NamespaceName> = []
        for policy in policies {
            for case .named(let name) in policy.access.entries.keys { names.insert(name) }
        }
        return names
    }

    package func decide(_ request: AccessRequest) -> AccessDecision {
        decide(request, assess(request, explaining: false))
    }

    func assess(_ request: AccessRequest, explaining: Bool) -> [PolicyAssessment] {
        guard let candidates = byProvider[Key(request.provider)] else { return [] }
        let bindings = request.bindings
        let audiences = requestedAudiences(request)
        return candidates.map {
            $0.assess(bindings, type: request.credentialType, audiences: audiences, explaining: explaining)
        }
    }

    private func requestedAudiences(_ request: AccessRequest) -> [String] {
        request.audiences.isEmpty ? [defaultAudience] : request.audiences
    }

    /// From what each policy says to what all say. `explain` comes through here too.
    func decide(_ request: AccessRequest, _ assessments: [PolicyAssessment]) -> AccessDecision {
        var held = NamespaceAccess.none
        var hits: [PolicyAssessment] = []
        var wouldGrant: [String] = []
        for assessment in assessments where assessment.verdict == .hit {
            if assessment.policy.isEnforced {
                hits.append(assessment)
                held = held.isEmpty ? assessment.policy.access : held.union(assessment.policy.access)
            } else {
                wouldGrant.append(assessment.policy.name)
            }
        }
        let outcome: AccessDecision.Outcome
        if hits.isEmpty {
            outcome = .refused(Self.reason(assessments))
        } else {
            switch request.scope.narrow(held) {
            case .refused(let reason): outcome = .refused(reason)
            case .narrowed(let access) where access.isEmpty: outcome = .refused(.scopeNotGranted(""))
            case .narrowed(let access):
                outcome = .granted(grant(access, hits, request))
            }
        }
        return AccessDecision(outcome: outcome, wouldGrant: wouldGrant)
    }

    /// Nothing was given: the reason of the policy that came nearest to it.
    private static func reason(_ assessments: [PolicyAssessment]) -> RefusalReason {
        var reason = RefusalReason.noPolicyForProvider
        var rank = 0
        for assessment in assessments where assessment.policy.isEnforced {
            let (candidate, nearness): (RefusalReason, Int) =
                switch assessment.verdict {
                case .credentialTypeNotAllowed: (.credentialTypeNotAllowed, 3)
                case .audienceNotAllowed: (.audienceNotAllowed, 2)
                case .otherProvider, .hit, .miss, .error, .subjectUnusable: (.noMatchingPolicy, 1)
                }
            if nearness > rank { (reason, rank) = (candidate, nearness) }
        }
        return reason
    }

    /// Only policies that give a part of what was asked for count: their limits, and nobody else's, hold.
    private func grant(
        _ access: NamespaceAccess, _ hits: [PolicyAssessment], _ request: AccessRequest
    ) -> AccessDecision.Grant {
        let isWhole = request.scope == .everything
        var grants: [PolicyGrant] = []
        var lifetime = Int64.max
        var singleUse = false
        var types = Set(PolicyCredentialType.allCases)
        var subject: String?
        for hit in hits {
            let policy = hit.policy
            let part = isWhole ? policy.access : policy.access.intersection(access)
            guard !part.isEmpty else { continue }
            if grants.isEmpty { subject = hit.subject }
            grants.append(PolicyGrant(policy: policy.name, provider: policy.provider, access: part))
            lifetime = min(lifetime, policy.maximumLifetime)
            singleUse = singleUse || policy.singleUse
            types.formIntersection(policy.credentialTypes)
        }
        return AccessDecision.Grant(
            grants: grants, access: access, maximumLifetime: lifetime, singleUse: singleUse,
            audiences: requestedAudiences(request), subject: subject ?? request.subject, allowedTypes: types,
            policies: grants.map(\.policy))
    }
}
