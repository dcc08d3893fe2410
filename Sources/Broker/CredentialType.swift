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

/// The two families of the contract: one's own credentials, and those of service users that administrators make. The
/// SCIM token is of neither.
package enum CredentialFamily: String, CaseIterable, Hashable, Sendable {
    /// Rights and name of whoever made it.
    case personal = "api_credentials"
    /// A service user of its own, with roles and groups.
    case service = "service_credentials"

    package var types: [CredentialType] { CredentialType.allCases.filter { $0.family == self } }
}

extension CredentialType {
    package var family: CredentialFamily? {
        switch self {
        case .apiCertificate, .kubeConfig, .apiToken: .personal
        case .serviceAPIToken, .serviceAPICertificate, .serviceKubeConfig, .siteGlobalKubeConfig,
            .serviceSiteGlobalKubeConfig:
            .service
        case .scimAPIToken: nil
        }
    }

    /// What is handed out.
    package enum Form: Hashable, Sendable { case token, certificate, kubeconfig }

    package var form: Form {
        switch self {
        case .apiToken, .serviceAPIToken, .scimAPIToken: .token
        case .apiCertificate, .serviceAPICertificate: .certificate
        case .kubeConfig, .serviceKubeConfig, .siteGlobalKubeConfig, .serviceSiteGlobalKubeConfig: .kubeconfig
        }
    }

    /// Whether it is for a site and not for a cluster.
    package var isForSite: Bool { self == .siteGlobalKubeConfig || self == .serviceSiteGlobalKubeConfig }
}

/// The class letters of an opaque token: `gth_at_…`. Checked on every use: a SCIM token opens SCIM only.
package enum TokenClass: String, CaseIterable, Hashable, Sendable {
    case apiToken = "at"
    case serviceToken = "st"
    case scimToken = "sc"
    case refreshToken = "rt"
    case authorizationCode = "ac"
    /// In the cookie of a browser, and nowhere else.
    case session = "ss"
    case deviceCode = "dv"
    /// Of an OAuth client.
    case clientSecret = "cs"
    case invitation = "iv"
    /// In an e-mail, to make sure that it reached its address.
    case verification = "ev"
}
