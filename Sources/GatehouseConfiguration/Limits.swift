/// Every limit that can be set, with its default (docs/reference publishes this table).
package enum LimitName: String, CaseIterable, Hashable, Sendable {
    case body, connections, headers, idle, token
    case connectionsPerPeer = "connections_per_peer"
    case documentBody = "document_body"
    case headerList = "header_list"
    case listPage = "list_page"
    case loginAttempts = "login_attempts"
    case requestTime = "request_time"
    case requestsInFlight = "requests_in_flight"
    case requestsReserved = "requests_reserved"
    case scimBulkBody = "scim_bulk_body"
    case scimBulkOperations = "scim_bulk_operations"
    case scimGroupBody = "scim_group_body"
    case shutdownTime = "shutdown_time"
    case unknownKeyFetch = "unknown_key_fetch"

    package enum Unit: Hashable, Sendable {
        case bytes, seconds, count
    }

    package struct Definition: Hashable, Sendable {
        package let unit: Unit
        package let standard: Int64
        package let range: ClosedRange<Int64>
        package let meaning: String
    }

    package var definition: Definition {
        switch self {
        case .body: .bytes(64 << 10, 1 << 10...16 << 20, "the body of a request")
        case .documentBody: .bytes(1 << 20, 1 << 10...16 << 20, "the body of a route that takes a key set or a policy")
        case .token: .bytes(16 << 10, 1 << 10...64 << 10, "one token, before anything of it is read")
        case .headers: .count(100, 10...1000, "header fields of a request")
        case .headerList: .bytes(32 << 10, 4 << 10...256 << 10, "all header fields of a request together")
        case .idle: .seconds(15, 1...3600, "a connection on which nothing happens")
        case .requestTime: .seconds(30, 1...600, "one request, from its head to the answer")
        case .shutdownTime: .seconds(10, 1...600, "requests that are running when the server is told to stop")
        case .connections: .count(4096, 1...1_000_000, "open connections")
        case .connectionsPerPeer: .count(1024, 1...1_000_000, "open connections of one address")
        case .requestsInFlight: .count(256, 1...100_000, "requests at work; the rest gets 503 at once")
        case .requestsReserved: .count(64, 1...10_000, "further places for health, revocation and sign-out")
        case .loginAttempts: .count(10, 1...10_000, "failed sign-ins of one name in a minute")
        case .unknownKeyFetch:
            .seconds(30, 1...3600, "the pause between two fetches for a key that a provider does not have")
        case .listPage: .count(1000, 1...10_000, "entries of one page of a list")
        case .scimBulkBody: .bytes(1 << 20, 1 << 10...16 << 20, "the body of a SCIM bulk request")
        case .scimBulkOperations: .count(1000, 1...10_000, "operations of a SCIM bulk request")
        case .scimGroupBody: .bytes(8 << 20, 1 << 10...64 << 20, "the body of a SCIM PUT of a group")
        }
    }
}

extension LimitName.Definition {
    fileprivate static func bytes(_ standard: Int64, _ range: ClosedRange<Int64>, _ meaning: String) -> Self {
        Self(unit: .bytes, standard: standard, range: range, meaning: meaning)
    }
    fileprivate static func seconds(_ standard: Int64, _ range: ClosedRange<Int64>, _ meaning: String) -> Self {
        Self(unit: .seconds, standard: standard, range: range, meaning: meaning)
    }
    fileprivate static func count(_ standard: Int64, _ range: ClosedRange<Int64>, _ meaning: String) -> Self {
        Self(unit: .count, standard: standard, range: range, meaning: meaning)
    }

    /// The default as it would be written: `64KiB`, `15s`, `100`.
    package var standardText: String {
        switch unit {
        case .bytes: Quantity.size(standard)
        case .seconds: Quantity.duration(standard)
        case .count: String(standard)
        }
    }
}

/// The limits in force: bytes, seconds or a count, see `LimitName.definition`.
package struct LimitSettings: Hashable, Sendable {
    private var changed: [LimitName: Int64]

    package init(_ changed: [LimitName: Int64] = [:]) { self.changed = changed }

    package static let standard = LimitSettings()

    package subscript(name: LimitName) -> Int64 { changed[name] ?? name.definition.standard }
}

extension SettingsValue {
    func limits() -> LimitSettings? {
        guard let map = map() else { return nil }
        var changed: [LimitName: Int64] = [:]
        for name in LimitName.allCases {
            guard let value = map[name.rawValue] else { continue }
            if Unsupported.limits.contains(name) {
                value.report("cannot be changed in this version")
                continue
            }
            let definition = name.definition
            changed[name] =
                switch definition.unit {
                case .bytes: value.bytes(in: definition.range)
                case .seconds: value.duration(in: definition.range)
                case .count: value.integer(in: definition.range)
                }
        }
        map.finish()
        return LimitSettings(changed)
    }

    /// Reports a problem of this value.
    func report(_ message: String) { context.report("'\(key)' \(message)", at: position) }
}
