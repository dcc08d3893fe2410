/// What authentication policies keep from somebody, who would have it with another credential.
public struct WithheldAccess: Hashable, Sendable {
    /// Which policy it is, and what it misses.
    public struct Denial: Hashable, Sendable {
        public let policy: String
        public let namespace: NamespaceName
        public let violations: [AuthenticationViolation]

        /// For whoever is denied.
        public var message: String {
            "authentication policy '\(policy)' of namespace '\(namespace)' is not met: "
                + violations.map(\.message).joined(separator: "; ")
        }
    }

    /// By a policy that covers the whole tenant.
    public let everywhere: Denial?
    public let namespaces: [NamespaceName: Denial]

    public static let nothing = WithheldAccess(everywhere: nil, namespaces: [:])

    public init(everywhere: Denial?, namespaces: [NamespaceName: Denial]) {
        self.everywhere = everywhere
        self.namespaces = namespaces
    }

    public var isEmpty: Bool { everywhere == nil && namespaces.isEmpty }

    public func denial(in namespace: NamespaceName) -> Denial? { everywhere ?? namespaces[namespace] }
}

/// The authentication policies in force: which credentials may use what their owner holds.
public struct AuthenticationPolicyTable: Sendable {
    public struct Policy: Hashable, Sendable {
        public let name: String
        public let namespace: NamespaceName
        /// Of `system` only: not just its own namespace but every one, and what has none.
        public let coversTenant: Bool
        public let rules: AuthenticationRules

        public init(name: String, namespace: NamespaceName, coversTenant: Bool, rules: AuthenticationRules) {
            self.name = name
            self.namespace = namespace
            self.coversTenant = coversTenant
            self.rules = rules
        }

        public func denial(_ facts: AuthenticationFacts) -> WithheldAccess.Denial? {
            let violations = rules.violations(of: facts)
            return violations.isEmpty
                ? nil : WithheldAccess.Denial(policy: name, namespace: namespace, violations: violations)
        }
    }

    private let tenant: [Policy]
    private let namespaces: [NamespaceName: [Policy]]

    public init(_ policies: [Policy]) {
        let inOrder = policies.sorted { ($0.namespace.rawValue, $0.name) < ($1.namespace.rawValue, $1.name) }
        tenant = inOrder.filter(\.coversTenant)
        namespaces = Dictionary(grouping: inOrder.filter { !$0.coversTenant }, by: \.namespace)
    }

    public var isEmpty: Bool { tenant.isEmpty && namespaces.isEmpty }

    /// Everything that governs a namespace.
    public func policies(in namespace: NamespaceName) -> [Policy] { tenant + (namespaces[namespace] ?? []) }

    /// Everything that governs the namespaces which an access names: of `*` only what covers the tenant.
    public func policies(naming access: NamespaceAccess) -> [Policy] {
        if isEmpty { return [] }
        return tenant
            + access.entries.keys.flatMap { pattern -> [Policy] in
                guard case .named(let namespace) = pattern else { return [] }
                return namespaces[namespace] ?? []
            }
    }

    /// What is left of somebody's access with that credential. `existing`: every namespace there is, asked for only when
    /// `*` has to be taken apart.
    public func judge(
        _ access: NamespaceAccess, _ facts: AuthenticationFacts, existing: () -> Set<NamespaceName>
    ) -> (access: NamespaceAccess, withheld: WithheldAccess) {
        if isEmpty { return (access, .nothing) }
        for policy in tenant {
            if let denial = policy.denial(facts) {
                return (.none, WithheldAccess(everywhere: denial, namespaces: [:]))
            }
        }
        var denials: [NamespaceName: WithheldAccess.Denial] = [:]
        for (namespace, policies) in governing(access) {
            if let denial = policies.lazy.compactMap({ $0.denial(facts) }).first { denials[namespace] = denial }
        }
        if denials.isEmpty { return (access, .nothing) }
        return (
            access.excluding(Set(denials.keys), existing: existing),
            WithheldAccess(everywhere: nil, namespaces: denials)
        )
    }

    /// The policies of the namespaces where something is held, and of `system`, where everybody's own credentials live.
    private func governing(_ access: NamespaceAccess) -> [(NamespaceName, [Policy])] {
        guard access.entries[.allApplication] == nil else {
            return namespaces.filter { $0.key == .system || !access.roles(in: $0.key).isEmpty }.map { ($0, $1) }
        }
        var found: [(NamespaceName, [Policy])] = namespaces[.system].map { [(.system, $0)] } ?? []
        for case .named(let namespace) in access.entries.keys where namespace != .system {
            if let policies = namespaces[namespace] { found.append((namespace, policies)) }
        }
        return found
    }
}
