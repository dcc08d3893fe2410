import ArgumentParser
import GatehouseClient
import Secrets
import StrictJSON
import Testing

@testable import GatehouseKit

@Suite struct CommandsArgumentTests {
    /// What the parser alone makes of a command line, before anything runs.
    private func ending(_ line: String) async -> CommandStatus {
        do {
            _ = try await Gatehouse.asyncParseAsRoot(line.split(separator: " ").map(String.init))
            return .success
        } catch {
            return CommandEnding(error).status
        }
    }

    @Test(
        arguments: [
            "", "version -o json", "--version", "--help", "help exit-codes", "exit-codes", "credential --help",
            "completion bash",
            "credential list", "cred list -n payments -o name",
            "credential create ci --expires 30d --namespace payments",
            "credential create ci --days 3 -o token", "credential get ci -o yaml", "credential revoke ci --yes",
            "credential list --service --limit 5", "cred create ci --type cert --out c.p12 --password-file -",
            "cred create ci --type API_CERTIFICATE -o json", "cred create ci --type cert --out c.p12 -o name --force",
            "cred create ci --type kubeconfig --cluster c --cluster-namespace n --out k.yaml --pem k.pem",
            "cred create ci --service --type token --role a:b --role *:c --group g --idempotency-key k-1",
            "cred create ci --service --type SITE_GLOBAL_KUBE_CONFIG --site s --out k.yaml",
            "cred create ci --service --type site-kubeconfig --site s -o token", "cred create ci --type cert --curl",
            "cred activate ci --off --service", "cred renew ci --expires 4w -o json", "cred retire ci --force",
            "cred rotate ci --grace 0 --days 3 --out t", "cred usage ci -o name", "cred expiring --within 4w --limit 1",
            "cred replace ci --service --role a:b --yes", "cred replace ci --service --clear",
            "cred revoke a b c --yes -o json", "cred bulk-revoke a b --yes", "cred bulk-revoke --expired --type cert",
            "cred bulk-revoke --expired --service --type cert", "cred needs-renewal ci --expires-in 20%",
            "cred needs-renewal ci --expires-in 12h -o json", "scim-token get", "scim-token create --days 730 --out t",
            "scim-token revoke --yes", "whoami -n payments -o name",
            "exchange --from-file - --namespace a --namespace b --role r --audience https://x --type API_TOKEN -o token",
            "exchange --from-file a --actor-file - --curl",
            "demo-token --repo Acme/App --ref refs/heads/dev --claim a=1",
            "token introspect -", "token revoke file -o", "token verify-jws --jwks k.json --alg RS256 --batch -",
            "token explain --providers p --policies q --offline -o json -", "token explain --config a -c b",
            "provider test github -c gatehouse.yaml", "provider check-metadata - --issuer https://x",
            "policy test a b -f c.json",
            "policy lint a -o json", "policy eval --expression 1+1 --claims -", "policy eval -e claims.a",
            "config validate -c a",
            "keys list --server https://id.example.com", "keys rotate --token-file -",
            "audit verify --database sqlite:x -o json",
            "login", "login --server https://id.example.com --context prod --device", "login --no-browser", "logout",
            "logout --context prod --local", "status -o json", "context list -o name", "context use prod",
            "context delete prod", "token", "token --header", "token --bare --context prod", "token print",
            "whoami --context prod", "cred list --context prod --server https://id.example.com",
        ].filter { $0 != "token revoke file -o" })
    func taken(_ line: String) async { #expect(await ending(line) == .success) }

    @Test(
        arguments: [
            "nonsense", "credential create", "credential create a --expires 5x",
            "credential create a --expires 5d --days 5",
            "credential create a --days -1", "credential list -o wide", "credential revoke",
            "cred create a --days 0", "cred create a --expires 0d", "cred create a --type tokens",
            "cred create a --type api_token", "cred create a --type SERVICE_API_TOKEN",
            "cred create a --service --type API_TOKEN", "cred create a --type SCIM_API_TOKEN",
            "cred create a --type site-kubeconfig --site s --out k", "cred create a --role a:b",
            "cred create a --group g", "cred create a --service --role ab", "cred create a --service --role a:",
            "cred create a --service --role :b", "cred create a --service --role a:b:c",
            "cred create a --password-file p", "cred create a --type cert --password-file p",
            "cred create a --type cert --out c --password-file - --token-file -", "cred create a --cluster c",
            "cred create a --type kubeconfig --out k", "cred create a --type kubeconfig --out k --cluster c",
            "cred create a --type kubeconfig --out k --cluster c --cluster-namespace n --site s",
            "cred create a --service --type site-kubeconfig --out k", "cred create a --pem p",
            "cred create a --type cert --out c --pem p",
            "cred create a --type kubeconfig --cluster c --cluster-namespace n -o json --pem p",
            "cred create a --type kubeconfig --cluster c --cluster-namespace n --out p --pem p",
            "cred create a -o name", "cred create a --out t -o json", "cred create a --out t -o token",
            "cred create a --out -", "cred create a --force", "cred create a --idempotency-key é",
            "cred list --limit 0", "cred activate", "cred renew a --days 0", "cred rotate a --grace 31d",
            "cred rotate a --grace 5", "cred rotate a --grace -1h", "cred expiring --within 5h",
            "cred expiring --within 3651d", "cred replace a --role a:b", "cred replace a --service",
            "cred replace a --service --clear --role a:b", "cred bulk-revoke", "cred bulk-revoke a --expired",
            "cred bulk-revoke a --type cert", "cred bulk-revoke a -n payments",
            "cred bulk-revoke --expired --type SERVICE_API_TOKEN",
            "cred bulk-revoke \((0...200).map(String.init).joined(separator: " "))", "cred needs-renewal",
            "cred needs-renewal a --expires-in 101%", "cred needs-renewal a --expires-in -5%",
            "cred needs-renewal a --expires-in 5", "scim-token create --days 731", "scim-token get x",
            "scim-token create --service", "whoami x",
            "exchange --type KUBE_CONFIG",
            "exchange --from-file - --actor-file -", "exchange --from-file a --namespace a%b --role",
            "demo-token --claim x",
            "demo-token --claim =x", "token verify-jws", "token verify-jws --jwks k --alg none",
            "token verify-jws --jwks k --alg rs256",
            "token explain -o yaml", "policy test", "policy lint", "policy eval", "completion tcsh",
            "audit verify --database x.db",
            "audit verify --database sqlite:", "provider test", "provider check-metadata", "keys list extra",
            "token revoke file -o", "login --device --no-browser", "login x", "login --context a/b",
            "login --context ..", "whoami --context a/b", "context use", "context use -x",
            "context delete a b", "token --header --bare", "token --curl", "logout x", "status -o table",
        ])
    func refused(_ line: String) async { #expect(await ending(line) == .usage) }

    /// A secret in the arguments would be in the process list: there is no option that takes one.
    @Test(
        arguments: [
            "exchange", "credential list", "token introspect", "token revoke", "keys rotate", "cred create a",
            "cred rotate a", "scim-token create", "whoami", "login", "logout", "token",
        ])
    func noOptionTakesASecret(_ line: String) async {
        for option in ["--token", "--credential", "--subject-token", "--password"] {
            #expect(await ending("\(line) \(option) x") == .usage)
        }
    }

    @Test func theCompletionScriptsKnowTheVerbs() {
        for shell in ["bash", "zsh", "fish"] {
            #expect(CompletionCommand.Shell(rawValue: shell) != nil)
        }
        let script = Gatehouse.completionScript(for: .bash)
        for word in ["check-metadata", "bulk-revoke", "site-kubeconfig", "SERVICE_API_CERTIFICATE"] {
            #expect(script.contains(word))
        }
    }

    @Test func demoTokenSendsOnlyWhatWasAskedFor() throws {
        func claims(_ arguments: [String]) throws -> String {
            let command = try DemoTokenCommand.parse(arguments)
            return String(decoding: try command.claims().encoded(), as: UTF8.self)
        }
        #expect(try claims([]) == "{}")
        #expect(
            try claims(["--repo", "Acme/App"])
                == #"{"repository":"Acme/App","repository_owner":"Acme","sub":"repo:Acme/App:ref:refs/heads/main"}"#)
        #expect(
            try claims(["--ref", "refs/heads/dev"])
                == #"{"ref":"refs/heads/dev","sub":"repo:acme/app:ref:refs/heads/dev"}"#)
        #expect(
            try claims([
                "--audience", "a", "--claim", "n=1", "--claim", "t=a=b", "--claim", "l=[1]", "--claim", "aud=b",
            ])
                == #"{"aud":"b","n":1,"t":"a=b","l":[1]}"#)
    }

    @Test(
        arguments: [
            ("https://x.example/a/b?c=d", "https://x.example", "/a/b?c=d"),
            ("https://x.example", "https://x.example", "/"),
            ("nonsense", "nonsense", "/"),
        ])
    func urlsOfGitHubActions(_ url: String, _ server: String, _ target: String) {
        #expect(SubjectSource.split(url) == (server, target))
    }

    @Test func wherethesubjectComesFrom() throws {
        #expect(try SubjectSource.find(file: "f", environment: ["ACTIONS_ID_TOKEN_REQUEST_URL": "u"]) == .file("f"))
        #expect(
            try SubjectSource.find(file: nil, environment: ["ACTIONS_ID_TOKEN_REQUEST_URL": "u"])
                == .gitHubActions(url: "u"))
        let failure = #expect(throws: CommandFailure.self) { try SubjectSource.find(file: nil, environment: [:]) }
        #expect(failure?.status == .usage)
    }

    @Test func aCredentialInTwoPlacesIsAnError() throws {
        let options = try ClientOptions.parse([])
        let failure = #expect(throws: CommandFailure.self) {
            try options.credential(["GATEHOUSE_TOKEN": "a", "GATEHOUSE_TOKEN_FILE": "b"])
        }
        #expect(failure?.status == .usage)
        #expect(try options.credential(["GATEHOUSE_TOKEN": " a\n"])?.revealText() == "a")
        #expect(try options.credential(["GATEHOUSE_TOKEN": ""]) == nil)
        #expect(try options.target(["GATEHOUSE_URL": "https://x.example"]).server.description == "https://x.example")
        #expect(try options.target([:]).server.description == "http://127.0.0.1:8080")
    }
}
