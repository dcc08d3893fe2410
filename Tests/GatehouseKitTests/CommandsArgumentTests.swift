import ArgumentParser
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
        ].filter { $0 != "token revoke file -o" })
    func taken(_ line: String) async { #expect(await ending(line) == .success) }

    @Test(
        arguments: [
            "nonsense", "credential create", "credential create a --expires 5x",
            "credential create a --expires 5d --days 5",
            "credential create a --days -1", "credential list -o wide", "credential revoke",
            "exchange --type KUBE_CONFIG",
            "exchange --from-file - --actor-file -", "exchange --from-file a --namespace a%b --role",
            "demo-token --claim x",
            "demo-token --claim =x", "token verify-jws", "token verify-jws --jwks k --alg none",
            "token verify-jws --jwks k --alg rs256",
            "token explain -o yaml", "policy test", "policy lint", "policy eval", "completion tcsh",
            "audit verify --database x.db",
            "audit verify --database sqlite:", "provider test", "provider check-metadata", "keys list extra",
            "token revoke file -o",
        ])
    func refused(_ line: String) async { #expect(await ending(line) == .usage) }

    /// A secret in the arguments would be in the process list: there is no option that takes one.
    @Test(arguments: ["exchange", "credential list", "token introspect", "token revoke", "keys rotate"])
    func noOptionTakesASecret(_ line: String) async {
        for option in ["--token", "--credential", "--subject-token", "--password"] {
            #expect(await ending("\(line) \(option) x") == .usage)
        }
    }

    @Test func theCompletionScriptsKnowTheVerbs() {
        for shell in ["bash", "zsh", "fish"] {
            #expect(CompletionCommand.Shell(rawValue: shell) != nil)
        }
        #expect(Gatehouse.completionScript(for: .bash).contains("check-metadata"))
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
        #expect(options.serverText(["GATEHOUSE_URL": "https://x"]) == "https://x")
        #expect(options.serverText([:]) == "http://127.0.0.1:8080")
    }
}
