import Identifiers

/// A 32-byte digest, inline: there are hundreds of thousands of them in memory.
package struct Digest32: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// `nil` when it is not 32 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var rest = bytes.makeIterator()
        func word() -> UInt64 {
            var word: UInt64 = 0
            for _ in 0..<8 { word = word << 8 | UInt64(rest.next() ?? 0) }
            return word
        }
        words = (word(), word(), word(), word())
    }

    /// What nothing hashes to.
    static let zero = Digest32(words: (0, 0, 0, 0))

    private init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        for word in [words.0, words.1, words.2, words.3] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return bytes
    }

    package static func == (lhs: Self, rhs: Self) -> Bool { lhs.words == rhs.words }

    package func hash(into hasher: inout Hasher) {
        // Any of the words is as good as random.
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}

/// A keyed hash of a token (HMAC-SHA-256): all that is kept of it (security rule 7).
package typealias TokenHash = Digest32

/// What proves a credential. Never the secret itself.
package enum CredentialProof: Hashable, Sendable {
    case token(TokenGenerations)
    case certificate(CertificateProof)

    package var token: TokenGenerations? { if case .token(let token) = self { token } else { nil } }
    package var certificate: CertificateProof? {
        if case .certificate(let certificate) = self { certificate } else { nil }
    }
}

/// The secrets of a token credential: the present one and, during a rotation with grace, the one before it.
package struct TokenGenerations: Hashable, Sendable {
    /// The secret that a rotation replaced, usable until its deadline.
    package struct Previous: Hashable, Sendable {
        package let hash: TokenHash
        package let madeAt: Timestamp
        package let retiresAt: Timestamp

        package init(hash: TokenHash, madeAt: Timestamp, retiresAt: Timestamp) {
            self.hash = hash
            self.madeAt = madeAt
            self.retiresAt = retiresAt
        }
    }

    package let hash: TokenHash
    /// From 1; each rotation adds one.
    package let generation: Int64
    package let madeAt: Timestamp
    package let previous: Previous?

    package init(hash: TokenHash, generation: Int64 = 1, madeAt: Timestamp, previous: Previous? = nil) {
        self.hash = hash
        self.generation = generation
        self.madeAt = madeAt
        self.previous = previous
    }

    /// The secret before the present one, while it is still good.
    package func livePrevious(at now: Timestamp) -> Previous? {
        previous.flatMap { now < $0.retiresAt ? $0 : nil }
    }
}

/// A certificate that we issued, by serial and, once it is signed, by fingerprint.
package struct CertificateProof: Hashable, Sendable {
    /// Lower-case hexadecimal, 32 characters.
    package let serial: String
    /// SHA-256 of its DER; `nil` from the moment the intent is stored until it is signed (security rule 15).
    package var fingerprint: Digest32?

    package init(serial: String, fingerprint: Digest32?) {
        self.serial = serial
        self.fingerprint = fingerprint
    }

    package static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.serial.hasSameBytes(as: rhs.serial) && lhs.fingerprint == rhs.fingerprint
    }

    package func hash(into hasher: inout Hasher) { serial.hashBytes(into: &hasher) }
}

/// What a kubeconfig is for.
package enum KubernetesTarget: Hashable, Sendable {
    /// A virtual cluster of an application namespace.
    case cluster(name: String, namespace: String)
    case site(String)

    /// As stored: `cluster:<namespace>/<name>` or `site:<name>`. A cluster's two names hold no `/`.
    package var text: String {
        switch self {
        case .cluster(let name, let namespace): "cluster:\(namespace)/\(name)"
        case .site(let name): "site:" + name
        }
    }

    package init?(text: String) {
        if text.hasPrefix("site:") {
            self = .site(String(text.dropFirst(5)))
        } else if text.hasPrefix("cluster:") {
            let parts = text.dropFirst(8).split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            self = .cluster(name: String(parts[1]), namespace: String(parts[0]))
        } else {
            return nil
        }
    }

    package static func == (lhs: Self, rhs: Self) -> Bool { lhs.text.hasSameBytes(as: rhs.text) }
    package func hash(into hasher: inout Hasher) { text.hashBytes(into: &hasher) }
}
