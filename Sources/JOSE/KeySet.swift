package import Secrets
internal import OpenSSLCrypto
package import StrictJSON

/// What a set of keys may contain.
package struct KeySetOptions: Sendable, Hashable {
    /// Larger RSA keys are skipped; a provider's setting may raise it to 8,192.
    package var maximumRSABits: Int
    package var maximumKeys: Int
    package var maximumBytes: Int
    /// Whether `oct` keys count. Never for a set that came over the network.
    package var allowSymmetric: Bool

    package init(
        maximumRSABits: Int = 4096, maximumKeys: Int = 100, maximumBytes: Int = 512 * 1024, allowSymmetric: Bool = false
    ) {
        self.maximumRSABits = maximumRSABits
        self.maximumKeys = maximumKeys
        self.maximumBytes = maximumBytes
        self.allowSymmetric = allowSymmetric
    }
}

/// Why a whole set is refused. One unusable key does not do that; see `KeySet.skipped`.
package enum KeySetFailure: Error, Hashable, Sendable {
    case tooLarge
    /// Not one strict JSON object: an error page, a duplicate member, something pasted behind.
    case notJSON
    case noKeys
    case tooManyKeys
    /// A shared secret shorter than the shortest digest (RFC 7518 §3.2).
    case secretTooShort

    /// A name for logs; it does not change between releases.
    package var code: String {
        switch self {
        case .tooLarge: "key_set_too_large"
        case .notJSON: "key_set_not_json"
        case .noKeys: "key_set_without_keys"
        case .tooManyKeys: "key_set_too_many_keys"
        case .secretTooShort: "secret_too_short"
        }
    }
}

/// A key that was left out, and why.
package struct SkippedKey: Error, Hashable, Sendable {
    package let keyID: KeyID?
    package let reason: SkippedKeyReason
}

/// The outcome of looking for a key.
package enum KeyMatch: Sendable {
    case one(VerificationKey)
    case none
    case ambiguous
}

/// The keys of one issuer (RFC 7517 §5).
package struct KeySet: Sendable {
    package let keys: [VerificationKey]
    package let skipped: [SkippedKey]

    package static let empty = KeySet([])

    /// Keys that were built already: a cache that keeps a vanished key, our own keys.
    package init(_ keys: [VerificationKey]) { (self.keys, skipped) = (keys, []) }

    /// Reads a JWK set. What cannot verify is skipped with its reason, and members of the set that we do not know are
    /// ignored (RFC 7517 §5).
    package init(jwks: [UInt8], options: KeySetOptions = KeySetOptions()) throws(KeySetFailure) {
        guard jwks.count <= options.maximumBytes else { throw .tooLarge }
        guard let object = try? JSONValue.parseObject(jwks, limits: .document) else { throw .notJSON }
        guard let values = object["keys"]?.arrayValue else { throw .noKeys }
        guard values.count <= options.maximumKeys else { throw .tooManyKeys }
        let reader = JWKReader(options: options)
        var keys: [VerificationKey] = []
        var skipped: [SkippedKey] = []
        for value in values {
            switch reader.key(value) {
            case .success(let key): if !keys.contains(where: key.isSameKey(as:)) { keys.append(key) }
            case .failure(let reason): skipped.append(reason)
            }
        }
        (self.keys, self.skipped) = (keys, skipped)
    }

    /// The set as we publish it (RFC 7517 §5): public keys only.
    package var jwks: JSONObject {
        ["keys": .array(keys.filter { $0.thumbprint != nil }.map(\.jwk))]
    }

    /// A secret that both sides hold, for HS256, HS384 and HS512 as far as it is long enough.
    package init(sharedSecret: Secret, keyID: KeyID? = nil) throws(KeySetFailure) {
        let key = HMACKey(sharedSecret)
        let algorithms = SignatureAlgorithm.fitting(secretLength: key.keyLength)
        guard !algorithms.isEmpty else { throw .secretTooShort }
        self.init([VerificationKey(keyID: keyID, algorithms: algorithms, issuer: nil, material: .sharedSecret(key))])
    }

    /// Exactly one key must match: by name and algorithm, or by algorithm alone when the token names no key. The
    /// algorithm tells two keys of one name but different types apart.
    package func key(
        _ id: KeyID?, for algorithm: SignatureAlgorithm, where fits: (VerificationKey) -> Bool = { _ in true }
    ) -> KeyMatch {
        var found: VerificationKey?
        for key in keys where key.algorithms.contains(algorithm) && (id == nil || key.keyID == id) && fits(key) {
            if found != nil { return .ambiguous }
            found = key
        }
        return found.map(KeyMatch.one) ?? .none
    }

    /// Checks the signature of something that is no token, with the same choice of key: nothing is said of its claims.
    package func verify(
        _ jws: CompactJWS, allowing algorithms: Set<SignatureAlgorithm>
    ) throws(TokenRejection) -> VerificationKey {
        guard algorithms.contains(jws.algorithm) else { throw .algorithmNotAllowed }
        let key = try key(jws.keyID, for: jws.algorithm).get()
        guard key.verifies(jws) else { throw .badSignature }
        return key
    }
}

extension KeyMatch {
    /// The one key, or why there is not one.
    package func get() throws(TokenRejection) -> VerificationKey {
        switch self {
        case .one(let key): return key
        case .none: throw .unknownKey
        case .ambiguous: throw .ambiguousKey
        }
    }
}
