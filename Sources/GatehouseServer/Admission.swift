import ServerPlugin
import Synchronization

/// How many requests run and how many body bytes wait. Never more than the limits; what does not fit is told at once.
final class Admission: Sendable {
    private let normal = Atomic(0)
    private let reserved = Atomic(0)
    private let bodyBytes = Atomic(0)
    private let limits: ServerLimits

    init(limits: ServerLimits) { self.limits = limits }

    var requestsInFlight: Int { normal.load(ordering: .relaxed) + reserved.load(ordering: .relaxed) }

    /// Whether a request that comes now would be turned away. Asked when the head is there, so that no body is read in vain.
    func isFull(_ lane: Route.Lane) -> Bool {
        switch lane {
        case .normal: normal.load(ordering: .relaxed) >= limits.requestsInFlight
        case .reserved: reserved.load(ordering: .relaxed) >= limits.reservedInFlight
        }
    }

    /// Takes a slot. Whoever gets `true` calls `leave` once.
    func enter(_ lane: Route.Lane) -> Bool {
        switch lane {
        case .normal: Self.take(1, from: normal, limit: limits.requestsInFlight)
        case .reserved: Self.take(1, from: reserved, limit: limits.reservedInFlight)
        }
    }

    func leave(_ lane: Route.Lane) {
        switch lane {
        case .normal: normal.subtract(1, ordering: .relaxed)
        case .reserved: reserved.subtract(1, ordering: .relaxed)
        }
    }

    func takeBodyBytes(_ count: Int) -> Bool { Self.take(count, from: bodyBytes, limit: limits.bufferedBodyBytes) }

    func returnBodyBytes(_ count: Int) { bodyBytes.subtract(count, ordering: .relaxed) }

    private static func take(_ count: Int, from counter: borrowing Atomic<Int>, limit: Int) -> Bool {
        let (_, new) = counter.add(count, ordering: .relaxed)
        if new <= limit { return true }
        counter.subtract(count, ordering: .relaxed)
        return false
    }
}
