import APIConventions
import AccessPolicy
import Broker
import Identifiers
import ServerPlugin
import StrictJSON

/// Listings: the contract's, which has no pages and is streamed up to a cap, and ours in pages.
extension CredentialsPlugin {
    /// How many a listing without pages answers at most.
    static let listCap = 10_000
    /// The most of one page, and what is read from the store at a time.
    static let pageLimits: ClosedRange<Int64> = 0...1000
    static let readAtOnce = 500

    func list(_ request: Request, _ family: CredentialFamily) async throws -> Response {
        let (namespace, caller) = (try request.namespace(), try request.authenticated())
        let limit = try request.queryNumber("page_limit", in: Self.pageLimits)
        if let limit, limit > 0 {
            let start = try request.queryParameter("page_start")
            let records = try await read(family, namespace, caller, after: start, limit: Int(limit) + 1)
            let page = records.prefix(Int(limit))
            return .json([
                "items": .array(page.map { shapes.listed($0) }),
                "next_page_start": JSONValue(records.count > page.count ? page.last?.name ?? "" : ""),
            ])
        }
        let progress = Held((last: String?.none, count: 0))
        return try await StreamedItems.response("items") { [self] in
            let (last, count) = progress.value
            let limit = min(Self.readAtOnce, Self.listCap - count)
            let records = try await read(family, namespace, caller, after: last, limit: limit)
            progress.value = (records.last?.name ?? last, count + records.count)
            return StreamedItems.Page(
                records.map { shapes.listed($0) },
                isLast: records.count < limit || count + records.count >= Self.listCap)
        }
    }

    private func read(
        _ family: CredentialFamily, _ namespace: NamespaceName, _ caller: Caller, after: String?, limit: Int
    ) async throws(APIError) -> [CredentialRecord] {
        try await answering {
            () async throws(CredentialFailure) in
            try await broker.listCredentials(
                family, in: namespace, by: caller, order: .name(after: after), limit: limit)
        }
    }

    /// What ends soon, soonest first.
    func expiring(_ request: Request, _ family: CredentialFamily) async throws -> Response {
        let (namespace, caller) = (try request.namespace(), try request.authenticated())
        let days = try request.queryNumber("within_days", in: 0...3650) ?? 30
        let asked = try request.queryNumber("page_limit", in: Self.pageLimits) ?? 0
        let limit = asked == 0 ? 100 : Int(asked)
        let now = broker.time.now()
        var order = CredentialQuery.Order.expiry(after: now, id: nil)
        if let start = try request.queryParameter("page_start") { order = try Self.place(start) }
        let place = order
        let records = try await answering {
            () async throws(CredentialFailure) in
            try await broker.listCredentials(
                family, in: namespace, by: caller, order: place, expiringBy: now.adding(seconds: days * 86_400),
                limit: limit + 1)
        }
        let page = records.prefix(limit)
        let next = records.count > limit ? page.last.map { "\($0.expiresAt.milliseconds).\($0.id)" } : nil
        return .json([
            "items": .array(page.map { shapes.expiring($0) }), "next_page_start": JSONValue(next ?? ""),
        ])
    }

    /// Where a page of the listing by expiry begins: `<milliseconds>.<id>`.
    private static func place(_ text: String) throws(APIError) -> CredentialQuery.Order {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let milliseconds = Int64(parts[0]) else {
            throw APIError(.invalidArgument, "Query parameter page_start must be a next_page_start of this listing.")
        }
        return .expiry(after: Timestamp(milliseconds: milliseconds), id: CredentialID(unchecked: String(parts[1])))
    }
}
