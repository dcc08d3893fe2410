package import AccessPolicy
package import Federation

/// Why an exchange was refused. TokenPlugin has the one table from these to RFC codes.
package enum ExchangeFailure: Error, Hashable, Sendable {
    /// The outside token did not pass.
    case subjectToken(FederationFailure)
    /// The token is one of ours, and is not accepted.
    case ownToken(CredentialRefusal)
    case actorToken(FederationFailure)
    case ownActorToken(CredentialRefusal)
    /// `subject_token_type` does not fit what was sent: an opaque token that is declared a JWT.
    case tokenTypeMismatch
    /// The policy allows one exchange, and there was one.
    case replayed
    case policy(RefusalReason)
    /// An authentication policy lets nothing of what is asked for be used with such a token.
    case authentication(WithheldAccess.Denial, isAskedFor: Bool)
    /// Nothing of the subject token's life, or of the policy's, is left.
    case nothingLeftOfLifetime
    case principalDisabled
    /// The subject looks like the id of a principal of ours: the token would pass for somebody else's.
    case subjectReserved
    case cannotSign
    case store(StoreFailure)

    /// The stable code for the audit log and the caller.
    package var code: String {
        switch self {
        case .subjectToken(let failure): failure.code
        case .ownToken: "token.not_accepted"
        case .actorToken(let failure): "actor." + failure.code
        case .ownActorToken: "actor.token.not_accepted"
        case .tokenTypeMismatch: "token.type_mismatch"
        case .replayed: "token.replayed"
        case .policy(let reason): reason.code
        case .authentication(let denial, _): denial.violations.first?.code ?? "authentication.policy"
        case .nothingLeftOfLifetime: "token.expired"
        case .principalDisabled: "principal.disabled"
        case .subjectReserved: "subject.reserved"
        case .cannotSign: "server.cannot_sign"
        case .store: "server.store_unavailable"
        }
    }
}
