import GatehouseClient
import HTTPFetch
import Identifiers
import OAuth
import Secrets
import StrictJSON

/// The authorization server of a Gatehouse server, as its metadata describes it (RFC 8414). All of its endpoints are on
/// the server that the user named: codes and tokens go nowhere else.
struct AuthorizationServer: Sendable {
    typealias Call = @Sendable (ClientRequest) async throws(ClientFailure) -> ClientResponse

    /// A public client that every server has (RFC 8252 §8.4): it has no secret to keep.
    static let clientID = "gatehouse-cli"
    static let scope = "openid profile email offline_access api"

    let issuer: String
    private let authorizationPath: String?
    private let tokenPath: String
    private let devicePath: String?
    private let revocationPath: String?
    private let call: Call

    static func discover(
        _ address: ServerAddress, _ call: @escaping Call
    ) async throws(CommandFailure) -> AuthorizationServer {
        let response = try await answer(call, ClientRequest(.GET, "/.well-known/oauth-authorization-server"))
        guard response.status != 404 else {
            throw CommandFailure(
                .failure, "\(address) signs nobody in",
                hint: "is --server right? A server signs people in with the plugin 'sign-in'")
        }
        guard response.status == 200, let metadata = response.json, let issuer = metadata["issuer"]?.stringValue else {
            throw CommandFailure(.notUnderstood(status: response.status))
        }
        // RFC 8414 §3.3: otherwise it speaks for somebody else.
        guard issuer.utf8.elementsEqual(address.description.utf8) else {
            throw CommandFailure(
                .failure, "\(address) calls itself \(Printable.shortened(issuer, to: 200))",
                hint: "sign in with --server and the name that the server has for itself")
        }
        return try AuthorizationServer(issuer: issuer, metadata, call)
    }

    private init(issuer: String, _ metadata: JSONValue, _ call: @escaping Call) throws(CommandFailure) {
        func path(_ name: String) throws(CommandFailure) -> String? {
            guard let endpoint = metadata[name] else { return nil }
            guard let path = endpoint.stringValue.flatMap({ Self.path($0, of: issuer) }) else {
                throw CommandFailure(.failure, "the server's \(name) is not on the server itself")
            }
            return path
        }
        guard let tokenPath = try path("token_endpoint") else {
            throw CommandFailure(.failure, "the server names no token_endpoint")
        }
        (self.issuer, self.tokenPath, self.call) = (issuer, tokenPath, call)
        authorizationPath = try path("authorization_endpoint")
        devicePath = try path("device_authorization_endpoint")
        revocationPath = try path("revocation_endpoint")
    }

    /// Where the browser goes; a query is to be added.
    func authorizationEndpoint() throws(CommandFailure) -> String {
        guard let authorizationPath else {
            throw CommandFailure(.failure, "the server has no sign-in with a browser", hint: "try --device")
        }
        return issuer + authorizationPath
    }

    // MARK: tokens

    /// RFC 6749 §4.1.3, RFC 7636 §4.5
    func redeem(code: Secret, verifier: CodeVerifier, redirectURI: String) async throws(CommandFailure) -> TokenAnswer {
        try await token([
            Field("grant_type", GrantType.authorizationCode.rawValue), Field("code", code, from: .variable("CODE")),
            Field("redirect_uri", redirectURI),
            Field("code_verifier", verifier.secret, from: .variable("CODE_VERIFIER")),
        ])
    }

    /// RFC 6749 §6. The old refresh token is of no use afterwards.
    func refresh(_ token: Secret) async throws(CommandFailure) -> TokenAnswer {
        try await self.token([
            Field("grant_type", GrantType.refreshToken.rawValue),
            Field("refresh_token", token, from: .variable("REFRESH_TOKEN")),
        ])
    }

    /// RFC 8628 §3.4
    func redeem(deviceCode: Secret) async throws(CommandFailure) -> TokenAnswer {
        try await token([
            Field("grant_type", GrantType.deviceCode.rawValue),
            Field("device_code", deviceCode, from: .variable("DEVICE_CODE")),
        ])
    }

    /// RFC 8628 §3.1
    func authorizeDevice() async throws(CommandFailure) -> DeviceCodes {
        guard let devicePath else {
            throw CommandFailure(.failure, "the server has no sign-in with a code", hint: "try it without --device")
        }
        let response = try await post(devicePath, [Field("scope", Self.scope)])
        guard response.status == 200 else { throw CommandFailure(try Self.refusal(response)) }
        guard let codes = response.json.flatMap({ DeviceCodes($0) }),
            Self.path(codes.verificationURI, of: issuer) != nil
        else { throw CommandFailure(.notUnderstood(status: response.status)) }
        return codes
    }

    /// Ends a refresh token and all that came of it (RFC 7009 §2.1).
    func revoke(refreshToken: Secret) async throws(CommandFailure) {
        guard let revocationPath else { throw CommandFailure(.failure, "the server names no revocation_endpoint") }
        let response = try await post(
            revocationPath,
            [
                Field("token", refreshToken, from: .variable("REFRESH_TOKEN")),
                Field("token_type_hint", "refresh_token"),
            ])
        guard response.status != 200 else { return }
        throw CommandFailure(try Self.refusal(response))
    }

    // MARK: calls

    private typealias Field = ClientRequest.FormField

    private func token(_ fields: [Field]) async throws(CommandFailure) -> TokenAnswer {
        let response = try await post(tokenPath, fields)
        guard response.status == 200 else { return .refused(try Self.refusal(response)) }
        guard let grant = response.json.flatMap({ TokenGrant($0) }) else {
            throw CommandFailure(.notUnderstood(status: response.status))
        }
        return .granted(grant)
    }

    private func post(_ path: String, _ fields: [Field]) async throws(CommandFailure) -> ClientResponse {
        try await Self.answer(
            call, ClientRequest(.POST, path, body: .form(fields + [Field("client_id", Self.clientID)])))
    }

    private static func answer(
        _ call: Call, _ request: ClientRequest
    ) async throws(CommandFailure) -> ClientResponse {
        let response: ClientResponse
        do throws(ClientFailure) {
            response = try await call(request)
        } catch {
            throw CommandFailure(error)
        }
        guard response.status != 429, response.status < 500 else {
            throw CommandFailure(
                .unreachable, "the server cannot do it now (HTTP status \(response.status))", hint: "try again later")
        }
        return response
    }

    private static func refusal(_ response: ClientResponse) throws(CommandFailure) -> OAuthRefusal {
        guard (400..<500).contains(response.status), let error = response.json?["error"]?.stringValue else {
            throw CommandFailure(.notUnderstood(status: response.status))
        }
        return OAuthRefusal(error, response.json?["error_description"]?.stringValue)
    }

    /// The rest of a URL of this issuer. The issuer ends with the host and the port, so that a slash must follow.
    private static func path(_ url: String, of issuer: String) -> String? {
        guard url.utf8.starts(with: issuer.utf8), url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        let path = String(decoding: url.utf8.dropFirst(issuer.utf8.count), as: UTF8.self)
        guard path.utf8.first == UInt8(ascii: "/"), !path.utf8.contains(UInt8(ascii: "#")) else { return nil }
        return path
    }
}

extension CommandFailure {
    /// A refusal that nothing but a person can mend.
    init(_ refusal: OAuthRefusal) {
        let words = refusal.description.map { ": " + Printable.shortened($0, to: 200) } ?? ""
        self.init(.failure, "the server refused: \(Printable.shortened(refusal.text, to: 60))\(words)")
    }
}
