// swift-tools-version: 6.2
import PackageDescription

/// Strict everywhere: complete concurrency checking (language mode 6), explicit access on imports, visible unsafety,
/// and no warning survives.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// The leaves any target may use; see ARCHITECTURE.md.
let leaves: [Target.Dependency] = ["Identifiers", "Secrets", "StrictJSON"]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")

func module(_ name: String, _ dependencies: [Target.Dependency] = [], leaf: Bool = false) -> Target {
    .target(name: name, dependencies: (leaf ? [] : leaves) + dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: leaves + ["SeededRandom"] + dependencies, swiftSettings: strict)
}

/// Every template in `providers/`; a test compares this list with the folder.
let providerTemplates = [
    "apple", "auth0", "authentik", "cognito", "entra-id", "generic-oauth2", "generic-oidc", "github",
    "github-actions", "gitlab", "gitlab-ci", "google", "jumpcloud", "keycloak", "kubernetes", "okta", "onelogin",
    "pingone", "zitadel",
]

let package = Package(
    name: "gatehouse",
    platforms: [.macOS(.v26)],
    products: [
        .executable(name: "gatehouse", targets: ["gatehouse"]),
        .library(name: "GatehouseKit", targets: ["GatehouseKit"]),
        .library(name: "ServerPlugin", targets: ["ServerPlugin"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
    ],
    targets: [
        // C libraries: module map and shim, one importer each.
        .systemLibrary(name: "CCurl"),
        .systemLibrary(name: "COpenSSL"),
        .systemLibrary(name: "CLibJWT"),

        // Leaves: importable everywhere.
        module("Identifiers", leaf: true),
        module("Secrets", leaf: true),
        .target(name: "StrictJSON", dependencies: ["Identifiers"], swiftSettings: strict),

        // Values.
        module("OpenSSLCrypto", ["COpenSSL"]),
        module("JOSE", ["OpenSSLCrypto"]),
        module("JOSELibJWT", ["JOSE", "CLibJWT"]),
        module("OAuth", []),
        module("CEL", []),
        module("SCIM", []),
        module("AccessPolicy", ["CEL"]),
        // The templates, one YAML file each, embedded in the binary.
        .target(
            name: "ProviderTemplates", path: "providers", exclude: ["README.md", "schema.json"],
            resources: providerTemplates.map { .embedInCode("\($0).yaml") }, swiftSettings: strict),

        // World.
        module("HTTPFetch", ["CCurl", httpTypes]),
        module("MailDelivery", ["CCurl"]),
        module("Federation", ["OpenSSLCrypto", "JOSE", "JOSELibJWT", "OAuth", "HTTPFetch", httpTypes]),

        // Core and stores.
        module("Broker", ["OpenSSLCrypto", "JOSE", "OAuth", "SCIM", "AccessPolicy", "Federation"]),
        module(
            "SQLiteStore",
            [
                "Broker", "AccessPolicy", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),

        // HTTP.
        module("SafeHTML", leaf: true),
        // The pages that people see, and their style sheet, embedded in the binary.
        .target(name: "CPageAssets", exclude: ["style.css"]),
        module("Pages", ["CPageAssets", "SafeHTML"]),
        module("ServerPlugin", ["AccessPolicy", httpTypes]),
        module("APIConventions", ["ServerPlugin", "Broker", "AccessPolicy"]),
        module(
            "CredentialsPlugin",
            ["APIConventions", "ServerPlugin", "Broker", "AccessPolicy", "OpenSSLCrypto", httpTypes]),
        module("DirectoryPlugin", ["APIConventions", "ServerPlugin", "Broker", "AccessPolicy", httpTypes]),
        module(
            "ProvidersPlugin",
            [
                "APIConventions", "ServerPlugin", "PageServing", "Broker", "Federation", "Pages", "AccessPolicy",
                "OAuth",
                httpTypes,
            ]),
        module(
            "SCIMPlugin",
            ["APIConventions", "ServerPlugin", "Broker", "SCIM", "AccessPolicy", httpTypes]),
        module("PageServing", ["ServerPlugin", "Pages", httpTypes]),
        module(
            "SignInPlugin",
            ["ServerPlugin", "PageServing", "Broker", "Pages", "OAuth", "Federation", httpTypes]),
        module(
            "GatewayPlugin", ["ServerPlugin", "PageServing", "Broker", "Pages", "OAuth", "AccessPolicy", httpTypes]),
        module("TokenPlugin", ["ServerPlugin", "Broker", "AccessPolicy", "OAuth", "JOSE", "Federation", httpTypes]),
        // The API's description and the style of its page, embedded in the binary.
        .target(name: "CDescriptionDocuments"),
        .target(
            name: "DescriptionDocuments", dependencies: ["CDescriptionDocuments"],
            exclude: ["openapi.json", "style.css"], swiftSettings: strict),
        module("DescriptionPlugin", ["DescriptionDocuments", "SafeHTML", "ServerPlugin", httpTypes]),
        module(
            "DevelopmentPlugin",
            ["ServerPlugin", "PageServing", "Pages", "OAuth", "AccessPolicy", "JOSE", "OpenSSLCrypto", httpTypes]),
        module("Observability", [logging]),
        module(
            "GatehouseServer",
            [
                "ServerPlugin", "AccessPolicy", "Observability", httpTypes, logging,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),

        // Program.
        module(
            "GatehouseConfiguration",
            [
                "AccessPolicy", "Federation", "JOSE", "OAuth", "HTTPFetch", "ProviderTemplates",
                .product(name: "Yams", package: "Yams"),
            ]),
        module("GatehouseClient", ["HTTPFetch", httpTypes]),
        module(
            "GatehouseKit",
            [
                "OpenSSLCrypto", "JOSE", "JOSELibJWT", "OAuth", "CEL", "AccessPolicy", "HTTPFetch", "MailDelivery",
                "Federation",
                "Broker",
                "SQLiteStore", "ServerPlugin", "APIConventions", "CredentialsPlugin", "TokenPlugin", "DirectoryPlugin",
                "SignInPlugin", "GatewayPlugin", "ProvidersPlugin", "SCIMPlugin", "DescriptionPlugin",
                "DevelopmentPlugin",
                "Observability",
                "GatehouseServer", "GatehouseConfiguration", "GatehouseClient", httpTypes, logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),
        .executableTarget(name: "gatehouse", dependencies: ["GatehouseKit", "Observability"], swiftSettings: strict),

        // Tests.
        module("SeededRandom", leaf: true),
        module(
            "GatehouseTesting",
            ["Broker", "Federation", "AccessPolicy", "JOSE", "OAuth", "HTTPFetch", "OpenSSLCrypto"]),
        tests("IdentifiersTests", []),
        tests("SecretsTests", []),
        tests("StrictJSONTests", []),
        tests("OpenSSLCryptoTests", ["OpenSSLCrypto", "COpenSSL"]),
        tests("JOSETests", ["JOSE", "OpenSSLCrypto"]),
        tests("JOSELibJWTTests", ["JOSELibJWT", "JOSE", "OpenSSLCrypto"]),
        tests("OAuthTests", ["OAuth"]),
        tests("CELTests", ["CEL"]),
        tests("SCIMTests", ["SCIM"]),
        tests("AccessPolicyTests", ["AccessPolicy", "CEL"]),
        tests("MailDeliveryTests", ["MailDelivery"]),
        tests("HTTPFetchTests", ["HTTPFetch", httpTypes]),
        tests(
            "FederationTests",
            [
                "Federation", "JOSE", "JOSELibJWT", "OAuth", "HTTPFetch", "OpenSSLCrypto", httpTypes,
                .product(name: "Yams", package: "Yams"),
            ]),
        tests(
            "BrokerTests",
            ["Broker", "GatehouseTesting", "AccessPolicy", "Federation", "JOSE", "OAuth", "OpenSSLCrypto", "SCIM"]),
        tests(
            "SQLiteStoreTests",
            [
                "SQLiteStore", "Broker", "GatehouseTesting", "AccessPolicy",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        tests(
            "TokenPluginTests",
            [
                "TokenPlugin", "ServerPlugin", "Broker", "GatehouseTesting", "AccessPolicy", "Federation", "JOSE",
                "OAuth",
                httpTypes,
            ]),
        tests(
            "CredentialsPluginTests",
            [
                "APIConventions", "CredentialsPlugin", "DirectoryPlugin", "ProvidersPlugin", "ServerPlugin", "Broker",
                "GatehouseTesting",
                "AccessPolicy", "OpenSSLCrypto", "DescriptionDocuments", "Federation", "HTTPFetch", "JOSE", httpTypes,
            ]),
        tests(
            "DescriptionPluginTests",
            ["DescriptionPlugin", "SafeHTML", "DescriptionDocuments", "ServerPlugin", httpTypes]),
        tests(
            "SignInPluginTests",
            [
                "SignInPlugin", "ServerPlugin", "Broker", "GatehouseTesting", "AccessPolicy", "Federation", "HTTPFetch",
                "JOSE", "OAuth", "OpenSSLCrypto", httpTypes,
            ]),
        tests(
            "GatewayPluginTests",
            ["GatewayPlugin", "ServerPlugin", "Broker", "GatehouseTesting", "AccessPolicy", httpTypes]),
        tests(
            "SCIMPluginTests",
            [
                "SCIMPlugin", "SCIM", "ServerPlugin", "APIConventions", "Broker", "GatehouseTesting", "AccessPolicy",
                httpTypes,
            ]),
        tests("PagesTests", ["Pages", "SafeHTML"]),
        tests("ServerPluginTests", ["ServerPlugin", "AccessPolicy", httpTypes]),
        tests(
            "GatehouseServerTests",
            [
                "GatehouseServer", "ServerPlugin", "AccessPolicy", "Observability", httpTypes, logging,
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        tests("ObservabilityTests", ["Observability", logging]),
        tests(
            "GatehouseConfigurationTests",
            ["GatehouseConfiguration", "AccessPolicy", "Federation", "JOSE", "OAuth", "HTTPFetch"]),
        tests("GatehouseClientTests", ["GatehouseClient", "HTTPFetch", httpTypes]),
        tests(
            "GatehouseKitTests",
            [
                "GatehouseKit", "GatehouseClient", "AccessPolicy", "Federation", "JOSE", "OAuth", "OpenSSLCrypto",
                "Broker", "HTTPFetch",
                "CredentialsPlugin", "DirectoryPlugin", "ProvidersPlugin", "SCIMPlugin", "TokenPlugin",
                "DescriptionPlugin",
                "ServerPlugin", "GatehouseTesting",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        tests("ArchitectureTests", []),
        tests("ProcessTests", ["gatehouse"]),
    ]
)
