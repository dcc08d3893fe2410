import AccessPolicy

/// Why a credential operation was refused. CredentialsPlugin has the one table from these to the contract's codes.
package enum CredentialFailure: Error, Hashable, Sendable {
    /// A field of the request, and what is wrong with it.
    case invalid(field: String, reason: String)
    /// None of that name, or somebody else's: the same answer (security rule 18).
    case notFound
    /// A role, group or namespace that the request names and that is not there.
    case unknownReference(kind: String, name: String)
    case notPermitted(String)
    /// The request is right and the state is not: inactive, marked for deletion, of a type that cannot do this.
    case wrongState(String)
    /// As many certificates are being made as may wait.
    case busy
    case store(StoreFailure)
    case cannotMake
}
