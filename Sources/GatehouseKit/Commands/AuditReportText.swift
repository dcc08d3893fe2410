import Broker
import OpenSSLCrypto
import StrictJSON

/// The verification of the audit log, as text and as JSON.
struct AuditReportText: Sendable {
    let report: AuditReport

    init(_ report: AuditReport) { self.report = report }

    func text(_ style: Style) -> String {
        var table = TextTable(["NODE", "EVENTS", "HEAD"])
        for chain in report.chains { table.add([chain.node, String(chain.count), Self.hex(chain.head)]) }
        var text = report.chains.isEmpty ? "" : table.text
        for fault in report.faults { text += "\(style.cross) \(Printable.line(Self.words(fault)))\n" }
        if let failure = report.failure { text += "\(style.cross) \(Printable.line(Self.words(failure)))\n" }
        return text
            + (report.isIntact
                ? "\(style.tick) intact: \(report.count) events\n" : "the audit log is NOT intact (exit 1)\n")
    }

    var json: JSONValue {
        [
            "intact": .bool(report.isIntact), "events": .integer(report.count),
            "chains": .array(
                report.chains.map {
                    ["node": JSONValue($0.node), "events": .integer($0.count), "head": JSONValue(Self.hex($0.head))]
                }),
            "faults": .array(report.faults.map(Self.json)),
            "failure": JSONValue(report.failure.map(Self.words)),
        ]
    }

    private static func words(_ fault: AuditFault) -> String {
        switch fault {
        case .gap(let node, let expected, let found):
            "\(node): event \(expected) is missing: the next one is \(found)"
        case .brokenLink(let node, let sequence):
            "\(node): event \(sequence) does not follow the one before it"
        case .alteredBody(let node, let sequence):
            "\(node): event \(sequence) is not what was written"
        }
    }

    private static func words(_ failure: StoreFailure) -> String {
        if case .unavailable(let reason) = failure { return "the log could not be read to its end: \(reason)" }
        return "the log could not be read to its end"
    }

    private static func json(_ fault: AuditFault) -> JSONValue {
        switch fault {
        case .gap(let node, let expected, let found):
            ["fault": "gap", "node": JSONValue(node), "sequence": .integer(expected), "found": .integer(found)]
        case .brokenLink(let node, let sequence):
            ["fault": "broken_link", "node": JSONValue(node), "sequence": .integer(sequence)]
        case .alteredBody(let node, let sequence):
            ["fault": "altered_body", "node": JSONValue(node), "sequence": .integer(sequence)]
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        Hexadecimal.text(bytes)
    }
}
