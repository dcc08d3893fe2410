import ProviderTemplates

extension TemplateCatalog {
    /// The templates that the binary carries.
    package static let embedded = TemplateCatalog(
        Dictionary(uniqueKeysWithValues: ProviderTemplates.all.map { ($0.name, $0.yaml) }))
}
