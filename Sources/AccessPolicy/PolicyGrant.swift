import Identifiers

/// Rights and where they come from: the policy of a provider that gave them.
package struct PolicyGrant: Hashable, Sendable {
    package let policy: String
    package let provider: String
    package let access: NamespaceAccess

    package init(policy: String, provider: String, access: NamespaceAccess) {
        self.policy = policy
        self.provider = provider
        self.access = access
    }

    package static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.policy.hasSameBytes(as: rhs.policy) && lhs.provider.hasSameBytes(as: rhs.provider)
            && lhs.access == rhs.access
    }

    package func hash(into hasher: inout Hasher) {
        policy.hashBytes(into: &hasher)
        provider.hashBytes(into: &hasher)
    }
}
