package import AccessPolicy

/// A principal as stored, with the roles bound to it.
package struct PrincipalRecord: Hashable, Sendable {
    package let principal: Principal
    package var isEnabled: Bool
    /// Roles bound to a USER or SERVICE. A WORKLOAD has none: its rights come with each credential.
    package var bindings: NamespaceAccess
    package let createdAt: Timestamp
    package var revision: Int64
    /// Of a person; `nil` for everybody else, and for the first administrator.
    package var profile: PersonProfile?
    /// Kept by the sign-ins themselves: a change to the record does not write it.
    package var lastSignInAt: Timestamp?

    package init(
        principal: Principal, isEnabled: Bool = true, bindings: NamespaceAccess, createdAt: Timestamp,
        revision: Int64 = 1, profile: PersonProfile? = nil, lastSignInAt: Timestamp? = nil
    ) {
        self.principal = principal
        self.isEnabled = isEnabled
        self.bindings = bindings
        self.createdAt = createdAt
        self.revision = revision
        self.profile = profile
        self.lastSignInAt = lastSignInAt
    }

    /// The same under another name: somebody was renamed.
    package func named(_ name: String) -> PrincipalRecord {
        PrincipalRecord(
            principal: Principal(id: principal.id, kind: principal.kind, name: name, origin: principal.origin),
            isEnabled: isEnabled, bindings: bindings, createdAt: createdAt, revision: revision, profile: profile,
            lastSignInAt: lastSignInAt)
    }
}
