import ArgumentParser
import GatehouseClient
import GatehouseConfiguration

/// The one table from what a command threw to what is printed and to the exit code.
struct CommandEnding: Hashable, Sendable {
    let status: CommandStatus
    let standardOutput: String
    let standardError: String

    init(_ status: CommandStatus, standardOutput: String = "", standardError: String = "") {
        (self.status, self.standardOutput, self.standardError) = (status, standardOutput, standardError)
    }

    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure:
            self.init(failure.status, standardError: failure.text)
        case let failure as ClientFailure:
            self.init(CommandFailure(failure).status, standardError: CommandFailure(failure).text)
        case let problems as ConfigurationProblems:
            self.init(.usage, standardError: problems.problems.map { Printable.line("error: \($0)") + "\n" }.joined())
        case let code as ExitCode:
            self.init(CommandStatus(rawValue: code.rawValue) ?? .failure)
        default:
            self.init(parser: error)
        }
    }

    /// What swift-argument-parser threw: a request for help is no error; a usage error is 64 with it and 2 with us.
    private init(parser error: any Error) {
        let code = Gatehouse.exitCode(for: error)
        if code.isSuccess {
            self.init(.success, standardOutput: Gatehouse.message(for: error))
        } else if code == .validationFailure {
            self.init(.usage, standardError: Printable.lines(Gatehouse.fullMessage(for: error)) + "\n")
        } else {
            self.init(.failure, standardError: Printable.lines("error: \(Gatehouse.message(for: error))") + "\n")
        }
    }
}

extension Gatehouse {
    /// Part of swift-argument-parser's interface: how its messages begin.
    public static var _errorPrefix: String { "error: " }
}

extension CommandFailure {
    /// The one table from a call's failure to an exit code.
    init(_ failure: ClientFailure) {
        switch failure {
        case .invalidServer(let reason):
            self.init(.usage, "the server \(reason)", hint: "set --server or GATEHOUSE_URL")
        case .unreachable(let cause):
            self.init(
                .unreachable, "the server cannot be reached: \(FetchFailureText.describe(cause))",
                hint: "is it running, and is --server or GATEHOUSE_URL right? 'gatehouse serve --dev' starts one to try"
            )
        case .notSignedIn(let refusal, hadCredential: true):
            self.init(
                .notSignedIn, Self.message(refusal),
                hint: "the credential is unknown, expired or revoked: get a new one, or run gatehouse login")
        case .notSignedIn(let refusal, hadCredential: false):
            self.init(
                .notSignedIn, Self.message(refusal),
                hint:
                    "run gatehouse login, or give a credential with --token-file, GATEHOUSE_TOKEN or GATEHOUSE_TOKEN_FILE"
            )
        case .unavailable(let refusal, let retryAfter):
            self.init(
                .unreachable, Self.message(refusal),
                hint: "nothing was changed; try again"
                    + (retryAfter.map { " in \(HumanTime.duration(Int64($0)))" } ?? ""))
        case .refused(let refusal):
            self.init(.failure, Self.message(refusal), hint: Self.hint(refusal))
        case .notUnderstood(let status):
            self.init(
                .failure, "the answer (HTTP status \(status)) is not Gatehouse's",
                hint: "another program may listen there: check --server or GATEHOUSE_URL")
        }
    }

    private static func message(_ refusal: ClientFailure.Refusal) -> String {
        let isNamed = refusal.requestID.map { refusal.message.contains($0) } ?? true
        return refusal.message + (isNamed ? "" : " (request \(refusal.requestID ?? ""))")
    }

    /// What helps with the codes that people meet first.
    private static func hint(_ refusal: ClientFailure.Refusal) -> String? {
        switch refusal.code {
        case "policy.no_match", "policy.no_provider_policy":
            "'gatehouse token explain' shows which test of which policy failed"
        case "policy.scope_not_granted": "ask for less: --namespace and --role name more than the policies grant"
        case "policy.audience_not_allowed": "--audience must be listed under audiences of the policy"
        case "policy.credential_type_not_allowed": "--type must be listed under credentials.types of the policy"
        case _ where refusal.code.utf8.starts(with: "token.".utf8) || refusal.code.utf8.starts(with: "provider.".utf8):
            "'gatehouse token explain' shows which check failed"
        // The message says already which one, and what would do.
        case _ where refusal.status == 403 && refusal.message.contains("authentication policy"): nil
        case _ where refusal.status == 403: "the credential has no role that allows this"
        case _ where refusal.status == 429: "too many requests: try again later"
        default: nil
        }
    }
}
