package import AccessPolicy
import Dispatch
import StrictJSON

/// What the server does by itself, a little at a time.
extension Broker {
    /// How many rows one batch removes: small, so that it never holds the writer for long.
    private static let batch = 500
    /// How many batches one call runs at most.
    private static let batches = 20

    /// Removes what has outlived its time and writes down the counts of refused garbage. Called once a minute.
    package func cleanUp() async throws {
        // After a failed sync the store takes no writes until this probe succeeds; nobody may be asking for readiness.
        try await store.checkWritable()
        let now = time.now()
        var removed = 0
        for _ in 0..<Self.batches {
            let count = try await store.sweep(before: now, limit: Self.batch)
            removed += count
            if count < Self.batch { break }
        }
        index.forgetRevoked(before: now)
        let outlived = outlivedSignUps(at: now, limit: Self.batch)
        // Changed in between: the next minute's.
        if !outlived.isEmpty, (try? await store.commit(StoreTransaction(changes: outlived, events: []))) != nil {
            removed += outlived.count
        }
        try await writeUses()
        let keysRemoved = try keys.removeOutlived(at: now)
        var events: [AuditEvent] = []
        if removed > 0 || !keysRemoved.isEmpty {
            events.append(
                housekeeping(
                    .cleanedUp, ["rows": .integer(Int64(removed)), "signing_keys": JSONValue(keysRemoved)], at: now))
        }
        let counts = refusals.take()
        if !counts.isEmpty {
            var details = JSONObject()
            for (code, count) in counts.sorted(by: { $0.key < $1.key }) { details[code] = .integer(count) }
            events.append(housekeeping(.tokensRefused, .object(details), at: now))
        }
        if !events.isEmpty { try await store.commit(StoreTransaction(events: events)) }
    }

    /// When credentials were last used: gathered in memory, written here, and not audited.
    package func writeUses() async throws(StoreFailure) {
        let uses = index.takeUses()
        for start in stride(from: 0, to: uses.count, by: Self.batch) {
            let changes = uses[start...].prefix(Self.batch).map { StoreChange.recordUse($0) }
            try await store.commit(StoreTransaction(changes: changes, events: []))
        }
        let tickets = index.takeTicketUses()
        for start in stride(from: 0, to: tickets.count, by: Self.batch) {
            let changes = tickets[start...].prefix(Self.batch).map { StoreChange.recordTicketUse($0) }
            try await store.commit(StoreTransaction(changes: changes, events: []))
        }
    }

    private func housekeeping(_ action: AuditEvent.Action, _ details: JSONValue, at now: Timestamp) -> AuditEvent {
        AuditEvent(
            time: now, action: action, outcome: action == .tokensRefused ? .refused : .success,
            actor: AuditEvent.Actor(name: "gatehouse"), requestID: "clean-up",
            details: details.objectValue ?? JSONObject())
    }

    /// Rotates the signing key, on an administrator's word.
    package func rotateSigningKey(by caller: Caller, context: RequestContext) async throws -> KeyRing.Entry {
        let now = time.now()
        // Off the event loop: making an RSA key takes a third of a second.
        let entry = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .utility).async { [keys, settings] in
                continuation.resume(with: Result { try keys.rotate(settings.signingAlgorithm, at: now) })
            }
        }
        let event = AuditEvent(
            time: now, action: .signingKeyRotated, outcome: .success, actor: AuditEvent.Actor(caller),
            target: entry.keyID,
            requestID: context.requestID, details: ["activates": JSONValue(RFC3339.text(entry.activatesAt))])
        try await store.commit(StoreTransaction(events: [event]))
        return entry
    }
}
