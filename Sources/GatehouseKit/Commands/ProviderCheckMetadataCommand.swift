import ArgumentParser
import Federation
import HTTPFetch
import StrictJSON

/// `gatehouse provider check-metadata`: the checks of discovery on a document from a file.
struct ProviderCheckMetadataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-metadata", abstract: "Check a provider's metadata document (openid-configuration).",
        discussion: "Exit code 0 when the server would take it, 1 when not.")

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

    @Argument(help: "The document, - for standard input.")
    var file: String

    @Option(name: .long, help: "The issuer that it must be of; without it, the document's own is taken.")
    var issuer: String?

    @Option(name: .long, help: ArgumentHelp("An origin that may be loopback or plain http.", valueName: "origin"))
    var allowOrigin: [String] = []

    @Option(name: .shortAndLong, help: "How to print it.")
    var output = Format.text

    func run() throws {
        var origins: Set<Origin> = []
        for text in allowOrigin {
            guard let origin = try? Origin(text) else {
                throw CommandFailure(.usage, "--allow-origin must be an origin, such as http://127.0.0.1:9001")
            }
            origins.insert(origin)
        }
        let bytes = try InputFile(file).read()
        let report = MetadataReport(bytes, expecting: issuer, allowing: origins)
        switch output {
        case .text: Console.write(Array(report.text(.standardOutput).utf8))
        case .json: Console.print(report.json.encodedText())
        }
        guard report.failure == nil else { throw CommandFailure.verdict(.failure) }
    }
}

/// What a metadata document says, or why it is not taken.
struct MetadataReport: Sendable {
    let metadata: ProviderMetadata?
    let failure: MetadataFailure?

    init(_ bytes: [UInt8], expecting issuer: String?, allowing origins: Set<Origin>) {
        do throws(MetadataFailure) {
            metadata = try ProviderMetadata(bytes, expecting: issuer, allowing: origins)
            failure = nil
        } catch {
            (metadata, failure) = (nil, error)
        }
    }

    private var members: [(name: String, value: String)] {
        guard let metadata else { return [] }
        let endpoints: [(String, FetchURL?)] = [
            ("jwks_uri", metadata.jwksURI), ("authorization_endpoint", metadata.authorizationEndpoint),
            ("token_endpoint", metadata.tokenEndpoint), ("userinfo_endpoint", metadata.userinfoEndpoint),
            ("end_session_endpoint", metadata.endSessionEndpoint),
            ("device_authorization_endpoint", metadata.deviceAuthorizationEndpoint),
        ]
        return [("issuer", metadata.issuer)] + endpoints.compactMap { name, url in url.map { (name, $0.rawValue) } }
    }

    /// What is legal and still worth knowing.
    var notes: [String] {
        guard let metadata else { return [] }
        var notes: [String] = []
        if metadata.signingAlgorithms.contains(where: { $0.utf8.elementsEqual("none".utf8) }) {
            notes.append("it lists the algorithm 'none', which is never accepted")
        }
        let isSignIn = metadata.authorizationEndpoint != nil
        if isSignIn, !metadata.codeChallengeMethods.contains(where: { $0.utf8.elementsEqual("S256".utf8) }) {
            notes.append("it does not list PKCE with S256")
        }
        return notes
    }

    func text(_ style: Style) -> String {
        guard failure == nil else {
            return
                "\(style.cross) not acceptable  [\(failure?.code ?? "")]\n  hint: \(Printable.line(failure?.hint ?? ""))\n"
        }
        var text = "\(style.tick) acceptable metadata\n"
        for (name, value) in members { text += "  \(name.padding(to: 30)) \(Printable.line(value))\n" }
        let algorithms = metadata?.signingAlgorithms.joined(separator: ", ") ?? ""
        if !algorithms.isEmpty { text += "  \("signing algorithms".padding(to: 30)) \(Printable.line(algorithms))\n" }
        return text + notes.map { "  note: \($0)\n" }.joined()
    }

    var json: JSONValue {
        guard let failure else {
            var object: JSONObject = ["result": "ok"]
            for (name, value) in members { object[name] = JSONValue(value) }
            object["signing_algorithms"] = JSONValue(metadata?.signingAlgorithms ?? [])
            object["notes"] = JSONValue(notes)
            return .object(object)
        }
        return ["result": "refused", "code": JSONValue(failure.code), "hint": JSONValue(failure.hint)]
    }
}
