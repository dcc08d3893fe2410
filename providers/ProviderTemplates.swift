/// The provider templates of this folder, as they are: YAML, one file each, embedded in the binary.
///
/// GatehouseConfiguration parses them; nothing here knows what is in them.
package enum ProviderTemplates {
    /// File name without `.yaml`, and the bytes.
    package static let all: [(name: String, yaml: [UInt8])] = [
        ("auth0", PackageResources.auth0_yaml),
        ("entra-id", PackageResources.entra_id_yaml),
        ("generic-oidc", PackageResources.generic_oidc_yaml),
        ("github-actions", PackageResources.github_actions_yaml),
        ("gitlab-ci", PackageResources.gitlab_ci_yaml),
        ("google", PackageResources.google_yaml),
        ("keycloak", PackageResources.keycloak_yaml),
        ("kubernetes", PackageResources.kubernetes_yaml),
        ("okta", PackageResources.okta_yaml),
    ]
}
