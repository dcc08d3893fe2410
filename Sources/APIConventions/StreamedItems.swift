package import ServerPlugin
package import StrictJSON

/// A listing that may be longer than what should be in memory: `{"<name>":[...]}`, a page at a time as the client reads
/// it. One that ends with its first page is an answer like any other.
package enum StreamedItems {
    package struct Page: Sendable {
        let items: [JSONValue]
        let isLast: Bool

        package init(_ items: [JSONValue], isLast: Bool) { (self.items, self.isLast) = (items, isLast) }
    }

    private enum Progress: Sendable {
        /// Whether anything was listed: a comma goes before the next.
        case listing(hasItems: Bool)
        case over
    }

    /// The parameters:
    /// - `hasErrors`: whether the contract has an `errors` list behind it; what we cannot list fails the answer instead.
    /// - `next`: the next page. Called by one request, one call after the other.
    package static func response(
        _ name: String, hasErrors: Bool = false, next: @escaping @Sendable () async throws -> Page
    ) async throws -> Response {
        let end = Array((hasErrors ? #"],"errors":[]}"# : "]}").utf8)
        let first = try await next()
        var response = Response.json(.null)
        response.body = Array("{\(JSONValue(name).encodedText()):[".utf8) + encoded(first.items, afterOthers: false)
        guard !first.isLast else {
            response.body += end
            return response
        }
        let progress = Held(Progress.listing(hasItems: !first.items.isEmpty))
        response.rest = {
            guard case .listing(let hasItems) = progress.value else { return nil }
            let page = try await next()
            progress.value = page.isLast ? .over : .listing(hasItems: hasItems || !page.items.isEmpty)
            return encoded(page.items, afterOthers: hasItems) + (page.isLast ? end : [])
        }
        return response
    }

    private static func encoded(_ items: [JSONValue], afterOthers: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, item) in items.enumerated() {
            if afterOthers || index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += item.encoded()
        }
        return bytes
    }
}
