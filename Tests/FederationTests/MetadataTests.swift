import Federation
import Foundation
import HTTPFetch
import Identifiers
import JOSE
import SeededRandom
import StrictJSON
import Testing

@Suite struct MetadataTests {
    static let refused: [(String, MetadataFailure)] = [
        ("trailing-slash", .issuerMismatch(.trailingSlash)), ("other-case", .issuerMismatch(.letterCase)),
        ("other-issuer", .issuerMismatch(nil)), ("no-issuer", .missing("issuer")),
        ("no-jwks-uri", .missing("jwks_uri")),
        ("issuer-is-a-list", .wrongType("issuer")), ("jwks-uri-is-null", .missing("jwks_uri")),
        ("algorithms-are-a-text", .wrongType("id_token_signing_alg_values_supported")),
        ("http-jwks-uri", .invalidURL("jwks_uri", .notHTTPS)),
        ("metadata-service-jwks-uri", .invalidURL("jwks_uri", .addressRefused(.linkLocal))),
        ("userinfo-jwks-uri", .invalidURL("jwks_uri", .invalidURL(.userInformation))),
        ("http-token-endpoint", .invalidURL("token_endpoint", .notHTTPS)),
        ("error-page", .notJSON(JSONError(.notAnObject, at: 0))),
        ("pasted-prompt", .notJSON(JSONError(.trailingBytes, at: 70))),
        ("two-issuers", .notJSON(JSONError(.duplicateMember, at: 36))),
        ("list", .notJSON(JSONError(.notAnObject, at: 0))),
    ]

    private func fixture(_ name: String) throws -> [UInt8] {
        try Folder.bytes(Folder.fixtures.appending(path: "discovery/\(name).json"))
    }

    @Test(arguments: refused)
    func refuses(_ name: String, because expected: MetadataFailure) throws {
        let bytes = try fixture(name)
        #expect(throws: expected) { try ProviderMetadata(bytes, expecting: sampleIssuer) }
        #expect(!expected.hint.isEmpty && !expected.code.isEmpty)
    }

