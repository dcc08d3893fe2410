import Federation
import GatehouseConfiguration
import JOSE
import Testing

/// The templates in the binary, each used as its user would.
@Suite struct TemplateTests {
    private static let client = "client_id: us\nclient_secret: hunter2\n"
    private static let uses: [(template: String, lines: String, issuer: String)] = [
        ("apple", "", "https://appleid.apple.com"),
        ("auth0", "inputs: {domain: acme.eu.auth0.com}", "https://acme.eu.auth0.com/"),
        (
            "entra-id", "tenants: [72f988bf-86f1-41af-91ab-2d7cd011db47]",
            "https://login.microsoftonline.com/{tenantid}/v2.0"
        ),
        (
            "authentik", "inputs: {host: sso.example, application: gatehouse}",
            "https://sso.example/application/o/gatehouse/"
        ),
        (
            "cognito", "inputs: {region: eu-west-1, pool: eu-west-1_A}",
            "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A"
        ),
        (
            "generic-oauth2",
            client + """
                inputs:
                  issuer: https://login.example
                  authorization_endpoint: https://login.example/authorize
                  token_endpoint: https://login.example/token
                  userinfo_endpoint: https://login.example/me
                  subject_claim: id
                """, "https://login.example"
        ),
        ("github", client, "https://github.com/login/oauth"),
        ("gitlab", "inputs: {host: gitlab.com}", "https://gitlab.com"),
        ("jumpcloud", "", "https://oauth.id.jumpcloud.com/"),
        ("onelogin", "inputs: {subdomain: acme}", "https://acme.onelogin.com/oidc/2"),
        ("pingone", "inputs: {host: auth.pingone.eu, environment: e1}", "https://auth.pingone.eu/e1/as"),
        ("zitadel", "inputs: {domain: acme.zitadel.cloud}", "https://acme.zitadel.cloud"),
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

    /// Without `audiences`: they are the client's id.
    @Test(arguments: uses.filter { !["github-actions", "gitlab-ci", "kubernetes"].contains($0.template) })
    func peopleSignIn(_ template: String, _ lines: String, _ issuer: String) throws {
        let files = MemoryFiles([
            "gatehouse.yaml": minimal("providers: p"),
            "p/a.yaml": "name: a\ntemplate: \(template)\n\(lines.contains(Self.client) ? "" : Self.client)\(lines)\n",
        ])
        let loaded = try files.load(templates: .embedded)
        let provider = try #require(loaded.providers.first)
        #expect(provider.audiences.map(\.rawValue) == ["us"])
        let client = try #require(provider.client)
        #expect(!client.title.isEmpty && !client.icon.isEmpty)
        #expect(client.scopes.contains("openid") == (provider.kind == .oidc))
        guard case .secret? = loaded.clientCredentials[provider.name] else {
            Issue.record("no secret")
            return
        }
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
