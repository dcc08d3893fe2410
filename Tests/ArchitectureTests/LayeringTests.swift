import Foundation
import Testing

/// The architecture as a table: what each target may import, beyond the standard library and the leaves.
///
/// SwiftPM lets a file import any module that happens to be built, declared or not, so this test is what keeps the graph in
/// ARCHITECTURE.md true. To add an edge, change it here and say why there.
private let allowed: [String: Set<String>] = [
    // For `inet_pton`: an address has one reader.
    "Identifiers": ["Glibc"],
    "Secrets": [],
    "StrictJSON": [],
    "OpenSSLCrypto": ["COpenSSL"],
    "JOSE": ["OpenSSLCrypto"],
    "JOSELibJWT": ["JOSE", "OpenSSLCrypto", "CLibJWT"],
    "OAuth": [],
    "CEL": [],
    // No HTTP and no store: what provisioning says, as values.
    "SCIM": [],
    "AccessPolicy": ["CEL"],
    "HTTPFetch": ["CCurl", "HTTPTypes"],
    "MailDelivery": ["CCurl"],
    // OpenSSLCrypto for the random texts of a sign-in, and the digests of PKCE and of an ID token.
    "Federation": ["OpenSSLCrypto", "JOSE", "JOSELibJWT", "OAuth", "HTTPFetch", "HTTPTypes"],
    // SCIM for the resources that a directory provisions, and the filters that a store answers in part.
    "Broker": ["OpenSSLCrypto", "JOSE", "OAuth", "SCIM", "AccessPolicy", "Federation"],
    "SQLiteStore": ["Broker", "AccessPolicy", "GRDB", "GRDBSQLite"],
    "ServerPlugin": ["AccessPolicy", "HTTPTypes"],
    // What the contract's plugins share: its JSON on the way in, its errors on the way out.
    "APIConventions": ["ServerPlugin", "Broker", "AccessPolicy"],
    "CredentialsPlugin": ["APIConventions", "ServerPlugin", "Broker", "AccessPolicy", "OpenSSLCrypto", "HTTPTypes"],
    "DirectoryPlugin": ["APIConventions", "ServerPlugin", "Broker", "AccessPolicy", "HTTPTypes"],
    // Federation for the steps of a provider's test.
    // OAuth for the form of the sign-up page; its pages are served as those of signing in.
    "ProvidersPlugin": [
        "APIConventions", "ServerPlugin", "PageServing", "Broker", "Pages", "AccessPolicy", "Federation", "OAuth",
        "HTTPTypes",
    ],
    "SCIMPlugin": ["APIConventions", "ServerPlugin", "Broker", "SCIM", "AccessPolicy", "HTTPTypes"],
    "PageServing": ["ServerPlugin", "Pages", "HTTPTypes"],
    "SignInPlugin": ["ServerPlugin", "PageServing", "Broker", "Pages", "OAuth", "Federation", "HTTPTypes"],
    "GatewayPlugin": ["ServerPlugin", "PageServing", "Broker", "Pages", "OAuth", "AccessPolicy", "HTTPTypes"],
    "TokenPlugin": ["ServerPlugin", "Broker", "AccessPolicy", "OAuth", "JOSE", "Federation", "HTTPTypes"],
    // Speaks as an identity provider of its own, so it signs; it never reaches the broker.
    "DevelopmentPlugin": [
        "ServerPlugin", "PageServing", "Pages", "OAuth", "AccessPolicy", "JOSE", "OpenSSLCrypto", "HTTPTypes",
    ],
    "DescriptionDocuments": ["CDescriptionDocuments"],
    // Does not know Broker: it describes whatever is routed.
    "DescriptionPlugin": ["DescriptionDocuments", "SafeHTML", "ServerPlugin", "HTTPTypes"],
    "SafeHTML": [],
    // Values to bytes: knows neither requests nor sessions.
    "Pages": ["CPageAssets", "SafeHTML"],
    "Observability": ["Glibc", "Foundation"],
    // Does not know Broker: authentication, access and health come in through ServerPlugin's protocols.
    "GatehouseServer": [
        "ServerPlugin", "AccessPolicy", "Observability", "HTTPTypes", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOTLS",
        "NIOSSL",
        "ServiceLifecycle",
    ],
    // OAuth for the metadata of clients in files, which has one reader.
    "GatehouseConfiguration": [
        "AccessPolicy", "Federation", "JOSE", "OAuth", "HTTPFetch", "ProviderTemplates", "Yams", "Glibc",
    ],
    "GatehouseClient": ["HTTPFetch", "HTTPTypes"],
    // Puts everything together, so it may know everything of ours; no C library and no SQL.
    "GatehouseKit": [
        "OpenSSLCrypto", "JOSE", "JOSELibJWT", "OAuth", "CEL", "AccessPolicy", "HTTPFetch", "MailDelivery",
        "Federation", "Broker",
        "SQLiteStore", "ServerPlugin", "APIConventions", "CredentialsPlugin", "TokenPlugin", "DirectoryPlugin",
        "SignInPlugin", "GatewayPlugin", "ProvidersPlugin", "SCIMPlugin",
        "DescriptionPlugin", "DevelopmentPlugin", "Observability", "GatehouseServer", "GatehouseConfiguration",
        "GatehouseClient",
        "HTTPTypes", "ArgumentParser",
        "ServiceLifecycle",
        "UnixSignals",
        "Glibc", "Foundation",
    ],
    "gatehouse": ["GatehouseKit"],
    "SeededRandom": ["Foundation"],
    "GatehouseTesting": [
        "Broker", "ServerPlugin", "Federation", "AccessPolicy", "JOSE", "OAuth", "HTTPFetch", "OpenSSLCrypto",
    ],
]

