import ArgumentParser
import Broker
import Foundation
import GatehouseClient
import StrictJSON

/// Where the secret of an answer goes: it comes once.
struct SecretOutput: ParsableArguments {
    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json, yaml, token, name }

    @Option(
        name: .shortAndLong,
        help: "text, json for the server's answer as it is, yaml, token for the secret alone, or (with --out) name.")
    var output = Format.text

    @Option(
        name: .long,
        help: ArgumentHelp("Writes the secret to a new file that only you can read (mode 0600).", valueName: "file"))
    var out: String?

    @Flag(name: .long, help: "Replaces files that are there already.")
    var force = false

    func validate() throws {
        guard let out else {
            guard output != .name else { throw ValidationError("-o name needs --out: the secret would be lost") }
            guard !force else { throw ValidationError("--force is for the file of --out") }
            return
        }
        try Self.validate(file: out, of: "--out")
        guard output == .text || output == .name else {
            throw ValidationError("with --out the secret is not shown: take -o text or -o name")
        }
    }

    static func validate(file: String, of option: String) throws {
        guard !file.isEmpty, file != "-" else {
            throw ValidationError("\(option) names a file; without it the secret goes to standard output")
        }
    }

    func newFile() throws(CommandFailure) -> NewFile? {
        guard let out else { return nil }
        return try NewFile(out, replacingOld: force)
    }

    /// Prints the answer, or writes its secret to the file. `verb` is what was done: "created".
    func deliver(
        _ answer: SecretAnswer, to file: NewFile?, form: SecretForm, verb: String, notes: [String] = [], now: Int64
    ) throws {
        if let file {
            do throws(CommandFailure) {
                try file.commit(try form.contents(answer.secret))
            } catch {
                file.abandon()
                throw error.losing(answer.name)
            }
        }
        Console.write(text(answer, form: form, verb: verb, notes: notes, now: now, style: .standardOutput))
    }

    func text(
        _ answer: SecretAnswer, form: SecretForm, verb: String, notes: [String], now: Int64, style: Style
    ) -> [UInt8] {
        switch output {
        case .json: return ListFormat.whole(answer.response.body)
        case .yaml: return Array(YAMLWriter.text(answer.response.json ?? .null).utf8)
        case .token: return Array((Printable.line(answer.secret) + "\n").utf8)
        case .name: return Array((Printable.line(answer.name) + "\n").utf8)
        case .text:
            var lines = ["\(style.tick) \(verb) \(Printable.line(answer.name))"]
            if let expires = answer.expires {
                lines[0] += "   expires \(Printable.line(Moment.text(expires, now: now)))"
            }
            lines += notes.map { "  " + Printable.line($0) }
            if let out {
                lines.append("  \(form.rawValue) written to \(Printable.line(out))")
            } else {
                lines.append("  \(form.rawValue) (shown once)  " + Printable.line(answer.secret))
            }
            return Array(lines.map { $0 + "\n" }.joined().utf8)
        }
    }
}

/// An answer with a secret in it, of create and its kin.
struct SecretAnswer: Hashable, Sendable {
    let response: ClientResponse
    let name: String
    let secret: String
    let expires: String?

    init(_ response: ClientResponse) throws(ClientFailure) {
        guard let secret = response.json?["data"]?.stringValue, !secret.isEmpty,
            let name = response.json?["name"]?.stringValue
        else { throw .notUnderstood(status: response.status) }
        (self.response, self.name, self.secret) = (response, name, secret)
        expires = response.json?["expiration_timestamp"]?.stringValue
    }
}

/// What a secret is in a file. A token is its text; the others come as base64 (contract, section 3).
enum SecretForm: String, Hashable, Sendable {
    case token, certificate, kubeconfig

    init(_ type: CredentialType) {
        switch type {
        case .apiToken, .serviceAPIToken, .scimAPIToken: self = .token
        case .apiCertificate, .serviceAPICertificate: self = .certificate
        case .kubeConfig, .serviceKubeConfig, .siteGlobalKubeConfig, .serviceSiteGlobalKubeConfig: self = .kubeconfig
        }
    }

    func contents(_ text: String) throws(CommandFailure) -> [UInt8] {
        guard self != .token else { return Array((text + "\n").utf8) }
        guard let bytes = Data(base64Encoded: text) else {
            throw CommandFailure(.failure, "the answer's secret is not base64, as a \(rawValue) must be")
        }
        return Array(bytes)
    }
}

extension CommandFailure {
    /// The credential is made and nobody has its secret.
    func losing(_ name: String) -> CommandFailure {
        CommandFailure(
            .failure, messages: messages, hint: "the secret of \(name) is lost: revoke it, and make another one")
    }

    /// A call that makes a secret: without an answer the secret is gone, but the credential may be there.
    init(making failure: ClientFailure, key: IdempotencyKey?) {
        let plain = CommandFailure(credential: failure)
        switch failure {
        case .unreachable(let cause) where cause.mayHaveArrived:
            self.init(
                .unreachable, messages: plain.messages,
                hint: key == nil
                    ? "whether it was done is not known: look with 'list'. With --idempotency-key a call can be repeated"
                    : "whether it was done is not known: run the command again, with the same --idempotency-key")
        case .unreachable, .unavailable, .invalidServer, .notSignedIn, .refused, .notUnderstood: self = plain
        }
    }

    /// A call about one credential.
    init(credential failure: ClientFailure) {
        let plain = CommandFailure(failure)
        guard case .refused(let refusal) = failure, refusal.status == 404 else {
            self = plain
            return
        }
        self.init(
            .failure, messages: plain.messages,
            hint: "'list' shows the names; --namespace and --service say where to look")
    }
}

/// The option of calls that make something.
struct IdempotencyOption: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "A text of your own for this call: repeated with it within 24 hours, it is answered and not done again.",
            valueName: "key"))
    var idempotencyKey: IdempotencyKey?
}

extension IdempotencyKey: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}
