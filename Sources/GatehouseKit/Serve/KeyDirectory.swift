import Broker
import Glibc
import JOSE
import OpenSSLCrypto
import Secrets
import StrictJSON

/// The folder of `keys.dir`: signing keys, the key that token hashes are made with, and the broker's name in the audit
/// log. Everything in it is mode 0600; losing it makes every issued credential useless, so it belongs in the backup.
struct KeyDirectory: SigningKeyStorage {
    private let path: String

    init(path: String) throws(FileFailure) {
        self.path = path
        try PrivateFile.makeDirectory(path)
    }

    // MARK: Signing keys

    private static let keyPrefix = "signing-"
    private static let keySuffix = ".json"

    func load() throws -> [StoredSigningKey] {
        try names().filter { $0.hasPrefix(Self.keyPrefix) && $0.hasSuffix(Self.keySuffix) }.compactMap { name in
            guard let bytes = try PrivateFile.read(path + "/" + name) else { return nil }
            guard let key = Self.decode(try JSONValue.parse(bytes)) else {
                throw FileFailure(path: path + "/" + name, operation: "understand", code: EINVAL)
            }
            return key
        }
    }

    func save(_ key: StoredSigningKey) throws {
        try PrivateFile.write(Self.encode(key).encoded(), to: file(key.keyID))
    }

    func remove(keyID: String) throws { try PrivateFile.remove(file(keyID)) }

    /// A key id is a thumbprint in base64url, so it is a file name.
    private func file(_ keyID: String) -> String { path + "/" + Self.keyPrefix + keyID + Self.keySuffix }

    private static func encode(_ key: StoredSigningKey) -> JSONValue {
        [
            "kid": JSONValue(key.keyID),
            "alg": JSONValue(key.algorithm.rawValue),
            "created_ms": .integer(key.createdAt.milliseconds),
            "activates_ms": .integer(key.activatesAt.milliseconds),
            "pem": JSONValue(key.pem.revealText()),
        ]
    }

    private static func decode(_ value: JSONValue) -> StoredSigningKey? {
        guard let keyID = value["kid"]?.stringValue, let pem = value["pem"]?.stringValue,
            let algorithm = value["alg"]?.stringValue.flatMap(SignatureAlgorithm.init(rawValue:)),
            let created = value["created_ms"]?.integerValue, let activates = value["activates_ms"]?.integerValue
        else { return nil }
        return StoredSigningKey(
            keyID: keyID, algorithm: algorithm, pem: Secret(utf8: pem), createdAt: Timestamp(milliseconds: created),
            activatesAt: Timestamp(milliseconds: activates))
    }

    private func names() throws -> [String] {
        guard let directory = unsafe opendir(path) else {
            throw FileFailure(path: path, operation: "list", code: errno)
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            names.append(name)
        }
        return names.sorted()
    }

    // MARK: Keys of our own

    /// What token hashes are made with: 32 random bytes, made at the first start.
    func tokenHashKey() throws -> Secret { try ownKey("token-hash.key") }

    /// What secrets in the database are sealed with, such as the certificate authority's key.
    func sealingKey() throws -> SealingKey { try SealingKey(try ownKey("sealing.key")) }

    private func ownKey(_ name: String) throws -> Secret {
        let file = path + "/" + name
        if let bytes = try PrivateFile.read(file) {
            guard bytes.count == 32 else {
                throw FileFailure(path: file, operation: "use (it must be 32 bytes)", code: EINVAL)
            }
            return Secret(bytes)
        }
        let bytes = try RandomBytes.make(32)
        try PrivateFile.write(bytes, to: file)
        return Secret(bytes)
    }

    /// The name of this broker's chain in the audit log, made at the first start.
    func nodeName() throws -> String {
        let file = path + "/node"
        if let bytes = try PrivateFile.read(file) {
            let name = String(decoding: bytes, as: UTF8.self)
            guard (1...64).contains(name.utf8.count) else {
                throw FileFailure(path: file, operation: "understand", code: EINVAL)
            }
            return name
        }
        let name = "node-" + Hexadecimal.text(try RandomBytes.make(4))
        try PrivateFile.write(Array(name.utf8), to: file)
        return name
    }
}
