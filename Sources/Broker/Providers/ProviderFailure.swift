/// Why an operation on providers was refused. ProvidersPlugin has the one table from these to the contract's codes.
package enum ProviderFailure: Error, Hashable, Sendable {
    /// A field of the request, and what is wrong with it.
    case invalid(field: String, reason: String)
    case notFound
    /// What the new provider has and another one has already.
    case alreadyExists(String)
    /// It is of the configuration, which the API does not change.
    case configured(name: String)
    /// Not as things stand.
    case wrongState(String)
    case store(StoreFailure)
    case cannotMake
}
