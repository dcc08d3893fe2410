package import StrictJSON

/// A place in a file of policies.
package struct PolicyPosition: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let file: String
    package let line: Int
    package let column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        lhs.file.utf8.elementsEqual(rhs.file.utf8)
            ? (lhs.line, lhs.column) < (rhs.line, rhs.column) : lhs.file.utf8.lexicographicallyPrecedes(rhs.file.utf8)
    }

    package var description: String { "\(file):\(line):\(column)" }
}

/// Roles that a policy gives in a namespace.
package struct GrantDefinition: Hashable, Sendable {
    package let namespace: NamespacePattern
    package let roles: [RoleName]

    package init(namespace: NamespacePattern, roles: [RoleName]) {
        self.namespace = namespace
        self.roles = roles
    }
}

/// Claims that a policy must accept or must refuse, so that a policy that does not do what its author means never
/// comes into force.
package struct PolicyExample: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable { case accept, refuse }

    package let kind: Kind
    package let claims: JSONObject
    package let position: PolicyPosition?

    package init(_ kind: Kind, claims: JSONObject, position: PolicyPosition? = nil) {
        self.kind = kind
        self.claims = claims
        self.position = position
    }
}

/// A policy as somebody wrote it. Nothing of it is in force before a `PolicySet` has checked it.
package struct PolicyDefinition: Sendable {
    package enum Mode: String, CaseIterable, Hashable, Sendable {
        case enforce
        /// Decide and record what would have been granted, but grant nothing.
        case audit
    }

    package let name: String
    package let position: PolicyPosition?
    /// The name of the provider whose tokens it speaks of.
    package let provider: String
    /// The condition, in CEL.
    package let when: String
    /// Where the text of `when` begins, when it stands in the file as it is; findings then point into it.
    package let whenPosition: PolicyPosition?
    /// What the issued token's `sub` will be, in CEL; absent is the subject of the token presented.
    package let subject: String?
    package let subjectPosition: PolicyPosition?
    package let grant: [GrantDefinition]
    /// `access_token`, `API_TOKEN`; empty is `access_token`.
    package let credentialTypes: [String]
    /// In seconds; absent is `PolicyLimits.defaultLifetime`.
    package let maximumLifetime: Int64?
    /// What an issued token may be for; empty is the set's default audience.
    package let audiences: [String]
    package let singleUse: Bool
    package let mode: Mode
    package let examples: [PolicyExample]

    package init(
        name: String, position: PolicyPosition? = nil, provider: String, when: String,
        whenPosition: PolicyPosition? = nil,
        subject: String? = nil, subjectPosition: PolicyPosition? = nil, grant: [GrantDefinition],
        credentialTypes: [String] = [], maximumLifetime: Int64? = nil, audiences: [String] = [],
        singleUse: Bool = false,
        mode: Mode = .enforce, examples: [PolicyExample] = []
    ) {
        self.name = name
        self.position = position
        self.provider = provider
        self.when = when
        self.whenPosition = whenPosition
        self.subject = subject
        self.subjectPosition = subjectPosition
        self.grant = grant
        self.credentialTypes = credentialTypes
        self.maximumLifetime = maximumLifetime
        self.audiences = audiences
        self.singleUse = singleUse
        self.mode = mode
        self.examples = examples
    }
}

/// What bounds a policy (limits are part of the interface).
package enum PolicyLimits {
    package static let nameBytes = 128
    /// Seconds, when the policy says nothing.
    package static let defaultLifetime: Int64 = 900
    /// Seconds: 90 days.
    package static let maximumLifetime: Int64 = 90 * 86_400
    /// A subject that an expression makes.
    package static let subjectBytes = 512
    package static let audiences = 64
    package static let examples = 256
}
