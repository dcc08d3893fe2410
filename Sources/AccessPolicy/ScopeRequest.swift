package import Identifiers

/// The part of its rights that a caller asks for (`namespace:<name>`, `role:<name>` in `scope`); absent is everything.
package struct ScopeRequest: Hashable, Sendable {
    /// `nil`: every namespace.
    package let namespaces: [Key]?
    /// `nil`: every role.
    package let roles: [Key]?
    /// A scope value that is neither: never granted.
    package let unknown: [Key]

    package init(namespaces: [Key]?, roles: [Key]?, unknown: [Key]) {
        self.namespaces = namespaces
        self.roles = roles
        self.unknown = unknown
    }

    package static let everything = ScopeRequest(namespaces: nil, roles: nil, unknown: [])

    package enum Result: Hashable, Sendable {
        case narrowed(NamespaceAccess)
        case refused(RefusalReason)
    }

    /// Exactly the asked part of `held`: everything asked for must be held, in full.
    ///
    /// A named application namespace may be asked for out of `*`. Each asked role must be held in each asked namespace;
    /// without a role, each asked namespace must hold some.
    package func narrow(_ held: NamespaceAccess) -> Result {
        if let value = unknown.first { return .refused(.scopeNotGranted(value.rawValue)) }
        var wantedRoles: Set<RoleName>?
        if let roles {
            var known: Set<RoleName> = []
            for role in roles {
                guard let name = try? RoleName(role.rawValue) else {
                    return .refused(.scopeNotGranted("role:" + role.rawValue))
                }
                known.insert(name)
            }
            wantedRoles = known
        }
        guard let namespaces else { return narrow(held, to: wantedRoles) }
        var result = NamespaceAccess.none
        for namespace in namespaces {
            let value = "namespace:" + namespace.rawValue
            guard let pattern = try? NamespacePattern(namespace.rawValue) else {
                return .refused(.scopeNotGranted(value))
            }
            let there: Set<RoleName> =
                switch pattern {
                case .allApplication: held.entries[.allApplication] ?? []
                case .named(let name): held.roles(in: name)
                }
            guard !there.isEmpty else { return .refused(.scopeNotGranted(value)) }
            if let missing = wantedRoles?.subtracting(there).min() {
                return .refused(.scopeNotGranted("role:" + missing.rawValue))
            }
            result.add(wantedRoles ?? there, in: pattern)
        }
        return .narrowed(result)
    }

    /// All namespaces, certain roles: where they are held. Each must be held somewhere.
    private func narrow(_ held: NamespaceAccess, to wanted: Set<RoleName>?) -> Result {
        guard let wanted else { return .narrowed(held) }
        let everywhere = Set(held.entries.values.joined())
        if let missing = wanted.subtracting(everywhere).min() {
            return .refused(.scopeNotGranted("role:" + missing.rawValue))
        }
        return .narrowed(NamespaceAccess(held.entries.mapValues { $0.intersection(wanted) }))
    }
}
