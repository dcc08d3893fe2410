internal import Federation

/// The provider of one file, and what we prove to it that we are its client. The two are apart, because the definition
/// is compared, stored and shown, and a secret is none of that.
struct ConfiguredProvider {
    let definition: ProviderDefinition
    /// `nil` where nobody signs in through it.
    let credential: ClientCredential?
}
