import Foundation
@testable import GatehouseClient
import Glibc
import HTTPFetch
import OAuth
import OpenSSLCrypto
import Secrets
import StrictJSON
import Synchronization

@testable import GatehouseKit

/// An authorization server in this process: it keeps codes to their verifier, and a refresh token works once.
final class FakeAuthorizationServer: Sendable {
    struct State {
        var calls: [String] = []
        var challenges: [String: String] = [:]
        var refreshTokens: Set<String> = []
        var made = 0
        /// What the token endpoint says to a device, one after the other; then tokens.
        var deviceErrors: [String] = []
        var failure: ClientFailure?
        var metadata: JSONValue?
        var codesOfDevice: JSONValue = [
            "device_code": "DC", "user_code": "WDJB-MJHT", "verification_uri": "https://id.example.com/device",
            "expires_in": 600, "interval": 5,
        ]
        var omitsRefreshToken = false
        /// The error of the token endpoint instead of tokens.
        var tokenError: (status: Int, error: String)?
    }

    static let issuer = "https://id.example.com"
    let state = Mutex(State())

    var calls: [String] { state.withLock { $0.calls } }
    func count(_ prefix: String) -> Int { calls.count { $0.hasPrefix(prefix) } }

    static func metadata(_ changes: [String: JSONValue] = [:]) -> JSONValue {
        var object: JSONObject = [
            "issuer": JSONValue(issuer), "authorization_endpoint": JSONValue(issuer + "/oauth/authorize"),
            "token_endpoint": JSONValue(issuer + "/oauth/token"),
            "device_authorization_endpoint": JSONValue(issuer + "/oauth/device_authorization"),
            "revocation_endpoint": JSONValue(issuer + "/oauth/revoke"),
        ]
        for (name, value) in changes {
            let kept: JSONValue? = value.isNull ? .none : value
            object[name] = kept
        }
        return .object(object)
    }

    /// A refresh token that works.
    func refreshToken() -> String {
        state.withLock { state in
            state.made += 1
            state.refreshTokens.insert("R\(state.made)")
            return "R\(state.made)"
        }
    }

    /// What the authorization endpoint does with a request once somebody has signed in: the code.
    func code(for url: String) -> String {
        state.withLock { state in
            state.made += 1
            state.challenges["C\(state.made)"] = FakeBrowser.query(url)["code_challenge"]
            return "C\(state.made)"
        }
    }

    var call: AuthorizationServer.Call {
        { (request: ClientRequest) async throws(ClientFailure) -> ClientResponse in
            let body = String(decoding: request.encodedBody, as: UTF8.self)
            let result = self.state.withLock { state -> Result<(Int, JSONValue), ClientFailure> in
                if let failure = state.failure { return .failure(failure) }
                guard request.path != "/.well-known/oauth-authorization-server" else {
                    state.calls.append("metadata")
                    return .success((200, state.metadata ?? Self.metadata()))
                }
                state.calls.append(request.path + " " + body)
                guard let form = try? FormBody(request.encodedBody), form["client_id"] == "gatehouse-cli" else {
                    return .success((401, ["error": "invalid_client"]))
                }
                return .success(Self.answer(request.path, form, &state))
            }
            let (status, json) = try result.get()
            return ClientResponse(status: status, requestID: nil, body: json.encoded(), json: json)
        }
    }

    private static func answer(_ path: String, _ form: FormBody, _ state: inout State) -> (Int, JSONValue) {
        switch path {
        case "/oauth/revoke":
            state.refreshTokens.remove(form["token"] ?? "")
            return (200, [:])
        case "/oauth/device_authorization": return (200, state.codesOfDevice)
        case "/oauth/token": break
        default: return (404, [:])
        }
        if let (status, error) = state.tokenError { return (status, ["error": JSONValue(error)]) }
        switch form["grant_type"] {
        case "refresh_token":
            guard state.refreshTokens.remove(form["refresh_token"] ?? "") != nil else {
                return (400, ["error": "invalid_grant"])
            }
        case "authorization_code":
            guard let challenge = state.challenges.removeValue(forKey: form["code"] ?? ""),
                let verifier = form.secret("code_verifier").flatMap({ try? CodeVerifier($0) }),
                (try? CodeChallenge(method: "S256", challenge: challenge))?
                    .matches(verifier, sha256: SHA2.sha256) == true
            else { return (400, ["error": "invalid_grant"]) }
        case "urn:ietf:params:oauth:grant-type:device_code":
            if !state.deviceErrors.isEmpty { return (400, ["error": JSONValue(state.deviceErrors.removeFirst())]) }
        default: return (400, ["error": "unsupported_grant_type"])
        }
        state.made += 1
        var answer: JSONObject = [
            "access_token": JSONValue("A\(state.made)"), "token_type": "Bearer", "expires_in": 900,
        ]
        if !state.omitsRefreshToken {
            state.refreshTokens.insert("R\(state.made)")
            answer["refresh_token"] = JSONValue("R\(state.made)")
        }
        return (200, .object(answer))
    }
}

/// A browser that does what a test says: it goes back to the loopback address on a thread of its own.
enum FakeBrowser {
    static func query(_ url: String) -> [String: String] {
        let items = URLComponents(string: url)?.queryItems ?? []
        return Dictionary(items.map { ($0.name, $0.value ?? "") }) { first, _ in first }
    }

    static func port(of redirectURI: String) -> UInt16 {
        UInt16(URLComponents(string: redirectURI)?.port ?? 0)
    }

    /// Sends a request and reads the answer to its end; with an empty one, only connects.
    static func send(_ text: String, to port: UInt16) -> String {
        guard let socket = connected(to: port) else { return "not connected" }
        defer { close(socket) }
        let bytes = Array(text.utf8)
        _ = unsafe Glibc.send(socket, bytes, bytes.count, CInt(MSG_NOSIGNAL))
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
            answer += buffer.prefix(count)
        }
    }

    static func get(_ target: String, from port: UInt16) -> String {
        send("GET \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nAccept: */*\r\n\r\n", to: port)
    }

    static func connected(to port: UInt16) -> CInt? {
        let socket = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(socket, $0, size) }
        }
        guard result == 0 else {
            close(socket)
            return nil
        }
        return socket
    }
}

/// Time that passes only by sleeping.
final class FakeClock: Sendable {
    private let state: Mutex<(now: Int64, slept: [Int64])>

    init(_ now: Int64 = 1_000_000) { state = Mutex((now, [])) }

    var now: Int64 { state.withLock { $0.now } }
    var slept: [Int64] { state.withLock { $0.slept } }
    func advance(_ seconds: Int64) { state.withLock { $0.now += seconds } }

    var clock: SignInClock {
        SignInClock(
            now: { self.now },
            sleep: { seconds in
                self.state.withLock {
                    $0.now += seconds
                    $0.slept.append(seconds)
                }
            })
    }
}

/// A folder for contexts that is gone after the test.
final class SignInHome {
    let url = FileManager.default.temporaryDirectory.appending(path: "gatehouse-\(UUID().uuidString)")
    let folder: SignInFolder

    init() {
        folder = SignInFolder(path: url.appending(path: "gatehouse").path(percentEncoded: false))
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(at: url) }

    func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
    func setMode(_ mode: Int, _ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }
    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted() }
}

/// What was told to the person at the terminal.
final class Told: Sendable {
    private let texts = Mutex<[String]>([])
    var text: String { texts.withLock { $0.joined() } }
    var tell: @Sendable (String) -> Void { { text in self.texts.withLock { $0.append(text) } } }
}
