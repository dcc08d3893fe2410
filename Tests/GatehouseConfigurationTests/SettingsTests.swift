import GatehouseConfiguration
import Secrets
import Testing

@Suite struct SettingsTests {
    @Test func defaultsAreThoseOfTheInterface() throws {
        let settings = try settings("")
        #expect(settings.publicURL.text == "https://id.example.com")
        #expect(settings.listeners.map(\.address.description) == ["127.0.0.1:8080"])
        #expect(settings.database == .sqlite(path: "var/gatehouse.db"))
        #expect(settings.keysFolder == "var/keys")
        #expect(settings.plugins == [.credentials, .token, .signIn, .providers, .directory, .scim, .gateway])
        #expect(settings.sessionIdle == 7200 && settings.sessionAbsolute == 43_200)
        #expect(settings.clientsFolder == nil)
        #expect(settings.limits[.body] == 65_536)
        #expect(settings.tenant == "default")
    }

    @Test func everythingOfTheInterfaceIsRead() throws {
        var files = MemoryFiles()
        files["etc/cert.pem"] = "CERTIFICATE"
        files["/run/secrets/tls.key"] = "KEY\n"
        files["etc/providers.d/readme.txt"] = ""
        files["etc/policies.d/readme.txt"] = ""
        files["etc/gatehouse.yaml"] = """
            listen:
              - 127.0.0.1:8080
              - {address: "[::1]:8443", tls: true}
              - {address: 127.0.0.1:8081, tls: false}
            public_url: https://id.example.com
            tls: {certificate: cert.pem, key: {file: /run/secrets/tls.key}, client_certificates: none}
            proxy: {trusted: [127.0.0.1, "::1"], client_certificate_header: X-Client-Cert}
            database: sqlite:./var/gatehouse.db
            providers: ./providers.d
            policies: ./policies.d
            keys: {dir: ./var/keys}
            outbound: {allow_origins: ["http://127.0.0.1:9001"]}
            bootstrap: {admin_token: {file: ./var/admin.token}}
            limits: {header_list: 64KiB, idle: 1m, connections: 10}
            tenant: {name: acme}
            sessions: {idle: 30m, absolute: 1d}
            sign_up: {mode: domains, domains: [example.com], namespaces: {payments: [developer]}}
            plugins: [token, sign-in, gateway]
            """
        let settings = try files.load(["etc/gatehouse.yaml"]).settings
        #expect(settings.listeners.map(\.address.description) == ["127.0.0.1:8080", "[::1]:8443", "127.0.0.1:8081"])
        #expect(settings.listeners.map { $0.tls != nil } == [true, true, false])
        #expect(settings.listeners[1].tls?.key.revealText() == "KEY")
        #expect(settings.listeners[1].tls?.certificateFile == "etc/cert.pem")
        #expect(settings.listeners[1].tls?.clientCertificates == TLSFiles.ClientCertificates.none)
        #expect(
            settings.proxy == ProxySettings(trusted: ["127.0.0.1", "::1"], clientCertificateHeader: "X-Client-Cert"))
        #expect(settings.database == .sqlite(path: "etc/var/gatehouse.db"))
        #expect(settings.providersFolder == "etc/providers.d")
        #expect(settings.policiesFolder == "etc/policies.d")
        #expect(settings.keysFolder == "etc/var/keys")
        #expect(settings.allowedOrigins == ["http://127.0.0.1:9001"])
        guard case .kept("etc/var/admin.token")? = settings.bootstrapToken else {
            Issue.record("the bootstrap token is not kept in its file")
            return
        }
        #expect(settings.limits[.headerList] == 64 << 10)
        #expect(settings.limits[.idle] == 60)
        #expect(settings.limits[.connections] == 10)
        #expect(settings.limits[.headers] == 100)
        #expect(settings.tenant == "acme")
        #expect(settings.sessionIdle == 1800 && settings.sessionAbsolute == 86_400)
        #expect(settings.signUp?.mode == .domains && settings.signUp?.domains == ["example.com"])
        #expect(settings.plugins == [.token, .signIn, .gateway])
    }

    @Test func threeTyposAreThreeLines() {
        let files = MemoryFiles([
            "gatehouse.yaml": """
            public_url: https://id.example.com
            databse: sqlite:./x.db
            outbound:
                  allow_origin: []
            tenant: {nam: acme}
            """
        ])
        #expect(
            files.problems() == [
                "gatehouse.yaml:2:1: unknown key 'databse' (did you mean 'database'?)",
                "gatehouse.yaml:4:7: unknown key 'allow_origin' (did you mean 'allow_origins'?)",
                "gatehouse.yaml:5:9: key 'name' is missing",
                "gatehouse.yaml:5:10: unknown key 'nam' (did you mean 'name'?)",
            ])
    }

    @Test(arguments: [
        ("listen: localhost", "gatehouse.yaml:2:9: 'listen' must be host:port, such as 127.0.0.1:8080 or [::1]:8080"),
        (
            "listen: 127.0.0.1:65536",
            "gatehouse.yaml:2:9: 'listen' must be host:port, such as 127.0.0.1:8080 or [::1]:8080"
        ),
        ("listen: 8080", "gatehouse.yaml:2:9: 'listen' must be text, not a number; put it into quotes"),
        (
            "listen: [{address: 127.0.0.1:1, tls: true}]",
            "gatehouse.yaml:2:38: 'tls' is true, but there is no top-level 'tls' with a certificate"
        ),
        (
            "listen: [{address: 127.0.0.1:1, tls: on}]",
            "gatehouse.yaml:2:38: 'tls' must be true or false; write true"
        ),
        ("proxy: {trusted: [10.0.0.0/8]}", "gatehouse.yaml:2:19: 'trusted' must be single addresses, no ranges"),
        ("proxy: {trusted: [proxy]}", "gatehouse.yaml:2:19: 'trusted' must be an IPv4 or IPv6 address"),
        (
            "database: postgres://a/b",
            "gatehouse.yaml:2:11: 'database' is not supported in this version: the database is SQLite only"
        ),
        ("database: sqlite:", "gatehouse.yaml:2:17: not YAML: mapping values are not allowed in this context"),
        (
            "database: mysql:x",
            "gatehouse.yaml:2:11: 'database' must be sqlite:PATH, such as sqlite:./var/gatehouse.db"
        ),
        ("providers: ./none", "gatehouse.yaml:2:12: 'providers' must be a folder, and there is none of that name"),
        (
            "metrics: {listen: 127.0.0.1:9090}",
            "gatehouse.yaml:2:1: 'metrics' is not supported in this version: there is no metrics listener yet"
        ),
        ("clients: ./none", "gatehouse.yaml:2:10: 'clients' must be a folder, and there is none of that name"),
        ("sign_up: open", "gatehouse.yaml:2:10: 'sign_up' must be a map, not text"),
        ("sign_up: {domains: [example.com]}", "gatehouse.yaml:2:10: key 'mode' is missing"),
        ("sign_up: {mode: shut}", "gatehouse.yaml:2:17: 'mode' must be one of closed, invitation, domains, open"),
        (
            "sign_up: {mode: domains}",
            "gatehouse.yaml:2:10: 'sign_up' must have domains with mode 'domains', and with no other"
        ),
        (
            "sign_up: {mode: open, domains: [example.com]}",
            "gatehouse.yaml:2:10: 'sign_up' must have domains with mode 'domains', and with no other"
        ),
        (
            "sign_up: {mode: domains, domains: [Example.com]}",
            "gatehouse.yaml:2:36: 'domains' must be a domain in lower case, such as example.com"
        ),
        (
            "sign_up: {mode: open, namespaces: {payments: [Developer!]}}",
            "gatehouse.yaml:2:47: 'payments' must be 1 to 256 of a-z, 0-9 and '-', beginning with a letter"
        ),
        ("sessions: 2h", "gatehouse.yaml:2:11: 'sessions' must be a map, not text"),
        ("sessions: {idle: 59s}", "gatehouse.yaml:2:18: 'idle' must be 1m to 30d"),
        ("sessions: {idle: 31d}", "gatehouse.yaml:2:18: 'idle' must be 1m to 30d"),
        ("sessions: {absolute: 4m}", "gatehouse.yaml:2:22: 'absolute' must be 5m to 90d"),
        ("sessions: {absolute: 91d}", "gatehouse.yaml:2:22: 'absolute' must be 5m to 90d"),
        ("sessions: {idel: 2h}", "gatehouse.yaml:2:12: unknown key 'idel' (did you mean 'idle'?)"),
        (
            "sessions: {idle: 13h}",
            "gatehouse.yaml:2:11: 'sessions' must have idle at most absolute, which is 12h"
        ),
        (
            "outbound: {allow_origins: [\"http://127.0.0.1:1/\"]}",
            "gatehouse.yaml:2:28: 'allow_origins' must be an origin: scheme, host and port, and no '/' after them"
        ),
        (
            "outbound: {allow_origins: [\"http://Localhost:1\"]}",
            "gatehouse.yaml:2:28: 'allow_origins' must be in lower case and without the scheme's own port: origins are compared "
                + "byte by byte"
        ),
        (
            "plugins: [tokn]",
            "gatehouse.yaml:2:11: 'plugins' must be one of credentials, token, sign-in, providers, directory, scim, gateway, "
                + "console, development (did you mean 'token'?)"
        ),
        ("plugins: [console]", "gatehouse.yaml:2:11: 'plugins' names 'console', which is not part of this version"),
        (
            "plugins: [development]",
            "gatehouse.yaml:2:11: 'plugins' names 'development', which comes with 'gatehouse serve --dev' only"
        ),
        ("plugins: [token, token]", "gatehouse.yaml:2:10: 'plugins' names a plugin twice"),
        (
            "limits: {header_list: 64KB}",
            "gatehouse.yaml:2:23: 'header_list' must be a size such as 512B, 64KiB or 1MiB"
        ),
        (
            "limits: {header_list: 65536}",
            "gatehouse.yaml:2:23: 'header_list' must be a size such as 512B, 64KiB or 1MiB"
        ),
        ("limits: {header_list: 1B}", "gatehouse.yaml:2:23: 'header_list' must be 4KiB to 256KiB"),
        ("limits: {idle: 15}", "gatehouse.yaml:2:16: 'idle' must be a duration such as 30s, 15m, 1h or 90d"),
        ("limits: {idle: 2h}", "gatehouse.yaml:2:16: 'idle' must be 1s to 1h"),
        ("limits: {headers: \"100\"}", "gatehouse.yaml:2:19: 'headers' must be a whole number, without quotes"),
        ("limits: {headers: 1.5}", "gatehouse.yaml:2:19: 'headers' must be a whole number"),
        ("limits: {headers: 5}", "gatehouse.yaml:2:19: 'headers' must be 10 to 1000"),
        (
            "limits: {scim_bulk_body: 1MiB}",
            "gatehouse.yaml:2:26: 'scim_bulk_body' cannot be changed in this version"
        ),
        ("limits: {bodi: 1MiB}", "gatehouse.yaml:2:10: unknown key 'bodi' (did you mean 'body'?)"),
        ("tenant: {name: a b}", "gatehouse.yaml:2:16: 'name' must be 1 to 128 of letters, digits, '.', '_' and '-'"),
        ("tenant: acme", "gatehouse.yaml:2:9: 'tenant' must be a map, not text"),
        ("tenant: {name: }", "gatehouse.yaml:2:10: 'name' has no value"),
        ("keys: {}", "gatehouse.yaml:2:7: key 'dir' is missing"),
        (
            "keys: {dir: k, algorithm: HS256}",
            "gatehouse.yaml:2:27: 'algorithm' must be one of ES256, RS256, EdDSA"
        ),
        (
            "keys: {dir: k, key_encryption_key: {file: x}}",
            "gatehouse.yaml:2:16: 'key_encryption_key' is not supported in this version: signing keys are kept in a folder only"
        ),
        (
            "tls: {certificate: none.pem, key: k}",
            "gatehouse.yaml:2:20: 'certificate' cannot be read: there is no such file"
        ),
    ])
    func aWrongValueIsNamedWithItsPlace(_ lines: String, _ problem: String) {
        #expect(problems(lines) == [problem])
    }

    @Test(arguments: [
        ("http://id.example.com", "must begin with https:// unless it is a loopback address"),
        ("https://id.example.com/", "must not end in '/': it is the issuer of every token, byte by byte"),
        ("https://id.example.com/gate", "must have no path: everything is served from the root"),
        ("https://user@id.example.com", "must be an http or https URL without user, fragment or spaces"),
        ("id.example.com", "must be an http or https URL without user, fragment or spaces"),
        ("ftp://id.example.com", "must be an http or https URL without user, fragment or spaces"),
    ])
    func aPublicURLIsRefused(_ url: String, _ reason: String) {
        let files = MemoryFiles(["gatehouse.yaml": "public_url: \(url)"])
        #expect(files.problems() == ["gatehouse.yaml:1:13: 'public_url' \(reason)"])
    }

    @Test(arguments: [
        "http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:8080", "https://id.example.com:8443",
    ])
    func aPublicURLIsTaken(_ url: String) throws {
        #expect(try MemoryFiles(["gatehouse.yaml": "public_url: \"\(url)\""]).load().settings.publicURL.origin == url)
    }

    /// The published table is the one that holds (security rule 16).
    @Test(arguments: LimitName.allCases.filter { !$0.rawValue.hasPrefix("scim") })
    func everyLimitIsPublished(_ limit: LimitName) throws {
        let repository = FilePath.folder(of: FilePath.folder(of: FilePath.folder(of: #filePath)))
        let page = try ConfigurationFiles.system.read(repository + "/docs/reference/configuration.md", 1 << 20).get()
        let row = "| `\(limit.rawValue)` | \(limit.definition.meaning) | `\(limit.definition.standardText)` |"
        #expect(String(decoding: page.bytes, as: UTF8.self).contains(row))
    }

    @Test(arguments: LimitName.allCases) func everyLimitHasADefaultInItsRange(_ limit: LimitName) {
        #expect(limit.definition.range.contains(limit.definition.standard))
        #expect(!limit.definition.meaning.isEmpty)
    }
}
