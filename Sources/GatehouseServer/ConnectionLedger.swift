import NIOCore
import Synchronization

/// The open connections: counted in total and per peer, and reachable when the server stops.
final class ConnectionLedger: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var perPeer: [String: Int] = [:]
        var whenEmpty: EventLoopPromise<Void>?
    }

    private let state = Mutex(State())
    private let limits: ServerLimits
    private let exempt: Set<String>

    init(limits: ServerLimits, exempt: Set<String>) {
        self.limits = limits
        self.exempt = exempt
    }

    var count: Int { state.withLock { $0.channels.count } }

    /// Whether the connection may stay. Whoever gets `true` calls `remove` once.
    func add(_ channel: any Channel, peer: String) -> Bool {
        state.withLock { state in
            guard state.channels.count < limits.connections else { return false }
            if !exempt.contains(peer) {
                let held = state.perPeer[peer, default: 0]
                guard held < limits.connectionsPerPeer else { return false }
                state.perPeer[peer] = held + 1
            }
            state.channels[ObjectIdentifier(channel)] = channel
            return true
        }
    }

    func remove(_ channel: any Channel, peer: String) {
        let whenEmpty: EventLoopPromise<Void>? = state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = nil
            if let held = state.perPeer[peer] { state.perPeer[peer] = held > 1 ? held - 1 : nil }
            return state.channels.isEmpty ? state.whenEmpty.take() : nil
        }
        whenEmpty?.succeed()
    }

    func all() -> [any Channel] { state.withLock { Array($0.channels.values) } }

    /// Succeeds the promise when the last connection has gone. Asked once.
    func notify(whenEmpty promise: EventLoopPromise<Void>) {
        let isEmpty = state.withLock { state in
            if !state.channels.isEmpty { state.whenEmpty = promise }
            return state.channels.isEmpty
        }
        if isEmpty { promise.succeed() }
    }
}
