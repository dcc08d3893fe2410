/// The provider templates of this folder, as they are: YAML, one file each, embedded in the binary.
///
/// GatehouseConfiguration parses them; nothing here knows what is in them.
package enum ProviderTemplates {
    /// File name without `.yaml`, and the bytes.
    package static let all: [(name: String, yaml: [UInt8])] = [
        ("generic-oidc", PackageResources.generic_oidc_yaml),
    ]
}
