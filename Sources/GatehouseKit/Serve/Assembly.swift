import AccessPolicy
import Broker
import CredentialsPlugin
import DevelopmentPlugin
import Federation
import GatehouseConfiguration
import GatehouseServer
import HTTPFetch
import JOSE
import JOSELibJWT
import Logging
import SQLiteStore
import Secrets
import ServerPlugin
import TokenPlugin

/// Everything one server is made of, put together from checked settings: the only place that knows all the parts.
struct Assembly {
    let settings: GatehouseSettings
    let broker: Broker
    let store: SQLiteStore
    let fetcher: HTTPFetcher
    let plugins: [Plugin]
    let access: AccessCheck
    let administratorToken: Secret?

    /// Opens the store, loads or makes the keys, and makes the first administrator when there never was one.
    static func make(
        _ configuration: LoadedConfiguration, additional: [Plugin], time: TimeSource, logger: Logger
    ) async throws -> Assembly {
        let settings = configuration.settings
        let directory = try KeyDirectory(path: settings.keysDirectory)
        let index = CredentialIndex()
        let store = try openStore(settings, node: try directory.nodeName(), index: index)
        let keys = try KeyRing(
            storage: directory, algorithm: .ES256, timing: .standard, now: time.now(), probe: probeWithLibJWT)
        let fetcher = try HTTPFetcher()
        let providers = ProviderRegistry(
            configuration.providers, fetcher: fetcher, allowOrigins: settings.allowOrigins,
            now: { time.now().numericDate })
        let policies = PolicySet(configuration.policies, defaultAudience: settings.publicURL)
        report(policies, to: logger)
        let broker = Broker(
            settings: BrokerSettings(issuer: settings.issuer, tenant: settings.tenantName), store: store, index: index,
            keys: keys, hasher: TokenHasher(key: try directory.tokenHashKey()), providers: providers, policies: policies,
            time: time)
        try await broker.load()
        let token = try await bootstrap(broker, settings: settings)
        return Assembly(
            settings: settings, broker: broker, store: store, fetcher: fetcher,
            plugins: try plugins(settings, broker: broker, additional: additional, time: time),
            access: AccessCheck(roles: { .builtIn }, namespaces: BrokerNamespaces(broker: broker)),
            administratorToken: token)
    }

    private static func openStore(_ settings: GatehouseSettings, node: String, index: CredentialIndex) throws -> SQLiteStore {
        switch settings.database {
        case .sqlite(let path):
            if let slash = path.lastIndex(of: "/") { try PrivateFile.makeDirectory(String(path[..<slash])) }
            return try SQLiteStore(path: path, node: node) { index.apply($0) }
        }
    }

    /// A new signing key is published only after libjwt, which shares no code with ours, verified what it signed.
    /// libjwt 1.10 knows no EdDSA; such keys are checked by our own verifier when they are made.
    private static let probeWithLibJWT: KeyRing.Probe = { key in try LibJWT.probe(key) }

    /// A refused policy is out of force and loud; the others stay.
    private static func report(_ policies: PolicySet, to logger: Logger) {
        for refused in policies.refused {
            logger.error(
                "policy refused", metadata: ["policy": "\(refused.name)", "issues": "\(refused.issues.joined(separator: "; "))"])
        }
    }

    /// Makes the first administrator; answers the token when it was made now.
    private static func bootstrap(_ broker: Broker, settings: GatehouseSettings) async throws -> Secret? {
        let path = settings.administratorTokenFile
        let box = Live<Secret?>(nil)
        let made = try await broker.bootstrapAdministrator { fresh in
            if let path, let kept = try PrivateFile.read(path) {
                let text = kept.reversed().drop { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.reversed()
                box.replace(Secret(Array(text)))
                return Secret(Array(text))
            }
            if let path { try PrivateFile.write(fresh.reveal() + [UInt8(ascii: "\n")], to: path) }
            box.replace(fresh)
            return fresh
        }
        return made ? box.current : nil
    }

    /// The plugins that the configuration names, and those that a program brings.
    private static func plugins(
        _ settings: GatehouseSettings, broker: Broker, additional: [Plugin], time: TimeSource
    ) throws -> [Plugin] {
        let roles: @Sendable () -> RoleCatalog = { .builtIn }
        var plugins: [Plugin] = []
        for name in settings.plugins {
            switch name {
            case .credentials: plugins.append(CredentialsPlugin(broker: broker, roles: roles).plugin)
            case .token: plugins.append(TokenPlugin(broker: broker, roles: roles).plugin)
            case .development: plugins.append(DemoAPI.plugin { time.now().seconds })
            }
        }
        return plugins + additional
    }
}
