import Identifiers
import Synchronization

/// How often something may be tried: so many at once, and then one in each interval. For what anybody may ask.
///
/// In memory of one broker: several brokers allow several times as much. Bounded: who would make it forget others by
/// asking from many places only makes it forget those that have waited longest.
package final class RateLimiter: Sendable {
    package struct Rate: Hashable, Sendable {
        package let burst: Int64
        /// Seconds after which one more is allowed.
        package let interval: Int64

        package init(burst: Int64, interval: Int64) {
            self.burst = burst
            self.interval = interval
        }
    }

    private let rate: Rate
    private let capacity: Int
    /// By key: the moment at which all of the burst is there again, in milliseconds.
    private let full = Mutex<[Key: Int64]>([:])

    package init(_ rate: Rate, capacity: Int = 10_000) {
        self.rate = rate
        self.capacity = capacity
    }

    /// `nil` when it may be done now; otherwise the seconds to wait.
    package func wait(for key: String, at now: Timestamp) -> Int64? { wait(for: key, at: now, counts: true) }

    /// The same without counting it as done: for what counts only when it has failed.
    package func remainingWait(for key: String, at now: Timestamp) -> Int64? { wait(for: key, at: now, counts: false) }

    private func wait(for key: String, at now: Timestamp, counts: Bool) -> Int64? {
        let step = max(1, rate.interval) * 1000
        return full.withLock { full in
            let at = max(full[Key(key)] ?? now.milliseconds, now.milliseconds)
            let allowedFrom = at - (rate.burst - 1) * step
            guard now.milliseconds >= allowedFrom else { return (allowedFrom - now.milliseconds + 999) / 1000 }
            guard counts else { return nil }
            if full[Key(key)] == nil, full.count >= capacity { Self.makeRoom(&full, at: now) }
            full[Key(key)] = at + step
            return nil
        }
    }

    /// What one network address counts as: of IPv6 its upper half, as whoever has one address there has 2^64.
    package static func key(of address: String) -> String {
        switch IPAddress(address)?.unmapped {
        case .v6(let upper, _)?: String(upper, radix: 16) + "::/64"
        case .v4(let bits)?: String(bits, radix: 16)
        case nil: address
        }
    }

    /// Forgets whoever may do all of it again, and otherwise the half that has to wait least.
    private static func makeRoom(_ full: inout [Key: Int64], at now: Timestamp) {
        let before = full.count
        full = full.filter { $0.value > now.milliseconds }
        guard full.count == before else { return }
        let middle = full.values.sorted()[before / 2]
        full = full.filter { $0.value > middle }
    }
}
