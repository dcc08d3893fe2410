import NIOCore
import Synchronization

/// What all connections of a server share.
final class ConnectionContext: Sendable {
    let dispatcher: Dispatcher
    let limits: ServerLimits
    let admission: Admission
    let ledger: ConnectionLedger
    let lifecycle: Lifecycle
    let statistics = Counters()
    let requestIDs = RequestIDs()
    let accessLog: AccessLog?
    /// Milliseconds since 1970.
    let now: @Sendable () -> Int64

    init(
        dispatcher: Dispatcher, limits: ServerLimits, admission: Admission, ledger: ConnectionLedger,
        lifecycle: Lifecycle,
        accessLog: AccessLog?, now: @escaping @Sendable () -> Int64
    ) {
        self.dispatcher = dispatcher
        self.limits = limits
        self.admission = admission
        self.ledger = ledger
        self.lifecycle = lifecycle
        self.accessLog = accessLog
        self.now = now
    }
}

/// What has happened since the start.
final class Counters: Sendable {
    let requests = Atomic(0)
    let shed = Atomic(0)
    let serverErrors = Atomic(0)
    let turnedAwayConnections = Atomic(0)
    let acceptErrors = Atomic(0)
}
