import ArgumentParser
import GatehouseClient
import HTTPFetch
import StrictJSON

/// A listing that comes in pages.
struct PageOptions: ParsableArguments {
    @Option(name: .long, help: "At most so many; without it, all of them.")
    var limit: Int?

    func validate() throws {
        guard (limit ?? 1) > 0 else { throw ValidationError("--limit must be at least 1") }
    }
}

/// Follows the pages of a listing to its end.
struct CredentialPages {
    /// How many one page has at most.
    static let pageLimit = 1000

    let path: String
    let query: [(name: String, value: String)]
    let limit: Int?

    init(_ path: String, query: [(name: String, value: String)] = [], limit: Int? = nil) {
        (self.path, self.query, self.limit) = (path, query, limit)
    }

    /// What was listed: one answer as it came, or several as if they had been one.
    struct Listing {
        let response: ClientResponse
        let items: [JSONValue]
        /// `--limit` cut it.
        let hasMore: Bool
    }

    func request(after start: String? = nil, having count: Int = 0) -> ClientRequest {
        let size = min(Self.pageLimit, max(1, (limit ?? .max) - count))
        let pages = [("page_limit", String(size))] + (start.map { [("page_start", $0)] } ?? [])
        return ClientRequest(.GET, path, query: query + pages.map { (name: $0.0, value: $0.1) })
    }

    func all(_ call: APICall) async throws -> Listing {
        var items: [JSONValue] = []
        var response = try await call(request())
        var isOnePage = true
        var seen: Set<[UInt8]> = []
        while true {
            guard let page = response.json?["items"]?.arrayValue else {
                throw ClientFailure.notUnderstood(status: response.status)
            }
            items += page
            let next = response.json?["next_page_start"]?.stringValue ?? ""
            let isFull = limit.map { items.count >= $0 } ?? false
            guard !next.isEmpty, !isFull else {
                let hasMore = !next.isEmpty || items.count > limit ?? .max
                return Listing(
                    response: isOnePage ? response : Self.merged(response, items, next),
                    items: limit.map { Array(items.prefix($0)) } ?? items, hasMore: hasMore)
            }
            // A server that names the same page for ever must not keep us for ever.
            guard seen.insert(Array(next.utf8)).inserted else {
                throw ClientFailure.notUnderstood(status: response.status)
            }
            response = try await call(request(after: next, having: items.count))
            isOnePage = false
        }
    }

    private static func merged(_ last: ClientResponse, _ items: [JSONValue], _ next: String) -> ClientResponse {
        let json: JSONValue = ["items": .array(items), "next_page_start": JSONValue(next)]
        return ClientResponse(status: last.status, requestID: last.requestID, body: json.encoded(), json: json)
    }
}

extension ClientOptions {
    /// Every page; `nil` when the first call was only printed.
    func list(_ pages: CredentialPages) async throws -> CredentialPages.Listing? {
        guard !curl else {
            try show(pages.request())
            return nil
        }
        let session = try session()
        do {
            let listing = try await pages.all(session.call)
            if listing.hasMore { Console.printError("note: there are more than --limit\n") }
            return listing
        } catch let failure as ClientFailure {
            throw CommandFailure(credential: failure)
        }
    }
}
