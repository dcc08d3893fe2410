import Federation
import Foundation
import HTTPFetch
import HTTPTypes
import Identifiers
import JOSE
import OpenSSLCrypto
import StrictJSON
import Synchronization
import Testing

/// A key pair that signs whatever header a test wants.
struct TestKey: Sendable {
    let kid: String?
    private let handle: PrivateKeyHandle
    private let signing: SigningKey

    init(_ kid: String?) throws {
        self.kid = kid
        handle = try PrivateKeyHandle(generating: .ed25519)
        signing = try SigningKey(pem: handle.pem(), algorithm: .EdDSA)
    }

    /// The public half as a provider publishes it.
    var jwk: JSONValue {
        var object = signing.publicJWK.objectValue ?? JSONObject()
        object["kid"] = kid.map { JSONValue($0) }
        return .object(object)
    }

    func token(_ claims: JSONObject, header: JSONObject = [:]) throws -> [UInt8] {
        var full: JSONObject = ["alg": "EdDSA", "typ": "JWT"]
        full["kid"] = kid.map { JSONValue($0) }
        for member in header.members {
            full[member.name.rawValue] = member.value.isNull ? JSONValue?.none : member.value
        }
        var token = Base64URL.encodeBytes(JSONValue.object(full).encoded())
        token.append(UInt8(ascii: "."))
        token += Base64URL.encodeBytes(JSONValue.object(claims).encoded())
        let signature = try handle.sign(.ed25519, token)
        return token + [UInt8(ascii: ".")] + Base64URL.encodeBytes(signature)
    }
}

extension JSONObject {
    func with(_ name: String, _ value: JSONValue?) -> JSONObject {
        var copy = self
        copy[name] = value
        return copy
    }
}
func keySet(_ keys: TestKey...) -> [UInt8] { JSONValue.object(["keys": .array(keys.map(\.jwk))]).encoded() }

/// Providers on no network and clocks that a test moves.
final class World: Sendable {
    static let start: Int64 = 1_800_000_000

    private struct State {
        var now = NumericDate(seconds: World.start)
        var uptime: Duration = .seconds(1000)
        var answers: [String: Result<FetchResponse, FetchFailure>] = [:]
        var requests: [FetchRequest] = []
        var isHolding = false
        var held: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Mutex(State())

    var now: NumericDate { state.withLock { $0.now } }
    var uptime: Duration { state.withLock { $0.uptime } }
    var requests: [String] { sent.map(\.url.rawValue) }
    var sent: [FetchRequest] { state.withLock { $0.requests } }
    /// Requests that wait for `release`.
    var heldCount: Int { state.withLock { $0.held.count } }

    /// Both clocks, as time passes.
    func advance(_ seconds: Int64) {
        state.withLock { state in
            state.now = state.now.adding(seconds)
            state.uptime += .seconds(seconds)
        }
    }
    /// Only the time of day, as an administrator or a bad time server does.
    func moveWallClock(_ seconds: Int64) { state.withLock { $0.now = $0.now.adding(seconds) } }

    func answer(
        _ url: String, _ body: [UInt8], status: Int = 200, cacheControl: String? = nil, _ fields: HTTPFields = [:]
    ) {
        var headers = fields
        headers[.cacheControl] = cacheControl
        let response = FetchResponse(status: status, headers: headers, body: body)
        state.withLock { $0.answers[url] = .success(response) }
    }
    func fail(_ url: String, _ failure: FetchFailure) { state.withLock { $0.answers[url] = .failure(failure) } }

    /// From now on requests wait.
    func hold() { state.withLock { $0.isHolding = true } }
    func release() {
        let held = state.withLock { state in
            state.isHolding = false
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    var transport: Transport {
        { (request, _) async throws(FetchFailure) in
            let url = request.url.rawValue
            let mustWait = self.state.withLock { state in
                state.requests.append(request)
                return state.isHolding
            }
            if mustWait {
                await withCheckedContinuation { continuation in
                    let isOver = self.state.withLock { state in
                        if state.isHolding { state.held.append(continuation) }
                        return !state.isHolding
                    }
                    if isOver { continuation.resume() }
                }
            }
            return try self.state.withLock { $0.answers[url] ?? .failure(.unreachable(.nameNotResolved)) }.get()
        }
    }

    func registry(_ definitions: ProviderDefinition...) -> ProviderRegistry {
        ProviderRegistry(
            definitions, policy: .provider(), transport: transport, now: { self.now }, uptime: { self.uptime })
    }

    /// Publishes metadata and keys for an issuer.
    func publish(_ issuer: String, _ keys: TestKey..., cacheControl: String? = nil) {
        let jwks = issuer + "/keys"
        answer(
            issuer + "/.well-known/openid-configuration", Array(#"{"issuer":"\#(issuer)","jwks_uri":"\#(jwks)"}"#.utf8))
        let body = JSONValue.object(["keys": .array(keys.map(\.jwk))]).encoded()
        answer(jwks, body, cacheControl: cacheControl)
    }

    /// How often the keys were fetched.
    func keyFetches(_ issuer: String = sampleIssuer) -> Int { requests.count { $0 == issuer + "/keys" } }
}

let sampleIssuer = "https://idp.example"

func definition(
    _ name: String = "sample", issuer: String = sampleIssuer, audiences: [String] = ["https://id.example.com"],
    kind: ProviderKind = .workload, keySource: KeySource = .discovery, maximumTokenAge: Int64? = nil,
    cache: KeyCacheSettings = KeyCacheSettings()
) throws -> ProviderDefinition {
    try ProviderDefinition(
        name: ProviderName(name), kind: kind, issuer: .exactly(Issuer(issuer)),
        audiences: Set(audiences.map { try Audience($0) }),
        maximumTokenAge: maximumTokenAge, keySource: keySource, keyCache: cache)
}

/// Claims that pass, for `definition()`, at the world's start.
func claims(issuer: String = sampleIssuer, audience: JSONValue = "https://id.example.com") -> JSONObject {
    [
        "iss": JSONValue(issuer), "sub": "job-1", "aud": audience, "exp": .integer(World.start + 300),
        "iat": .integer(World.start - 10), "jti": "id-1",
    ]
}

/// What the registry says to a token: `nil` when it passes.
func failure(_ registry: ProviderRegistry, _ token: [UInt8]) async -> FederationFailure? {
    do {
        _ = try await registry.validate(token)
        return nil
    } catch { return error }
}

/// Lets background tasks run until something holds; a test that never sees it fails after ten seconds.
func eventually(_ condition: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation) async {
    let deadline = ContinuousClock.now + .seconds(10)
    while !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("did not happen", sourceLocation: sourceLocation)
            return
        }
        await Task.yield()
    }
}

/// The repository, and beside it what nobody here wrote.
enum Folder {
    static let repository = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let fixtures = repository.appending(path: "fixtures")
    static let issuers = repository.deletingLastPathComponent().appending(path: "shared/data/issuers")
    static let hasIssuers = FileManager.default.fileExists(atPath: issuers.path)

    static func bytes(_ file: URL) throws -> [UInt8] { Array(try Data(contentsOf: file)) }
}