/// Modules any target may use.
private let everywhere: Set<String> = [
    "Identifiers", "Secrets", "StrictJSON", "Metrics", "Tracing", "Synchronization", "Logging", "FoundationEssentials",
    "Dispatch",
]

/// Targets that may use the system's C library: the owners of C handles, threads, files and sockets.
private let systemLibrary: Set<String> = [
    "HTTPFetch", "MailDelivery", "OpenSSLCrypto", "SQLiteStore", "Observability", "GatehouseServer",
]

@Suite struct LayeringTests {
    @Test(arguments: allowed.keys.sorted())
    func importsOnlyItsLayersBelow(_ target: String) throws {
        var permitted = try #require(allowed[target]).union(everywhere)
        if systemLibrary.contains(target) { permitted.formUnion(["Glibc", "Foundation"]) }
        for file in try Repository.swiftFiles(in: "Sources/" + target) {
            for module in Self.imports(in: try String(contentsOf: file, encoding: .utf8)) {
                #expect(permitted.contains(module), "\(target)/\(file.lastPathComponent) imports \(module)")
            }
        }
    }

    @Test func everyTargetHasARow() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: Repository.root.appending(path: "Sources").path())
        let swiftTargets = try folders.filter { try !Repository.swiftFiles(in: "Sources/" + $0).isEmpty }
        #expect(Set(swiftTargets) == Set(allowed.keys))
    }

    /// libcurl fetches in one place and sends mail in another; the rules of the two have nothing in common.
    @Test func cLibrariesHaveFewImporters() {
        for (library, importers) in ["COpenSSL": 1, "CLibJWT": 1, "CCurl": 2] {
            #expect(allowed.values.filter { $0.contains(library) }.count == importers, "\(library)")
        }
    }

    @Test func theTestSeesImports() {
        let source = """
            import A
            @testable import B
            package import struct C.D
              internal import E
            // import F
            let text = "import G"
            """
        #expect(Self.imports(in: source) == ["A", "B", "C", "E"])
    }

    private static func imports(in source: String) -> [String] {
        source.split(separator: "\n").compactMap { line in
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard let index = words.firstIndex(of: "import"), index <= 2, words.count > index + 1 else { return nil }
            let modifiers: Set<Substring> = [
                "public", "package", "internal", "private", "fileprivate", "@testable", "@preconcurrency",
            ]
            guard words[..<index].allSatisfy(modifiers.contains) else { return nil }
            let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "let", "var", "typealias"]
            let name = kinds.contains(words[index + 1]) && words.count > index + 2 ? words[index + 2] : words[index + 1]
            return name.split(separator: ".").first.map(String.init)
        }
    }
}
