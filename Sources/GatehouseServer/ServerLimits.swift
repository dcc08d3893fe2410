/// Every limit of the server by name, with its default (security rule 16).
package struct ServerLimits: Hashable, Sendable {
    /// Fields in a request head.
    package var headerCount = 100
    /// Bytes of a request head: the target, all names and all values.
    package var headerBytes = 32 * 1024
    /// Bytes of the request target alone.
    package var targetBytes = 16 * 1024
    /// Seconds from a connection's start, or from its last answer, until the whole next head has come.
    package var idleSeconds: Int64 = 15
    /// Seconds from a head to its answer: reading the body (408) and the handler (504) together.
    package var requestTimeoutSeconds: Int64 = 30
    /// Seconds that a client may take to read an answer.
    package var writeSeconds: Int64 = 15
    package var connections = 4096
    /// Connections from one address. Trusted proxies are exempt: all clients come from them.
    package var connectionsPerPeer = 1024
    /// Requests whose handlers run at the same time; the next is answered 503 at once.
    package var requestsInFlight = 256
    /// Slots on top of those, for health, revocation and sign-out.
    package var reservedInFlight = 64
    /// Bytes of request bodies held at the same time, over all connections.
    package var bufferedBodyBytes = 64 * 1024 * 1024
    /// Seconds that requests get to finish after the stop signal.
    package var drainSeconds: Int64 = 10

    package init() {}
}
