/// What reading the whole audit log back showed.
package struct AuditReport: Hashable, Sendable {
    /// One broker process's chain.
    package struct Chain: Hashable, Sendable {
        package let node: String
        /// Rows that follow from the first one without fault.
        package let count: Int64
        /// The hash of the last of them. Compare with one noted earlier: a cut tail leaves a chain without a fault.
        package let head: [UInt8]
    }

    package let chains: [Chain]
    package let faults: [AuditFault]
    /// Why reading stopped early; what was not read is not known to be good.
    package let failure: StoreFailure?

    package var isIntact: Bool { faults.isEmpty && failure == nil }
    package var count: Int64 { chains.reduce(0) { $0 &+ $1.count } }
}

/// Recomputes every chain of the audit log (security rule 12), a thousand rows at a time.
///
/// A chain is followed to its first fault: behind it nothing hangs together any more, and naming every row after it
/// would hide the one that matters.
package func verifyAudit(reader: some AuditReader) async -> AuditReport {
    var chains: [AuditReport.Chain] = []
    var faults: [AuditFault] = []
    var failure: StoreFailure?
    do throws(StoreFailure) {
        for node in try await reader.auditNodes() {
            var chain = AuditChain(node: node)
            let result = await follow(&chain, in: reader)
            chains.append(AuditReport.Chain(node: node, count: chain.sequence, head: chain.head))
            switch result {
            case .intact: break
            case .faulty(let fault): faults.append(fault)
            case .unreadable(let reason): failure = failure ?? reason
            }
        }
    } catch {
        failure = error
    }
    return AuditReport(chains: chains, faults: faults, failure: failure)
}

private enum Followed {
    case intact
    case faulty(AuditFault)
    case unreadable(StoreFailure)
}

private func follow(_ chain: inout AuditChain, in reader: some AuditReader) async -> Followed {
    let page = 1000
    // Rows may lie before the chain's first number: a page from the very beginning shows them as a gap.
    var position = Int64.min
    do throws(StoreFailure) {
        while true {
            let entries = try await reader.auditEntries(node: chain.node, after: position, limit: page)
            for entry in entries {
                if let fault = chain.verify(entry) { return .faulty(fault) }
                position = entry.sequence
            }
            if entries.count < page { return .intact }
        }
    } catch {
        return .unreadable(error)
    }
}
