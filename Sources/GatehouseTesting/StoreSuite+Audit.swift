import Broker
import Synchronization

extension StoreSuite {
    private typealias Fixtures = StoreFixtures

    static let auditChecks: [Check] = [
        check("the audit chain holds over failures and events without a change") { store in
            try await store.commit([], events: [Fixtures.event("a"), Fixtures.event("b")])
            for number in 0..<20 {
                let changes: [StoreChange] = [.claim(Fixtures.use("key-\(number % 10)"))]
                _ = try? await store.commit(changes, events: [Fixtures.event("request-\(number)")])
            }
            let entries = try await store.auditEntries(node: nil, after: 0, limit: 100)
            try requireEqual(entries.map(\.sequence), Array(1...12), "sequence")
            try requireEqual(entries.first?.body, Fixtures.event("a").encoded(), "the first event's bytes")
            let report = await verifyAudit(reader: store)
            try require(report.isIntact, "faults: \(report.faults)")
            try requireEqual(report.chains.map(\.count), [12], "rows by chain")
            try requireEqual(report.chains.first?.head, entries.last?.hash, "head")
        },
        check("audit rows are read in pages and by chain") { store in
            for number in 0..<25 { try await store.commit([], events: [Fixtures.event("request-\(number)")]) }
            let nodes = try await store.auditNodes()
            try requireEqual(nodes.count, 1, "nodes")
            var (position, found): (Int64, [Int64]) = (0, [])
            while true {
                let page = try await store.auditEntries(node: nodes.first, after: position, limit: 10)
                found += page.map(\.sequence)
                guard page.count == 10, let last = page.last else { break }
                position = last.sequence
            }
            try requireEqual(found, Array(1...25), "sequence")
            try requireEqual(
                try await store.auditEntries(node: "nobody", after: 0, limit: 10), [], "another node's rows")
            try requireEqual(try await store.auditEntries(node: nil, after: .max, limit: 10), [], "rows after the last")
            try requireEqual(try await store.auditEntries(node: nil, after: .min, limit: 0), [], "at most none")
        },
        check("a long audit log is verified in pages") { store in
            try await store.commit([], events: (0..<2_000).map { Fixtures.event("request-\($0)") })
            let report = await verifyAudit(reader: store)
            try require(report.isIntact, "faults: \(report.faults)")
            try requireEqual(report.count, 2_000, "rows")
        },
        check("removed, edited and reordered audit rows are found") { store in
            try await store.commit([], events: (0..<10).map { Fixtures.event("request-\($0)") })
            let entries = try await store.auditEntries(node: nil, after: 0, limit: 100)
            guard let node = entries.first?.node, entries.count == 10 else {
                throw Failure(description: "no audit rows")
            }
            for (name, edit, expected) in tamperings(node) {
                var rows = entries
                edit(&rows)
                let report = await verifyAudit(reader: FixedAudit(rows: rows))
                try requireEqual(report.faults, [expected], name)
                try require(!report.isIntact, name + ": taken for intact")
            }
        },
        check("an audit log that cannot be read is not intact") { store in
            let report = await verifyAudit(reader: FixedAudit(rows: [], failure: .unavailable("away")))
            try require(!report.isIntact && report.failure == .unavailable("away"), "taken for intact")
        },
    ]

    private static func tamperings(_ node: String) -> [(String, (inout [AuditEntry]) -> Void, AuditFault)] {
        [
            ("the first row is gone", { $0.removeFirst() }, .gap(node: node, expected: 1, found: 2)),
            ("a row is gone", { $0.remove(at: 4) }, .gap(node: node, expected: 5, found: 6)),
            ("a row comes twice", { $0.insert($0[4], at: 4) }, .gap(node: node, expected: 6, found: 5)),
            ("two rows change places", { $0.swapAt(4, 5) }, .gap(node: node, expected: 5, found: 6)),
            (
                "two bodies change places",
                { rows in
                    (rows[4], rows[5]) = (rows[4].with(body: rows[5].body), rows[5].with(body: rows[4].body))
                }, .alteredBody(node: node, sequence: 5)
            ),
            (
                "a bit is flipped",
                { rows in
                    var body = rows[7].body
                    body[10] ^= 1
                    rows[7] = rows[7].with(body: body)
                }, .alteredBody(node: node, sequence: 8)
            ),
            (
                "a row is rewritten with a hash that fits",
                { rows in
                    var chain = AuditChain(node: node, sequence: 4, head: rows[4].previousHash)
                    rows[4] = chain.append(Array("{}".utf8))
                }, .brokenLink(node: node, sequence: 6)
            ),
            (
                "a row before the first",
                { rows in
                    rows.insert(AuditEntry(node: node, sequence: 0, body: [], previousHash: [], hash: []), at: 0)
                }, .gap(node: node, expected: 1, found: 0)
            ),
        ]
    }
}

extension AuditEntry {
    fileprivate func with(body: [UInt8]) -> AuditEntry {
        AuditEntry(node: node, sequence: sequence, body: body, previousHash: previousHash, hash: hash)
    }
}

/// An audit log made of these rows, in this order.
private struct FixedAudit: AuditReader {
    let rows: [AuditEntry]
    var failure: StoreFailure?

    func auditEntries(node: String?, after sequence: Int64, limit: Int) async throws(StoreFailure) -> [AuditEntry] {
        if let failure { throw failure }
        // Short enough for one page, which is what keeps the order that a test gives them.
        return sequence == .min ? rows : []
    }

    func auditNodes() async throws(StoreFailure) -> [String] {
        if let failure { throw failure }
        return Array(Set(rows.map(\.node)))
    }
}

/// The credentials that an observer heard were deleted.
final class RemovedIDs: Sendable {
    private let heard = Mutex<[String]>([])
    var ids: [String] { heard.withLock { $0 } }
    func add(_ changes: [StoreChange]) {
        heard.withLock { heard in
            for change in changes { if case .deleteCredential(let id, _) = change { heard.append(id.rawValue) } }
        }
    }
}
