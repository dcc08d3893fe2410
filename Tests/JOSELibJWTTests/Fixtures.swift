import FoundationEssentials
import JOSE
import OpenSSLCrypto
import Secrets

/// The folder that holds `Tests` and `fixtures`, wherever this repository is checked out.
let repository = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

func testKey(_ name: String) throws -> Secret {
    Secret([UInt8](try Data(contentsOf: repository.appending(path: "fixtures/keys/TEST-ONLY-\(name).pem"))))
}

/// The pairs of a key and an algorithm that both implementations know.
let shared: [(file: String, algorithm: SignatureAlgorithm)] = [
    ("rsa2048", .RS256), ("rsa2048", .RS384), ("rsa2048", .RS512), ("p256", .ES256), ("p384", .ES384), ("p521", .ES512),
]

let secret = Secret((0..<64).map { UInt8(truncatingIfNeeded: $0 * 37 + 1) })

/// A compact JWS of exactly these texts.
func compact(_ header: String, _ payload: String, sign: ([UInt8]) throws -> [UInt8]) rethrows -> [UInt8] {
    let input =
        Base64URL.encodeBytes(Array(header.utf8)) + [UInt8(ascii: ".")] + Base64URL.encodeBytes(Array(payload.utf8))
    return input + [UInt8(ascii: ".")] + Base64URL.encodeBytes(try sign(input))
}

func hs256(_ header: String, _ payload: String = "{\"sub\":\"a\"}", key: Secret = secret) -> [UInt8] {
    compact(header, payload) { HMACKey(key).sha256($0) }
}
