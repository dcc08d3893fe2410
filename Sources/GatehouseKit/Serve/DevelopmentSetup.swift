import Federation
import DevelopmentPlugin
import GatehouseConfiguration
import Identifiers
import JOSE
import Secrets

/// What `serve --dev` starts from: real configuration files in the state folder, written once, there to be read and edited.
struct DevelopmentSetup {
    let state: String
    let port: UInt16
    /// 0: none.
    let httpsPort: UInt16
    let providerPort: UInt16

    var configuration: String { state + "/gatehouse.yaml" }
    var publicURL: String { "http://127.0.0.1:\(port)" }
    var providerIssuer: String { "http://127.0.0.1:\(providerPort)" }

    /// Writes the files that are not there yet.
    func prepare(now: Int64) throws {
        for folder in [state, state + "/providers.d", state + "/policies.d"] { try PrivateFile.makeDirectory(folder) }
        if httpsPort != 0 { try DevelopmentCertificate(folder: state + "/tls").prepare(now: now) }
        for (path, text) in files {
            if try PrivateFile.read(path) == nil { try PrivateFile.write(Array(text.utf8), to: path) }
        }
    }

    /// The development setup stays on loopback, whatever its files were edited to.
    func check(_ settings: GatehouseSettings) throws(SetupFailure) {
        guard settings.listeners.allSatisfy(\.address.isLoopback) else { throw .notLoopback }
    }

    /// The issuer of the demo provider, as its file says.
    func issuer(of configuration: LoadedConfiguration) throws(SetupFailure) -> String {
        guard let demo = configuration.providers.first(where: { $0.name.rawValue.hasSameBytes(as: "demo") }),
            case .exactly(let issuer) = demo.issuer, issuer.rawValue.hasPrefix("http://127.0.0.1:")
        else { throw .noDemoProvider }
        return issuer.rawValue
    }

    /// The administrator's token as it was kept; with `--dev` it is shown at every start.
    func administratorToken() throws(FileFailure) -> Secret? {
        try PrivateFile.read(state + "/admin.token").map { Secret(Array($0.prefix { $0 != UInt8(ascii: "\n") })) }
    }

    private var files: [(path: String, text: String)] {
        [
            (configuration, main), (state + "/providers.d/demo.yaml", provider),
            (state + "/policies.d/demo.yaml", policies), (state + "/providers.d/people.yaml", people),
            (state + "/policies.d/people.yaml", peoplePolicies),
        ]
    }

    private var main: String {
        """
        # Development setup, made by `gatehouse serve --dev`. NOT FOR PRODUCTION: loopback and plain http.
        listen:\(listeners)
        public_url: \(publicURL)
        database: sqlite:./gatehouse.db
        providers: ./providers.d
        policies: ./policies.d
        keys: {dir: ./keys}
        outbound: {allow_origins: ["\(providerIssuer)"]}
        bootstrap: {admin_token: {file: ./admin.token}}
        tenant: {name: development}
        sign_up: {mode: open}
        \(certificates)plugins: [credentials, token, sign-in, providers, directory, scim, gateway]

        """
    }

    /// With https, client certificates can be tried out too.
    private var listeners: String {
        guard httpsPort != 0 else { return " 127.0.0.1:\(port)" }
        let tls = "{certificate: ./tls/server.pem, key: {file: ./tls/server.key}, client_certificates: optional}"
        return "\n  - 127.0.0.1:\(port)\n  - {address: 127.0.0.1:\(httpsPort), tls: \(tls)}"
    }

    private var certificates: String {
        guard httpsPort != 0 else { return "" }
        return """
            certificates:
              kubernetes: {server: "https://127.0.0.1:\(httpsPort)", certificate_authority: ./tls/ca.pem}

            """
    }

    private var provider: String {
        """
        # The demo identity provider of `gatehouse serve --dev`: it vouches for anybody.
        name: demo
        template: generic-oidc
        type: workload
        issuer: \(providerIssuer)
        audiences: [\(publicURL)]

        """
    }

    private var people: String {
        """
        # The people of `gatehouse serve --dev`: alice, bob and carol sign in with a click.
        name: people
        title: Demo people
        template: generic-oidc
        type: oidc
        issuer: \(providerIssuer)\(DemoProvider.people)
        client_id: gatehouse
        client_secret: demo-people-do-not-check-it
        scopes: [openid, profile, email, groups]
        authoritative_domains: [example.org]

        """
    }

    /// What signing in gives: carol comes in too, and may do nothing yet.
    private var peoplePolicies: String {
        """
        policies:
          - name: alice-administers
            provider: people
            when: claims.email_verified && claims.email == "alice@example.org"
            grant: [{namespace: system, roles: [admin]}, {namespace: payments, roles: [admin]}]
            examples:
              - {accept: {email: alice@example.org, email_verified: true}}
              - {refuse: {email: bob@example.org, email_verified: true}}
          - name: developers-develop-payments
            provider: people
            when: ("groups" in claims) && "developers" in claims.groups
            grant: [{namespace: payments, roles: [developer]}]
            examples:
              - {accept: {groups: [developers]}}
              - {refuse: {groups: [admins]}}

        """
    }

    private var policies: String {
        """
        policies:
          - name: deploy-from-main
            provider: demo
            when: claims.repository_id == "456789" && claims.ref == "refs/heads/main"
            grant: [{namespace: payments, roles: [deployer]}]
            credentials: {types: [access_token, API_TOKEN], max_ttl: 15m}
            examples:
              - {accept: {repository_id: "456789", ref: refs/heads/main}}
              - {refuse: {repository_id: "456789", ref: refs/heads/dev}}

        """
    }
}

enum SetupFailure: Error, CustomStringConvertible {
    case notLoopback
    case noDemoProvider

    var description: String {
        switch self {
        case .notLoopback: "--dev listens on loopback only: its gatehouse.yaml names another address"
        case .noDemoProvider: "--dev needs the provider 'demo' in its providers.d, with an issuer on http://127.0.0.1"
        }
    }
}
