import Broker

/// Appends to this process's audit chain. The head is in memory; whoever rolls back must put it back.
struct AuditWriter {
    var chain: AuditChain
    private let insert: Statement

    /// Goes on where the stored chain of `node` ends.
    init(_ connection: Connection, node: String) throws(EngineError) {
        insert = try connection.prepare(
            """
            INSERT INTO audit (node, sequence, body, previous_hash, hash, time, action, namespace, actor, target,
                request_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        var found = AuditChain(node: node)
        let last = try connection.prepare(
            "SELECT sequence, hash FROM audit WHERE node = ? ORDER BY sequence DESC LIMIT 1")
        try last.forEach([.text(node)]) { row in
            if let sequence = row.integer(0), let head = row.blob(1) {
                found = AuditChain(node: node, sequence: sequence, head: head)
            }
        }
        chain = found
    }

    mutating func append(_ event: PreparedTransaction.Event) throws(EngineError) {
        let entry = chain.append(event.body)
        try insert.run([
            .text(entry.node), .integer(entry.sequence), .blob(entry.body), .blob(entry.previousHash),
            .blob(entry.hash),
            .integer(event.time), .text(event.action), SQLValue(event.namespace), SQLValue(event.actor),
            SQLValue(event.target), .text(event.requestID),
        ])
    }
}
