import Federation
import GatehouseConfiguration
import Testing

/// The templates in the binary, each used as its user would.
@Suite struct TemplateTests {
    private static let uses: [(template: String, lines: String, issuer: String)] = [
        ("auth0", "inputs: {domain: acme.eu.auth0.com}", "https://acme.eu.auth0.com/"),
        (
            "entra-id", "tenants: [72f988bf-86f1-41af-91ab-2d7cd011db47]",
            "https://login.microsoftonline.com/{tenantid}/v2.0"
        ),
        ("generic-oidc", "inputs: {issuer: 'https://login.example'}", "https://login.example"),
        ("generic-oidc", "issuer: https://login.example", "https://login.example"),
        ("github-actions", "", "https://token.actions.githubusercontent.com"),
        ("gitlab-ci", "inputs: {host: gitlab.com}", "https://gitlab.com"),
        ("google", "", "https://accounts.google.com"),
        ("keycloak", "inputs: {host: sso.example, realm: main}", "https://sso.example/realms/main"),
        ("kubernetes", "inputs: {issuer: 'https://k8s.example'}", "https://k8s.example"),
        ("okta", "inputs: {domain: acme.okta.com, server: default}", "https://acme.okta.com/oauth2/default"),
    ]

    @Test(arguments: uses) func isUsable(_ template: String, _ lines: String, _ issuer: String) throws {
        let files = MemoryFiles([
            "gatehouse.yaml": minimal("providers: p"),
            "p/a.yaml": "name: a\ntemplate: \(template)\naudiences: [https://id.example.com]\n\(lines)\n",
        ])
        let provider = try #require(try files.load(templates: .embedded).providers.first)
        #expect(provider.issuerText == issuer)
        #expect(provider.knownClaims.contains { $0.name == "sub" })
    }

    /// A new template brings a row above.
    @Test func everyTemplateIsUsedHere() {
        #expect(TemplateCatalog.embedded.names == Set(Self.uses.map(\.template)).sorted())
    }

    @Test func aTemplateSaysWhichClaimsNeverChange() throws {
        let files = MemoryFiles([
            "gatehouse.yaml": minimal("providers: p"),
            "p/a.yaml": "name: a\ntemplate: github-actions\naudiences: [a]\n",
        ])
        let claims = try #require(try files.load(templates: .embedded).providers.first).knownClaims
        #expect(claims.first { $0.name == "repository_id" }?.isImmutable == true)
        #expect(claims.first { $0.name == "repository" }?.isImmutable == false)
        #expect(claims.first { $0.name == "repository_id" }?.meaning.isEmpty == false)
    }
}
