/// What a policy lets an exchange issue, and what an issued credential may make in turn, as written in
/// `credentials.types`.
///
/// An exchange itself gives an access token or an API token. The others are granted for the Authentication API: a
/// credential that came from an exchange makes only types that its policies name.
package enum PolicyCredentialType: String, CaseIterable, Hashable, Sendable {
    /// A signed JWT (RFC 9068).
    case accessToken = "access_token"
    /// What somebody who signs in may do; it lives as long as sessions do, whatever `max_ttl` says.
    case session
    /// An opaque token in the credential store.
    case apiToken = "API_TOKEN"
    case apiCertificate = "API_CERTIFICATE"
    case kubeConfig = "KUBE_CONFIG"
    case serviceAPIToken = "SERVICE_API_TOKEN"
    case serviceAPICertificate = "SERVICE_API_CERTIFICATE"
    case serviceKubeConfig = "SERVICE_KUBE_CONFIG"
    case siteGlobalKubeConfig = "SITE_GLOBAL_KUBE_CONFIG"
    case serviceSiteGlobalKubeConfig = "SERVICE_SITE_GLOBAL_KUBE_CONFIG"
}
