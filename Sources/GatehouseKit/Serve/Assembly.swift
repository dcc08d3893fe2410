import APIConventions
import AccessPolicy
import Broker
import CredentialsPlugin
import DescriptionPlugin
import DevelopmentPlugin
import DirectoryPlugin
import Federation
import GatehouseConfiguration
import GatewayPlugin
import HTTPFetch
import Identifiers
import JOSE
import JOSELibJWT
import Logging
import OpenSSLCrypto
import ProvidersPlugin
import SCIMPlugin
import SQLiteStore
import Secrets
import ServerPlugin
import SignInPlugin
import TokenPlugin

/// Everything one server is made of, put together from checked settings: the only place that knows all the parts.
struct Assembly {
    let settings: GatehouseSettings
    let broker: Broker
    let store: SQLiteStore
    let fetcher: HTTPFetcher
    let plugins: [Plugin]
    let access: AccessCheck
    /// The first administrator's token, when it was made now.
    let administratorToken: Secret?

    /// Opens the store, loads or makes the keys, and makes the first administrator when there never was one.
    static func make(
        _ configuration: LoadedConfiguration, additional: [Plugin], time: TimeSource, logger: Logger
    ) async throws -> Assembly {
        let settings = configuration.settings
        let issuer = try Issuer(settings.publicURL.text, allowingPlainHTTPOrigins: settings.ownPlainHTTPOrigin)
        let directory = try KeyDirectory(path: settings.keysFolder)
        let index = CredentialIndex()
        let store = try openStore(settings, node: try directory.nodeName(), index: index)
        let keys = try KeyRing(
            storage: directory, algorithm: settings.signingAlgorithm, timing: .standard, now: time.now(),
            probe: probeWithLibJWT)
        let fetcher = try HTTPFetcher()
        let providers = ProviderRegistry(
            configuration.providers, fetcher: fetcher, allowOrigins: try settings.outboundOrigins(),
            now: { time.now().numericDate })
        let policies = PolicySet(configuration.policies, defaultAudience: issuer.rawValue)
        report(policies, to: logger)
        let broker = try Broker(
            settings: BrokerSettings(
                issuer: issuer, tenant: settings.tenant, signingAlgorithm: settings.signingAlgorithm,
                certificates: settings.certificates.forBroker,
                userTokenService: settings.userTokenService?.text,
                ignoresAuthenticationPolicies: settings.ignoresAuthenticationPolicies,
                sessions: SessionSettings(idle: settings.sessionIdle, absolute: settings.sessionAbsolute),
                signUp: settings.signUp?.forBroker ?? SignUpPolicy(),
                clientCredentials: configuration.clientCredentials), store: store,
            index: index, keys: keys,
            hasher: TokenHasher(key: try directory.tokenHashKey()), sealing: try directory.sealingKey(),
            providers: providers, policies: policies,
            mail: settings.mail.map { BrokerMail($0, time: time, logger: logger) }, time: time
        )
        broker.replaceConfiguredClients(
            configuration.clients.map {
                ConfiguredClient(metadata: $0.metadata, secrets: $0.secrets, roles: $0.roles)
            })
        try await broker.load()
        report(broker.providerRecords().filter { !broker.isInForce($0) }, to: logger)
        let known = broker.providerRecords()
        report(
            configuration.policiesOfOtherProviders.filter { policy in
                !known.contains { $0.name.rawValue.hasSameBytes(as: policy.provider) }
            }, to: logger)
        try await broker.loadAuthority(
            given: settings.certificates.authority.map { ($0.certificate, $0.key) }, sealing: try directory.sealingKey()
        )
        if settings.ignoresAuthenticationPolicies {
            logger.warning("authentication policies are ignored: 'authentication_policies: ignore' is configured")
        }
        let token = try await bootstrap(broker, keeping: settings.bootstrapToken)
        let catalog = Live(RouteCatalog([]))
        let plugins = try described(
            plugins(settings, broker: broker, catalog: catalog) + additional, publicURL: issuer.rawValue)
        catalog.replace(RouteCatalog(plugins.flatMap(\.routes)))
        return Assembly(
            settings: settings, broker: broker, store: store, fetcher: fetcher, plugins: plugins,
            access: AccessCheck(roles: { index.roles }, namespaces: BrokerNamespaces(broker)),
            administratorToken: token)
    }

