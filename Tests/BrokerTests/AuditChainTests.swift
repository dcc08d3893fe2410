import AccessPolicy
import Broker
import OpenSSLCrypto
import StrictJSON
import Testing

struct AuditChainTests {
    /// The hash is a format: stored logs are verified by later versions, and by others.
    @Test func hashIsOfTheDocumentedBytes() {
        var chain = AuditChain(node: "node-1")
        let first = chain.append(Array("{}".utf8))
        let zero = [UInt8](repeating: 0, count: 32)
        #expect(first.sequence == 1)
        #expect(first.previousHash == zero)
        #expect(first.hash == SHA2.sha256(Array("node-1\u{0}1\u{0}".utf8) + zero + Array("{}".utf8)))
        let second = chain.append([])
        #expect(second.sequence == 2)
        #expect(second.hash == SHA2.sha256(Array("node-1\u{0}2\u{0}".utf8) + first.hash))
        #expect(chain.sequence == 2)
        #expect(chain.head == second.hash)
    }

    @Test func aChainGoesOnFromWhatIsStored() {
        var whole = AuditChain(node: "n")
        let first = whole.append([1])
        var resumed = AuditChain(node: "n", sequence: first.sequence, head: first.hash)
        #expect(resumed.append([2]) == whole.append([2]))
        #expect(resumed == whole)
    }

    private static let rows: [AuditEntry] = {
        var chain = AuditChain(node: "n")
        return (0..<4).map { chain.append([$0]) }
    }()

    private static func row(
        _ index: Int, node: String = "n", sequence: Int64? = nil, body: [UInt8]? = nil, previous: [UInt8]? = nil,
        hash: [UInt8]? = nil
    ) -> AuditEntry {
        let row = rows[index]
        return AuditEntry(
            node: node, sequence: sequence ?? row.sequence, body: body ?? row.body,
            previousHash: previous ?? row.previousHash,
            hash: hash ?? row.hash)
    }

    @Test(
        arguments: [
            ("as written", rows, nil),
            ("none", [], nil),
            ("a cut tail does not show", [row(0), row(1)], nil),
            ("the first is gone", [row(1)], .gap(node: "n", expected: 1, found: 2)),
            ("one is gone", [row(0), row(2)], .gap(node: "n", expected: 2, found: 3)),
            ("one comes twice", [row(0), row(0)], .gap(node: "n", expected: 2, found: 1)),
            ("out of order", [row(0), row(2), row(1)], .gap(node: "n", expected: 2, found: 3)),
            ("renumbered", [row(0), row(2, sequence: 2)], .brokenLink(node: "n", sequence: 2)),
            ("the greatest number", [row(0, sequence: .max)], .gap(node: "n", expected: 1, found: .max)),
            ("body altered", [row(0), row(1, body: [9])], .alteredBody(node: "n", sequence: 2)),
            ("body emptied", [row(0, body: [])], .alteredBody(node: "n", sequence: 1)),
            ("hash altered", [row(0), row(1, hash: rows[0].hash)], .alteredBody(node: "n", sequence: 2)),
            ("hash cut", [row(0, hash: Array(rows[0].hash.prefix(31)))], .alteredBody(node: "n", sequence: 1)),
            ("link altered", [row(0), row(1, previous: rows[1].hash)], .brokenLink(node: "n", sequence: 2)),
        ] as [(String, [AuditEntry], AuditFault?)])
    func verify(_ name: String, _ rows: [AuditEntry], _ expected: AuditFault?) {
        var chain = AuditChain(node: "n")
        var found: AuditFault?
        for row in rows where found == nil { found = chain.verify(row) }
        #expect(found == expected, "\(name)")
    }

    /// The node is hashed by its bytes: rows of one chain do not fit another, however alike the names look.
    @Test func aRowOfAnotherNodeDoesNotFit() {
        for node in ["m", "", "n\u{0}1", "\u{1D597}"] {
            var chain = AuditChain(node: node)
            #expect(chain.verify(Self.rows[0]) == .alteredBody(node: node, sequence: 1))
        }
        var composed = AuditChain(node: "caf\u{E9}")
        var decomposed = AuditChain(node: "cafe\u{301}")
        #expect(decomposed.verify(composed.append([1])) != nil)
    }

    /// At the end of the numbers the chain wraps and does not trap.
    @Test func theGreatestSequenceDoesNotTrap() {
        var chain = AuditChain(node: "n", sequence: .max, head: [])
        #expect(chain.append([]).sequence == .min)
    }

    @Test func eventsEncodeInFixedOrderWithoutWhatIsAbsent() {
        let full = AuditEvent(
            time: Timestamp(milliseconds: 1_795_482_123_004), action: .tokenExchanged, outcome: .refused,
            reason: "policy.no_match",
            actor: AuditEvent.Actor(principal: "wkl_1", name: "a\"b", credential: "cred_1", provider: "github"),
            target: "tok_1",
            namespace: "payments", requestID: "r1", details: ["scope": "x"])
        let text =
            #"{"time":"2026-11-24T01:02:03.004Z","action":"token.exchange","outcome":"refused","reason":"policy.no_match","actor":{"principal":"wkl_1","name":"a\"b","credential":"cred_1","provider":"github"},"target":"tok_1","namespace":"payments","request_id":"r1","details":{"scope":"x"}}"#
        #expect(full.encoded() == Array(text.utf8))
        let bare = AuditEvent(
            time: Timestamp(milliseconds: 0), action: .cleanedUp, outcome: .success, actor: AuditEvent.Actor(),
            requestID: "")
        let short =
            #"{"time":"1970-01-01T00:00:00.000Z","action":"store.clean_up","outcome":"success","actor":{},"request_id":""}"#
        #expect(bare.encoded() == Array(short.utf8))
    }
}
