import Glibc

/// What `serve --dev` starts from: real configuration files in the state folder, written once, there to be read and edited.
struct DevelopmentSetup {
    let state: String
    let port: UInt16
    let providerPort: UInt16

    var configuration: String { state + "/gatehouse.yaml" }
    var publicURL: String { "http://127.0.0.1:\(port)" }
    var providerIssuer: String { "http://127.0.0.1:\(providerPort)" }

    /// Writes the files that are not there yet.
    func prepare() throws(FileFailure) {
        for folder in [state, state + "/providers.d", state + "/policies.d"] { try PrivateFile.makeDirectory(folder) }
        for (path, text) in files {
            if try PrivateFile.read(path) == nil { try PrivateFile.write(Array(text.utf8), to: path) }
        }
    }

    private var files: [(path: String, text: String)] {
        [
            (configuration, main), (state + "/providers.d/demo.yaml", provider),
            (state + "/policies.d/demo.yaml", policies),
        ]
    }

    private var main: String {
        """
        # Development setup, made by `gatehouse serve --dev`. NOT FOR PRODUCTION: loopback and plain http.
        listen: 127.0.0.1:\(port)
        public_url: \(publicURL)
        database: sqlite:./gatehouse.db
        providers: ./providers.d
        policies: ./policies.d
        keys: {dir: ./keys}
        outbound: {allow_origins: ["\(providerIssuer)"]}
        bootstrap: {admin_token: {file: ./admin.token}}
        tenant: {name: development}
        plugins: [credentials, token, development]

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
