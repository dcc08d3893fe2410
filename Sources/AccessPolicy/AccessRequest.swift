import CEL
package import StrictJSON

/// Verified claims and what their bearer asks for.
package struct AccessRequest: Sendable {
    package let provider: String
    package let issuer: String
    package let subject: String
    package let claims: JSONObject
    package let credentialType: PolicyCredentialType
    /// Requested audiences and resources; empty is the set's default audience.
    package let audiences: [String]
    package let scope: ScopeRequest

    package init(
        provider: String, issuer: String, subject: String, claims: JSONObject, credentialType: PolicyCredentialType,
        audiences: [String], scope: ScopeRequest
    ) {
        self.provider = provider
        self.issuer = issuer
        self.subject = subject
        self.claims = claims
        self.credentialType = credentialType
        self.audiences = audiences
        self.scope = scope
    }

    /// The values of `Policy.environment`.
    var bindings: Bindings {
        [
            "claims": .map(claims), "provider": .string(provider), "issuer": .string(issuer),
            "subject": .string(subject),
        ]
    }
}

/// What the policies say to a request.
package struct AccessDecision: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        case granted(Grant)
        case refused(RefusalReason)
    }

    /// Made only here, so that a grant is always a policy's.
    package struct Grant: Hashable, Sendable {
        /// What each policy gives of it; by the policy's name.
        package let grants: [PolicyGrant]
        package let access: NamespaceAccess
        /// Seconds: the least of the policies that give something.
        package let maximumLifetime: Int64
        /// Whether any of them asks for it.
        package let singleUse: Bool
        package let audiences: [String]
        package let subject: String
        /// What all of them allow.
        package let allowedTypes: Set<PolicyCredentialType>
        package let policies: [String]
    }

    package let outcome: Outcome
    /// Policies in audit mode that would have given something, by name.
    package let wouldGrant: [String]
}
