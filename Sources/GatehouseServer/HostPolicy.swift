import NIOHTTP1

/// Which `Host` and `Origin` may ask: against DNS rebinding and against pages of other sites (security rule 17).
struct HostPolicy: Sendable {
    enum Refusal: Error, Hashable, Sendable {
        /// None, or more than one (RFC 9112 §3.2).
        case noHost
        case foreignHost
        case foreignOrigin
    }

    let hosts: Set<String>
    let origins: Set<String>

    func check(_ headers: HTTPHeaders, skipOrigin: Bool) throws(Refusal) {
        let presented = headers["host"]
        guard presented.count == 1, let host = presented.first, !host.isEmpty else { throw .noHost }
        guard contains(hosts, host) else { throw .foreignHost }
        if skipOrigin { return }
        let presentedOrigins = headers["origin"]
        guard let origin = presentedOrigins.first else { return }
        guard presentedOrigins.count == 1, contains(origins, origin) else { throw .foreignOrigin }
    }

    /// Host and scheme have no case (RFC 9110 §4.2.3). Only ASCII can be equal to what the set holds.
    private func contains(_ known: Set<String>, _ text: String) -> Bool {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return false }
        return known.contains(text) || known.contains(text.lowercased())
    }
}
