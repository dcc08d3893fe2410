import OpenSSLCrypto

/// One row of the audit log as stored.
package struct AuditEntry: Hashable, Sendable {
    /// The broker process whose chain it belongs to.
    package let node: String
    /// From 1, without gaps within a node.
    package let sequence: Int64
    package let body: [UInt8]
    package let previousHash: [UInt8]
    package let hash: [UInt8]

    package init(node: String, sequence: Int64, body: [UInt8], previousHash: [UInt8], hash: [UInt8]) {
        self.node = node
        self.sequence = sequence
        self.body = body
        self.previousHash = previousHash
        self.hash = hash
    }
}

/// The hash chain over the audit log: one for each broker process, so that a removed or edited row shows.
package struct AuditChain: Hashable, Sendable {
    package let node: String
    package private(set) var sequence: Int64
    package private(set) var head: [UInt8]

    /// A chain that begins: the head is 32 zero bytes.
    package init(node: String) { self.init(node: node, sequence: 0, head: [UInt8](repeating: 0, count: 32)) }

    /// A chain that goes on after a stored entry.
    package init(node: String, sequence: Int64, head: [UInt8]) {
        self.node = node
        self.sequence = sequence
        self.head = head
    }

    /// The next entry; the chain moves on.
    package mutating func append(_ body: [UInt8]) -> AuditEntry {
        let next = sequence &+ 1
        let hash = Self.hash(node: node, sequence: next, previous: head, body: body)
        let entry = AuditEntry(node: node, sequence: next, body: body, previousHash: head, hash: hash)
        (sequence, head) = (next, hash)
        return entry
    }

    /// What is wrong with an entry that should come next; `nil` and the chain moves on when nothing is.
    package mutating func verify(_ entry: AuditEntry) -> AuditFault? {
        guard entry.sequence == sequence &+ 1 else {
            return .gap(node: node, expected: sequence &+ 1, found: entry.sequence)
        }
        guard entry.previousHash == head else { return .brokenLink(node: node, sequence: entry.sequence) }
        let expected = Self.hash(node: node, sequence: entry.sequence, previous: head, body: entry.body)
        guard entry.hash == expected else { return .alteredBody(node: node, sequence: entry.sequence) }
        (sequence, head) = (entry.sequence, entry.hash)
        return nil
    }

    /// SHA-256 over the node, the sequence (both length-delimited), the hash before, and the body.
    private static func hash(node: String, sequence: Int64, previous: [UInt8], body: [UInt8]) -> [UInt8] {
        var message: [UInt8] = []
        message.reserveCapacity(node.utf8.count + previous.count + body.count + 24)
        message.append(contentsOf: node.utf8)
        message.append(0)
        message.append(contentsOf: String(sequence).utf8)
        message.append(0)
        message.append(contentsOf: previous)
        message.append(contentsOf: body)
        return SHA2.sha256(message)
    }
}

package enum AuditFault: Error, Hashable, Sendable {
    /// One or more rows are missing, or come twice.
    case gap(node: String, expected: Int64, found: Int64)
    /// The row does not follow the one before it.
    case brokenLink(node: String, sequence: Int64)
    /// The row's content is not what was written.
    case alteredBody(node: String, sequence: Int64)
}