    private static func openStore(
        _ settings: GatehouseSettings, node: String, index: CredentialIndex
    ) throws -> SQLiteStore {
        switch settings.database {
        case .sqlite(let path): try SQLiteStore(path: path, node: node) { index.apply($0) }
        }
    }

    /// A new signing key is published only after libjwt, which shares no code with ours, verified what it signed. libjwt
    /// 1.10 knows no EdDSA: the probe says so and our own verifier stands in.
    private static let probeWithLibJWT: KeyRing.Probe = { key in _ = try LibJWT.probe(key) }

    /// A refused policy is out of force and loud; the others stay.
    private static func report(_ policies: PolicySet, to logger: Logger) {
        for refused in policies.refused {
            logger.error(
                "policy refused",
                metadata: ["policy": "\(refused.name)", "issues": "\(refused.issues.joined(separator: "; "))"])
        }
    }

    /// They decide nothing until their provider is made over the API.
    private static func report(_ policies: [PolicyDefinition], to logger: Logger) {
        for policy in policies {
            logger.warning(
                "policy of a provider that is not there",
                metadata: ["policy": "\(policy.name)", "provider": "\(policy.provider)"])
        }
    }

    /// Providers made over the API that the configuration, as it came to be, keeps out.
    private static func report(_ providers: [ProviderRecord], to logger: Logger) {
        for provider in providers {
            logger.warning(
                "provider not in force: the configuration has its issuer or name, or no longer allows its URLs",
                metadata: ["provider": "\(provider.name)"])
        }
    }

    /// Makes the first administrator; answers the token when it was made now.
    private static func bootstrap(_ broker: Broker, keeping: GatehouseSettings.BootstrapToken?) async throws -> Secret?
    {
        guard let keeping else { return nil }
        let used = Live<Secret?>(nil)
        let made = try await broker.bootstrapAdministrator { fresh in
            let token: Secret
            switch keeping {
            case .given(let secret): token = secret
            case .kept(let file):
                if let kept = try PrivateFile.read(file) {
                    token = Secret(Array(kept.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }))
                } else {
                    try PrivateFile.write(fresh.reveal() + [UInt8(ascii: "\n")], to: file)
                    token = fresh
                }
            }
            used.replace(token)
            return token
        }
        return made ? used.current : nil
    }

    /// With what tells of them: `/openapi.json` and `/docs`. What a third party added is routed and described by them.
    private static func described(_ plugins: [Plugin], publicURL: String) throws -> [Plugin] {
        let description = try DescriptionPlugin(routes: plugins.flatMap(\.routes), publicURL: publicURL)
        return plugins + [description.plugin]
    }

    /// The plugins that the configuration names.
    private static func plugins(
        _ settings: GatehouseSettings, broker: Broker, catalog: Live<RouteCatalog>
    ) -> [Plugin] {
        let roles: @Sendable () -> RoleCatalog = { broker.roles }
        return settings.plugins.compactMap { name in
            switch name {
            case .credentials: CredentialsPlugin(broker: broker).plugin
            case .directory: DirectoryPlugin(broker: broker, catalog: catalog).plugin
            case .providers: ProvidersPlugin(broker: broker).plugin
            case .token:
                TokenPlugin(broker: broker, roles: roles, hasSignIn: settings.plugins.contains(.signIn)).plugin
            case .scim: SCIMPlugin(broker: broker).plugin
            case .signIn: SignInPlugin(broker: broker).plugin
            // Refused by the configuration reader: `development` is added by `--dev`, the others are not part of this version.
            case .gateway: GatewayPlugin(broker: broker).plugin
            case .development, .console: nil
            }
        }
    }
}

extension CertificateConfiguration {
    /// As the broker asks for it.
    fileprivate var forBroker: CertificateSettings {
        CertificateSettings(
            bundleEncryption: bundles == .aes256 ? .aes256 : .tripleDES, kubernetesServer: kubernetesServer,
            kubernetesAuthority: kubernetesAuthority)
    }
}

extension SignUpSettings {
    /// As the broker asks for it.
    fileprivate var forBroker: SignUpPolicy {
        var policy = SignUpPolicy()
        policy.mode =
            switch mode {
            case .closed: .closed
            case .invitation: .invitation
            case .domains: .domains
            case .open: .open
            }
        policy.domains = domains
        // Whoever wants to approve each one has an administrator, who says so over the API.
        policy.verification = .provider
        policy.roles = roles
        return policy
    }
}
