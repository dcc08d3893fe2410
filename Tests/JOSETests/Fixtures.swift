import FoundationEssentials
import Identifiers
import JOSE
import OpenSSLCrypto
import Secrets
import StrictJSON
import Testing

/// The folder that holds `Tests` and `fixtures`, wherever this repository is checked out.
let repository = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// Recorded material beside the repository; tests that read it are skipped where it is not.
let sharedData = repository.deletingLastPathComponent().appending(path: "shared/data")

func isShared(_ path: String) -> Bool { FileManager.default.fileExists(atPath: sharedData.appending(path: path).path) }

func read(_ url: URL) throws -> [UInt8] { [UInt8](try Data(contentsOf: url)) }

func fixture(_ path: String) throws -> JSONValue {
    try JSONValue.parse(read(repository.appending(path: "fixtures/jose/\(path)")))
}

func testKey(_ name: String) throws -> Secret {
    Secret(try read(repository.appending(path: "fixtures/keys/TEST-ONLY-\(name).pem")))
}

/// A set with this one key; shared secrets allowed.
func keySet(_ keys: JSONValue...) throws -> KeySet {
    try KeySet(
        jwks: (["keys": .array(keys)] as JSONObject).encoded(), options: KeySetOptions(allowSymmetric: true))
}

/// A compact JWS of exactly these texts.
func compact(_ header: String, _ payload: String, sign: ([UInt8]) throws -> [UInt8]) rethrows -> [UInt8] {
    let input =
        Base64URL.encodeBytes(Array(header.utf8)) + [UInt8(ascii: ".")] + Base64URL.encodeBytes(Array(payload.utf8))
    return input + [UInt8(ascii: ".")] + Base64URL.encodeBytes(try sign(input))
}

/// A token of these texts with a signature that is none.
func unsigned(_ header: String, _ payload: String = "{}") -> [UInt8] { compact(header, payload) { _ in [1, 2, 3] } }

/// The refusal of `body`, or `nil` when it passed.
func rejection(_ body: () throws(TokenRejection) -> Void) -> TokenRejection? {
    do throws(TokenRejection) {
        try body()
        return nil
    } catch {
        return error
    }
}

/// One ES256 key, and tokens signed with it whatever their header says.
struct Sample {
    static let issuer = "https://idp.example"
    static let audience = "https://id.example.com"
    static let now = NumericDate(seconds: 1000)

    let key: SigningKey
    private let handle: PrivateKeyHandle

    init() throws {
        let pem = try testKey("p256")
        key = try SigningKey(pem: pem, algorithm: .ES256)
        handle = try PrivateKeyHandle(pem: pem)
    }

    var keys: KeySet { KeySet([key.verificationKey]) }

    static let claims: JSONObject = [
        "iss": "https://idp.example", "sub": "octo", "aud": "https://id.example.com", "exp": 1300, "nbf": 990,
        "iat": 990,
    ]

    static func changed(_ changes: KeyValuePairs<String, JSONValue?>) -> JSONObject {
        var claims = claims
        for (name, value) in changes { claims[name] = value }
        return claims
    }

    func token(header: String? = nil, payload: String) throws -> [UInt8] {
        try compact(header ?? "{\"alg\":\"ES256\",\"kid\":\"\(key.keyID)\"}", payload) {
            try handle.sign(.ecdsa(.p256, .sha256), $0)
        }
    }

    func token(header: String? = nil, _ claims: JSONObject = Sample.claims) throws -> [UInt8] {
        try token(header: header, payload: String(decoding: claims.encoded(), as: UTF8.self))
    }

    static func expectation(
        issuer: IssuerRule? = nil, audiences: [String] = [audience], algorithms: Set<SignatureAlgorithm> = [.ES256],
        type: TypeRule = .jwt, maximumAge: Int64? = nil, maximumLifetime: Int64? = nil, requiresIssuedAt: Bool = false,
        clockSkew: Int64 = 60, requiredClaims: Set<String> = []
    ) throws -> JOSE.Expectation {
        JOSE.Expectation(
            issuer: try issuer ?? .exactly(Issuer(Self.issuer)), audiences: Set(try audiences.map { try Audience($0) }),
            algorithms: algorithms, type: type, maximumAge: maximumAge, maximumLifetime: maximumLifetime,
            requiresIssuedAt: requiresIssuedAt, clockSkew: clockSkew, requiredClaims: requiredClaims)
    }

    /// What becomes of a token: `nil` for accepted.
    func outcome(
        _ token: [UInt8], _ expectation: JOSE.Expectation, keys: KeySet? = nil, now: NumericDate = now
    ) -> TokenRejection? {
        rejection { () throws(TokenRejection) in
            _ = try verify(UnverifiedToken.parse(token), expectation, keys: keys ?? self.keys, now: now)
        }
    }
}

/// A number in a spelling that a Swift literal cannot have.
func number(_ text: String) throws -> JSONValue { try JSONValue.parse(Array(text.utf8)) }