    /// A document that was altered anywhere is read or refused, and never ends the process.
    @Test func alteredDocumentsAreReadOrRefusedFuzz() throws {
        var random = SeededGenerator(seed: 8414)
        let names = Self.refused.map(\.0)
        var read = 0
        for _ in 0..<4000 {
            var bytes = try fixture(random.pick(names))
            for _ in 0..<(1 + random.next() % 4) where !bytes.isEmpty {
                let index = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: index)
                default: bytes.insert(random.pick(Array("{}[]\",:\\ e0-\u{00}".utf8)), at: index)
                }
            }
            if (try? ProviderMetadata(bytes, expecting: nil)) != nil { read += 1 }
        }
        #expect(read > 0)
    }

    @Test func everyFixtureIsInATest() throws {
        let files = try FileManager.default.contentsOfDirectory(
            atPath: Folder.fixtures.appending(path: "discovery").path)
        let names = files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
        #expect(Set(names) == Set(Self.refused.map(\.0)).union(["full", "minimal", "template"]))
    }

    @Test func reads() throws {
        let minimal = try ProviderMetadata(fixture("minimal"), expecting: sampleIssuer)
        #expect(minimal.jwksURI.rawValue == "https://idp.example/keys")
        #expect(minimal.tokenEndpoint == nil && minimal.signingAlgorithms.isEmpty && !minimal.sendsIssuer)
        let full = try ProviderMetadata(fixture("full"), expecting: sampleIssuer)
        #expect(full.authorizationEndpoint?.rawValue == "https://login.idp.example/authorize")
        #expect(full.tokenEndpoint?.rawValue == "https://idp.example/token")
        #expect(full.deviceAuthorizationEndpoint?.path == "/device")
        #expect(full.signingAlgorithms == ["none", "RS256", "ES256"])
        #expect(full.codeChallengeMethods == ["S256"])
        #expect(full.sendsIssuer)
    }

    @Test func tooLarge() {
        let bytes = [UInt8](repeating: 0x20, count: ProviderMetadata.largestDocument + 1)
        #expect(throws: MetadataFailure.tooLarge) { try ProviderMetadata(bytes, expecting: nil) }
    }

    /// A file whose provider nobody configured yet: the document's own issuer must be one.
    @Test func withoutExpectation() throws {
        #expect(try ProviderMetadata(fixture("trailing-slash"), expecting: nil).issuer == "https://idp.example/")
        #expect(try ProviderMetadata(fixture("template"), expecting: nil).issuer.hasSuffix("/{tenantid}/v2.0"))
        for issuer in ["http://idp.example", "https://idp.example?x=y", "idp", "https://a@b"] {
            let bytes = Array(#"{"issuer":"\#(issuer)","jwks_uri":"https://idp.example/keys"}"#.utf8)
            #expect(throws: MetadataFailure.invalidIssuer) { try ProviderMetadata(bytes, expecting: nil) }
        }
    }

    @Test func anAllowedOriginMayBePlain() throws {
        let origin = try Origin("http://127.0.0.1:9001")
        let bytes = Array(#"{"issuer":"http://127.0.0.1:9001","jwks_uri":"http://127.0.0.1:9001/jwks"}"#.utf8)
        #expect(try ProviderMetadata(bytes, expecting: nil, allowing: [origin]).jwksURI.path == "/jwks")
        #expect(throws: MetadataFailure.invalidURL("jwks_uri", .notHTTPS)) {
            try ProviderMetadata(bytes, expecting: "http://127.0.0.1:9001")
        }
    }

    @Test(
        arguments: [
            ("https://a.example", ProviderKind.oidc, "https://a.example/.well-known/openid-configuration"),
            ("https://a.example/", .workload, "https://a.example/.well-known/openid-configuration"),
            ("https://a.example/x/y", .oidc, "https://a.example/x/y/.well-known/openid-configuration"),
            ("https://a.example/x/", .oidc, "https://a.example/x/.well-known/openid-configuration"),
            ("https://a.example", .oauth2, "https://a.example/.well-known/oauth-authorization-server"),
            ("https://a.example/x", .oauth2, "https://a.example/.well-known/oauth-authorization-server/x"),
        ])
    func wellKnown(_ issuer: String, _ kind: ProviderKind, _ expected: String) throws {
        #expect(try definition(issuer: issuer, kind: kind).metadataURLText == expected)
    }
}

/// What ten real issuers publish. Not ours, so not in the repository.
@Suite(.enabled(if: Folder.hasIssuers, "needs ../shared/data/issuers, which is not part of the repository"))
struct RealIssuerTests {
    static let issuers =
        [
            ("apple", "https://appleid.apple.com"), ("aws-cognito-2017", nil),
            ("entra-common", "https://login.microsoftonline.com/{tenantid}/v2.0"),
            ("github-actions", "https://token.actions.githubusercontent.com"), ("gitlab", "https://gitlab.com"),
            ("google", "https://accounts.google.com"), ("kubernetes-k3s", nil), ("okta-org-implicit", nil),
            ("slack", "https://slack.com"),
            ("yahoo", "https://api.login.yahoo.com"),
        ] as [(String, String?)]

    @Test(arguments: issuers)
    func metadata(_ folder: String, _ issuer: String?) throws {
        let file = Folder.issuers.appending(path: folder).appending(path: "openid-configuration.json")
        let metadata = try ProviderMetadata(Folder.bytes(file), expecting: issuer)
        #expect(metadata.jwksURI.scheme == .https)
    }

    @Test(arguments: issuers.map(\.0).filter { $0 != "okta-org-implicit" })
    func keySet(_ folder: String) throws {
        let keys = try KeySet(jwks: Folder.bytes(Folder.issuers.appending(path: folder).appending(path: "jwks.json")))
        #expect(!keys.keys.isEmpty)
        let fit = keys.keys.filter { !$0.algorithms.isDisjoint(with: ProviderDefinition.defaultAlgorithms) }
        #expect(!fit.isEmpty)
    }

    @Test func allFoldersAreInTheTable() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Folder.issuers.path).filter {
            $0 != "NOTICE.txt"
        }
        #expect(Set(folders) == Set(Self.issuers.map(\.0)))
    }
}
