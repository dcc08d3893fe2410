import GatehouseClient
import HTTPFetch
import Secrets
import StrictJSON

/// Where `exchange` gets the token that vouches for the caller.
enum SubjectSource: Hashable, Sendable {
    case file(String)
    /// The runner gives a URL that makes a token and a credential for it (GitHub Docs, "OpenID Connect").
    case gitHubActions(url: String)

    /// The named file, or what the environment offers.
    static func find(file: String?, environment: [String: String]) throws(CommandFailure) -> SubjectSource {
        if let file { return .file(file) }
        if let url = environment["ACTIONS_ID_TOKEN_REQUEST_URL"], !url.isEmpty { return .gitHubActions(url: url) }
        throw CommandFailure(
            .usage, "no token to exchange",
            hint:
                "give one with --from-file FILE or --from-file -; a GitHub Actions job needs 'permissions: id-token: write'"
        )
    }

    /// For `--curl`, which makes no call: the secret itself is never shown.
    var shown: ClientRequest.SecretSource {
        switch self {
        case .file(let path): InputFile(path).isStandardInput ? .standardInput : .file(path)
        case .gitHubActions: .variable("SUBJECT_TOKEN")
        }
    }

    func token(audience: String, environment: [String: String]) async throws -> Secret {
        switch self {
        case .file(let path): return try InputFile(path).readSecret()
        case .gitHubActions(let url):
            guard let credential = environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"], !credential.isEmpty else {
                throw CommandFailure(
                    .usage, "ACTIONS_ID_TOKEN_REQUEST_URL is set without ACTIONS_ID_TOKEN_REQUEST_TOKEN")
            }
            let (server, target) = Self.split(url)
            let client = try ClientOptions.client(server, Secret(utf8: credential))
            let response = try await client.call(ClientRequest(.GET, target, query: [("audience", audience)]))
            guard let token = response.json?["value"]?.stringValue, !token.isEmpty else {
                throw CommandFailure(.failure, "GitHub Actions answered without a token")
            }
            return Secret(utf8: token)
        }
    }

    /// A URL's origin and the rest. Whether the origin may be called is the client's to say.
    static func split(_ url: String) -> (server: String, target: String) {
        let bytes = Array(url.utf8)
        let slashes = bytes.indices.filter { bytes[$0] == UInt8(ascii: "/") }
        guard slashes.count > 2 else { return (url, "/") }
        return (
            String(decoding: bytes[..<slashes[2]], as: UTF8.self), String(decoding: bytes[slashes[2]...], as: UTF8.self)
        )
    }
}
