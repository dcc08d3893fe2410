import AccessPolicy
import Broker
import Identifiers
import SCIM
import ServerPlugin
import StrictJSON

/// Searches (RFC 7644 §3.4.2).
extension SCIMPlugin {
    func searchUsers(_ request: SearchRequest) async throws -> Response {
        try await search(
            request, SearchPlan(request.filter, of: .user), of: .user, id: { $0.id.rawValue },
            shape: { (user: ProvisionedUser, _) in shape(user) },
            matched: { (user: ProvisionedUser, _) in
                var resource = shape(user)
                // Unassigned, it is what it is all the same.
                resource["active"] = .bool(user.isActive)
                return resource
            },
            rows: { query throws(StoreFailure) in try await broker.store.provisionedUsers(query) },
            count: { conditions throws(StoreFailure) in try await broker.store.countProvisionedUsers(conditions) })
    }

    func searchGroups(_ request: SearchRequest) async throws -> Response {
        let plan = SearchPlan(request.filter, of: .group) { id in broker.provisionedGroupIDs(ofUser: id) }
        return try await search(
            request, plan, of: .group, id: { $0.id },
            shape: { (group: ProvisionedGroup, hasMembers) in shape(group, hasMembers: hasMembers) },
            matched: { (group: ProvisionedGroup, hasMembers) in shape(group, hasMembers: hasMembers) },
            rows: { query throws(StoreFailure) in try await broker.store.provisionedGroups(query) },
            count: { conditions throws(StoreFailure) in try await broker.store.countProvisionedGroups(conditions) })
    }

    /// `shape` is what is answered, `matched` what the filter and the order look at.
    private func search<Row: Sendable>(
        _ request: SearchRequest, _ plan: SearchPlan, of type: ResourceType, id: (Row) -> String,
        shape: (Row, _ hasMembers: Bool) -> JSONObject,
        matched: (Row, _ hasMembers: Bool) -> JSONObject,
        rows: (ProvisioningQuery) async throws(StoreFailure) -> [Row],
        count: ([ProvisioningCondition]) async throws(StoreFailure) -> Int
    ) async throws -> Response {
        let hasMembers = request.projection.includes("members")
        let (total, page): (Int, [Row])
        do throws(StoreFailure) {
            let order = request.sort.map { SearchPlan.order($0, of: type) } ?? .id
            if plan.rest.isEmpty, let order {
                total = try await count(plan.conditions)
                let query = ProvisioningQuery(
                    plan.conditions, order: order, isDescending: request.sort?.isDescending ?? false,
                    offset: request.page.offset, limit: request.page.count)
                page = request.page.count == 0 ? [] : try await rows(query)
            } else {
                (total, page) = try await scan(request, plan, id: id, matched: matched, rows: rows)
            }
        } catch {
            throw ProvisioningFailure.store(error)
        }
        let resources = page.map { request.projection.apply(to: shape($0, hasMembers)) }
        return .scim(
            ListResponse(totalResults: total, startIndex: request.page.startIndex, resources: resources).body)
    }

    /// How many rows are in memory at once.
    private static let batch = 500

    /// Looks at every row that passes the conditions, in batches. What has to be sorted here is kept as its id and the one
    /// attribute; what does not is counted, and kept when it is on the page.
    private func scan<Row: Sendable>(
        _ request: SearchRequest, _ plan: SearchPlan, id: (Row) -> String,
        matched: (Row, _ hasMembers: Bool) -> JSONObject,
        rows: (ProvisioningQuery) async throws(StoreFailure) -> [Row]
    ) async throws(StoreFailure) -> (total: Int, page: [Row]) {
        // A text in quotes may say so too: then members are read for nothing.
        let asksForMembers = plan.rest.contains { $0.mentions("members") }
        let sort = request.sort
        var (total, page): (Int, [Row]) = (0, [])
        var found: [JSONObject] = []
        var after: String?
        while true {
            try Self.checkNotCancelled()
            let batch = try await rows(ProvisioningQuery(plan.conditions, afterID: after, limit: Self.batch))
            for row in batch {
                let resource = matched(row, asksForMembers)
                guard plan.rest.allSatisfy({ $0.matches(resource) }) else { continue }
                total += 1
                if let sort {
                    found.append(sort.reduced(resource))
                } else if total > request.page.offset, page.count < request.page.count {
                    page.append(row)
                }
            }
            guard batch.count == Self.batch, let last = batch.last else { break }
            after = id(last)
        }
        guard let sort else { return (total, page) }
        let wanted = sort.sorted(found).dropFirst(request.page.offset).prefix(request.page.count)
            .compactMap { $0["id"]?.stringValue }
        guard !wanted.isEmpty else { return (total, []) }
        let onPage = try await rows(ProvisioningQuery([.ids(wanted)], limit: wanted.count))
        let byID = Dictionary(onPage.map { (Key(id($0)), $0) }) { first, _ in first }
        return (total, wanted.compactMap { byID[Key($0)] })
    }

    /// Nobody waits any more: a scan of everything must not go on.
    private static func checkNotCancelled() throws(StoreFailure) {
        if Task.isCancelled { throw .unavailable("the request was given up") }
    }
}

extension Filter {
    /// Whether its text has this word: a superset of those that look at the attribute.
    fileprivate func mentions(_ name: String) -> Bool {
        description.utf8.split { !$0.isLetter }.contains { String(Substring($0)).hasSameBytes(as: name) }
    }
}

extension UInt8 {
    fileprivate var isLetter: Bool { (0x61...0x7A).contains(self | 0x20) }
}

extension SortOrder {
    /// The resource with the one attribute that counts, and its id.
    fileprivate func reduced(_ resource: JSONObject) -> JSONObject {
        var key: JSONObject = ["id": resource["id"] ?? .null]
        let container = path.extensionURN.map { resource[$0]?.objectValue } ?? resource
        let value = container?[path.attribute.name]
        if let urn = path.extensionURN {
            var inner = JSONObject()
            inner[path.attribute.name] = value
            key[urn] = .object(inner)
        } else {
            key[path.attribute.name] = value
        }
        return key
    }
}
