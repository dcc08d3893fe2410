/// The credential types of the contract, in the order of its enum: protobuf's number is the index.
package enum CredentialType: String, CaseIterable, Hashable, Sendable {
    case apiCertificate = "API_CERTIFICATE"
    case kubeConfig = "KUBE_CONFIG"
    case apiToken = "API_TOKEN"
    case serviceAPIToken = "SERVICE_API_TOKEN"
    case serviceAPICertificate = "SERVICE_API_CERTIFICATE"
    case serviceKubeConfig = "SERVICE_KUBE_CONFIG"
    case siteGlobalKubeConfig = "SITE_GLOBAL_KUBE_CONFIG"
    case scimAPIToken = "SCIM_API_TOKEN"
    case serviceSiteGlobalKubeConfig = "SERVICE_SITE_GLOBAL_KUBE_CONFIG"

    /// The class of the opaque token that carries it, where one does.
    package var tokenClass: TokenClass? {
        switch self {
        case .apiToken: .apiToken
        case .serviceAPIToken: .serviceToken
        case .scimAPIToken: .scimToken
        case .apiCertificate, .kubeConfig, .serviceAPICertificate, .serviceKubeConfig, .siteGlobalKubeConfig,
            .serviceSiteGlobalKubeConfig:
            nil
        }
    }
}

/// The class letters of an opaque token: `gth_at_…`. Checked on every use: a SCIM token opens SCIM only.
package enum TokenClass: String, CaseIterable, Hashable, Sendable {
    case apiToken = "at"
    case serviceToken = "st"
    case scimToken = "sc"
    case refreshToken = "rt"
    case authorizationCode = "ac"
    case deviceCode = "dv"
}
