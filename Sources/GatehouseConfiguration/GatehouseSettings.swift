package import JOSE
package import Secrets

/// `gatehouse.yaml`, checked. Nothing here is a path or a URL that was not looked at, and no secret is unread.
package struct GatehouseSettings: Sendable {
    package enum Database: Hashable, Sendable {
        case sqlite(path: String)
    }

    /// The first administrator's token: made and kept in a file, or given.
    package enum BootstrapToken: Sendable {
        case kept(file: String)
        case given(Secret)
    }

    package var listeners: [ListenerSettings]
    /// Our issuer, as in every token: no `/` at the end.
    package var publicURL: WebURL
    package var proxy: ProxySettings?
    package var database: Database
    package var providersFolder: String?
    package var policiesFolder: String?
    package var clientsFolder: String?
    package var keysFolder: String
    /// What new signing keys are for: ES256, RS256 or EdDSA.
    package var signingAlgorithm: SignatureAlgorithm
    /// Origins that may be loopback, private or plain http, byte by byte.
    package var allowedOrigins: [String]
    package var bootstrapToken: BootstrapToken?
    package var limits: LimitSettings
    package var tenant: String
    package var certificates: CertificateConfiguration
    package var plugins: [PluginName]
    /// The service that `user_token` gives one-time tokens for.
    package var userTokenService: WebURL?
    /// `sign_up`: until an administrator changes it.
    package var signUp: SignUpSettings?
    /// Seconds after which a session ends in which nothing happens.
    package var sessionIdle: Int64 = SessionLifetimes.idle
    /// Seconds after which a session ends in any case.
    package var sessionAbsolute: Int64 = SessionLifetimes.absolute
    /// Where e-mail is given to; `nil`: none is sent.
    package var mail: MailSettings?
    /// `authentication_policies: ignore`: the way back in for an operator whom one keeps out.
    package var ignoresAuthenticationPolicies = false

    package init(
        listeners: [ListenerSettings], publicURL: WebURL, proxy: ProxySettings? = nil, database: Database,
        providersFolder: String? = nil, policiesFolder: String? = nil, keysFolder: String,
        signingAlgorithm: SignatureAlgorithm = .ES256,
        allowedOrigins: [String] = [],
        bootstrapToken: BootstrapToken? = nil, limits: LimitSettings = .standard, tenant: String = "default",
        certificates: CertificateConfiguration = CertificateConfiguration(), plugins: [PluginName] = PluginName.standard
    ) {
        self.listeners = listeners
        self.publicURL = publicURL
        self.proxy = proxy
        self.database = database
        self.providersFolder = providersFolder
        self.policiesFolder = policiesFolder
        self.keysFolder = keysFolder
        self.signingAlgorithm = signingAlgorithm
        self.allowedOrigins = allowedOrigins
        self.bootstrapToken = bootstrapToken
        self.limits = limits
        self.tenant = tenant
        self.certificates = certificates
        self.plugins = plugins
    }
}
