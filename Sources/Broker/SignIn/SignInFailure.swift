package import Federation
package import OAuth

/// Why a sign-in did not happen. Each has words for the person before the page, and a code for the log and the tests.
package enum SignInFailure: Error, Sendable {
    /// There is no provider of that name through which people sign in.
    case unknownProvider
    /// Nothing was begun in this browser that this would be the end of: another browser, too late, or opened twice.
    case notBegun
    /// What was asked for is more than a browser keeps until its provider's answer comes.
    case tooLong
    /// The answer was used before.
    case alreadyUsed
    /// Too often from there; seconds to wait.
    case tooOften(Int64)
    /// What the provider says is not what must be so.
    case provider(SignInRefusal)
    /// All is well but for what was asked for in particular: how lately, or in what way, the person proves who they are.
    /// Whoever asked for it is told.
    case unmetDemand(SignInRefusal, returnTo: LocalTarget)
    /// The provider vouches for no e-mail address, and there is no user with this identity yet.
    case noVerifiedEmail
    /// Nobody here has this identity, and whoever runs this server lets nobody in by that way. Also when there is a user
    /// with the address whom this provider may not speak for: the two must look the same.
    case notAdmitted
    /// An administrator has to let them in first; they are on the list.
    case awaitsApproval
    /// The invitation is used, ended, or for somebody else.
    case invitation
    case userDisabled
    case store(StoreFailure)
    case cannotMake

    package var code: String {
        switch self {
        case .unknownProvider: "signin.unknown_provider"
        case .notBegun: "signin.not_begun"
        case .tooLong: "signin.too_long"
        case .alreadyUsed: "signin.already_used"
        case .tooOften: "signin.too_often"
        case .provider(let refusal), .unmetDemand(let refusal, _): refusal.code
        case .noVerifiedEmail: "signin.no_verified_email"
        case .notAdmitted: "signin.not_admitted"
        case .awaitsApproval: "signin.awaits_approval"
        case .invitation: "signin.invitation"
        case .userDisabled: "signin.user_disabled"
        case .store: "server.store_unavailable"
        case .cannotMake: "server.internal"
        }
    }
}
