internal import Identifiers
internal import JOSE

/// One provider's keys over time: which were fetched, which vanished, and until when each counts. No clock, no network.
///
/// A time is the uptime of a monotonic clock, so that moving the wall clock changes nothing.
struct KeyShelf: Sendable {
    struct Entry: Sendable {
        let key: VerificationKey
        let firstSeen: Duration
        /// When a fetch last found it in the set.
        var confirmed: Duration
        /// When a fetch first missed it; it counts a little longer, because real sets flap.
        var vanished: Duration?

        func expires(_ settings: KeyCacheSettings) -> Duration {
            let age = confirmed + settings.maximumAge
            return vanished.map { min(age, $0 + settings.grace) } ?? age
        }
    }
    /// Of vanished keys, so that a provider that makes new ones for every fetch cannot fill the memory.
    private static let mostVanished = 100

    private(set) var entries: [Entry] = []
    /// Those of the last fetch: where a token without `kid` may find its key (there must be only one).
    private(set) var current = KeySet.empty
    /// Those of the last fetch and those in grace: where a token finds its key by name.
    private(set) var all = KeySet.empty

    /// Puts a fetched set in. The caller made sure that it has keys.
    mutating func replace(with set: KeySet, at now: Duration, _ settings: KeyCacheSettings) {
        let known = entries
        let fresh = set.keys.map { key in
            let before = known.first { Self.isSame($0.key, key) }
            return Entry(key: key, firstSeen: before?.firstSeen ?? now, confirmed: now, vanished: nil)
        }
        let gone = known.compactMap { entry -> Entry? in
            // A key without a name cannot be told from its successor, and one of the same name was replaced.
            guard let id = entry.key.keyID, !set.keys.contains(where: { $0.keyID == id }) else { return nil }
            var entry = entry
            entry.vanished = entry.vanished ?? now
            return entry
        }
        let kept = gone.filter { $0.expires(settings) > now }.suffix(Self.mostVanished)
        show(fresh + kept)
    }

    /// Drops what has come to its end.
    mutating func prune(at now: Duration, _ settings: KeyCacheSettings) {
        guard entries.contains(where: { $0.expires(settings) <= now }) else { return }
        show(entries.filter { $0.expires(settings) > now })
    }

    private mutating func show(_ entries: [Entry]) {
        self.entries = entries
        current = KeySet(entries.filter { $0.vanished == nil }.map(\.key))
        all = KeySet(entries.map(\.key))
    }

    private static func isSame(_ a: VerificationKey, _ b: VerificationKey) -> Bool {
        guard let thumbprint = a.thumbprint, let other = b.thumbprint else { return false }
        return thumbprint.hasSameBytes(as: other) && a.keyID == b.keyID && a.algorithms == b.algorithms
    }
}
