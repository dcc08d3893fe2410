/// Why policies give nothing. The code is stable: it is in the audit log and in the answer to the caller.
package enum RefusalReason: Error, Hashable, Sendable {
    /// No policy in force speaks of the provider.
    case noPolicyForProvider
    /// No condition was met.
    case noMatchingPolicy
    /// A condition was met, but by no policy that lists the audience or resource.
    case audienceNotAllowed
    /// A condition was met, but by no policy that allows this type of credential.
    case credentialTypeNotAllowed
    /// Asked for more than is granted: the scope value.
    case scopeNotGranted(String)

    package var code: String {
        switch self {
        case .noPolicyForProvider: "policy.no_provider_policy"
        case .noMatchingPolicy: "policy.no_match"
        case .audienceNotAllowed: "policy.audience_not_allowed"
        case .credentialTypeNotAllowed: "policy.credential_type_not_allowed"
        case .scopeNotGranted: "policy.scope_not_granted"
        }
    }
}
