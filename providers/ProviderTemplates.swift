/// The provider templates of this folder, as they are: YAML, one file each, embedded in the binary.
///
/// GatehouseConfiguration parses them; nothing here knows what is in them.
package enum ProviderTemplates {
    /// File name without `.yaml`, and the bytes.
    package static let all: [(name: String, yaml: [UInt8])] = [
        ("apple", PackageResources.apple_yaml),
        ("auth0", PackageResources.auth0_yaml),
        ("authentik", PackageResources.authentik_yaml),
        ("cognito", PackageResources.cognito_yaml),
        ("entra-id", PackageResources.entra_id_yaml),
        ("generic-oauth2", PackageResources.generic_oauth2_yaml),
        ("generic-oidc", PackageResources.generic_oidc_yaml),
        ("github", PackageResources.github_yaml),
        ("github-actions", PackageResources.github_actions_yaml),
        ("gitlab", PackageResources.gitlab_yaml),
        ("gitlab-ci", PackageResources.gitlab_ci_yaml),
        ("google", PackageResources.google_yaml),
        ("jumpcloud", PackageResources.jumpcloud_yaml),
        ("keycloak", PackageResources.keycloak_yaml),
        ("kubernetes", PackageResources.kubernetes_yaml),
        ("okta", PackageResources.okta_yaml),
        ("onelogin", PackageResources.onelogin_yaml),
        ("pingone", PackageResources.pingone_yaml),
        ("zitadel", PackageResources.zitadel_yaml),
    ]
}
