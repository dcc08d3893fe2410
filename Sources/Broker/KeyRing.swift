package import JOSE
package import Secrets
package import StrictJSON
import Synchronization

/// A signing key as kept: its PKCS#8 PEM and when it takes over.
package struct StoredSigningKey: Sendable {
    package let keyID: String
    package let algorithm: SignatureAlgorithm
    package let pem: Secret
    package let createdAt: Timestamp
    /// From then on it signs. Until then it is published, so that whoever caches the key set knows it in time.
    package let activatesAt: Timestamp

    package init(
        keyID: String, algorithm: SignatureAlgorithm, pem: Secret, createdAt: Timestamp, activatesAt: Timestamp
    ) {
        self.keyID = keyID
        self.algorithm = algorithm
        self.pem = pem
        self.createdAt = createdAt
        self.activatesAt = activatesAt
    }
}

/// Keeps signing keys: files of mode 0600, or the database.
package protocol SigningKeyStorage: Sendable {
    func load() throws -> [StoredSigningKey]
    /// Durable when it returns.
    func save(_ key: StoredSigningKey) throws
    func remove(keyID: String) throws
}

/// Our signing keys: which one signs, and which ones others must know to verify.
///
/// A key is published before it signs and stays published until the last token it signed has expired, so a rotation never
/// makes a verification fail. All of that follows from the activation times and `now`; no state besides.
package final class KeyRing: Sendable {
    package struct Timing: Sendable {
        /// How long a new key is published before it signs: longer than the key set may be cached.
        package let publishBefore: Int64
        /// How long a superseded key stays published: longer than any access token lives.
        package let publishAfter: Int64

        package init(publishBefore: Int64, publishAfter: Int64) {
            self.publishBefore = publishBefore
            self.publishAfter = publishAfter
        }

        /// The key set may be cached 5 minutes; access tokens live a day at most.
        package static let standard = Timing(publishBefore: 600, publishAfter: 25 * 3600)
    }

    package enum Standing: String, Hashable, Sendable { case next, active, retired }

    /// A key for `keys list`.
    package struct Entry: Sendable {
        package let keyID: String
        package let algorithm: SignatureAlgorithm
        package let standing: Standing
        package let createdAt: Timestamp
        package let activatesAt: Timestamp
    }

    private struct Key: Sendable {
        let stored: StoredSigningKey
        let signing: SigningKey
    }

    /// Checks a new key before it is published: signs a probe that an independent implementation must verify.
    package typealias Probe = @Sendable (SigningKey) throws -> Void

    private let keys: Mutex<[Key]>  // by activation time
    private let storage: any SigningKeyStorage
    private let timing: Timing
    private let probe: Probe

    /// Loads the keys; makes the first one, of `algorithm`, when there is none. That one signs at once: nobody has a
    /// cached key set yet.
    package init(
        storage: any SigningKeyStorage, algorithm: SignatureAlgorithm, timing: Timing, now: Timestamp,
        probe: @escaping Probe
    ) throws {
        var loaded: [Key] = []
        for stored in try storage.load() {
            loaded.append(Key(stored: stored, signing: try SigningKey(pem: stored.pem, algorithm: stored.algorithm)))
        }
        if loaded.isEmpty {
            loaded = [try Self.make(algorithm, now: now, activatesAt: now, storage: storage, probe: probe)]
        }
        keys = Mutex(loaded.sorted { $0.stored.activatesAt < $1.stored.activatesAt })
        (self.storage, self.timing, self.probe) = (storage, timing, probe)
    }

    private static func make(
        _ algorithm: SignatureAlgorithm, now: Timestamp, activatesAt: Timestamp, storage: any SigningKeyStorage,
        probe: Probe
    ) throws -> Key {
        let signing = try SigningKey(generating: algorithm)
        try probe(signing)
        let stored = StoredSigningKey(
            keyID: signing.keyID.rawValue, algorithm: algorithm, pem: try signing.pem(), createdAt: now,
            activatesAt: activatesAt)
        try storage.save(stored)
        return Key(stored: stored, signing: signing)
    }

    /// The key that signs now: the last that is active.
    package func signer(at now: Timestamp) -> SigningKey? {
        keys.withLock { keys in (keys.last { $0.stored.activatesAt <= now } ?? keys.first)?.signing }
    }

    /// The keys that verify now, for our own use.
    package func verificationKeys(at now: Timestamp) -> [VerificationKey] {
        published(at: now).map(\.signing.verificationKey)
    }

    /// The key set to publish (RFC 7517 §5).
    package func keySet(at now: Timestamp) -> JSONValue {
        ["keys": .array(published(at: now).map(\.signing.publicJWK))]
    }

    package func entries(at now: Timestamp) -> [Entry] {
        let active = signer(at: now)?.keyID
        return keys.withLock { $0 }.map { key in
            let standing: Standing =
                key.stored.activatesAt > now ? .next : key.signing.keyID == active ? .active : .retired
            return Entry(
                keyID: key.stored.keyID, algorithm: key.stored.algorithm, standing: standing,
                createdAt: key.stored.createdAt, activatesAt: key.stored.activatesAt)
        }
    }

    /// Makes and publishes a key that takes over after `publishBefore`. While one is waiting already, answers that one.
    package func rotate(_ algorithm: SignatureAlgorithm, at now: Timestamp) throws -> Entry {
        if let waiting = entries(at: now).last(where: { $0.standing == .next }) { return waiting }
        let key = try Self.make(
            algorithm, now: now, activatesAt: now.adding(seconds: timing.publishBefore), storage: storage, probe: probe)
        keys.withLock { $0.append(key) }
        return Entry(
            keyID: key.stored.keyID, algorithm: algorithm, standing: .next, createdAt: now,
            activatesAt: key.stored.activatesAt)
    }

    /// Removes keys whose last tokens have expired; answers their ids.
    package func removeOutlived(at now: Timestamp) throws -> [String] {
        let kept = published(at: now).map(\.stored.keyID)
        let outlived = keys.withLock { keys in keys.map(\.stored.keyID).filter { !kept.contains($0) } }
        for keyID in outlived { try storage.remove(keyID: keyID) }
        keys.withLock { keys in keys.removeAll { outlived.contains($0.stored.keyID) } }
        return outlived
    }

    /// Every key but those that were superseded more than `publishAfter` ago.
    private func published(at now: Timestamp) -> [Key] {
        keys.withLock { keys in
            keys.indices.filter { index in
                guard index + 1 < keys.count else { return true }
                return keys[index + 1].stored.activatesAt.adding(seconds: timing.publishAfter) > now
            }.map { keys[$0] }
        }
    }
}
