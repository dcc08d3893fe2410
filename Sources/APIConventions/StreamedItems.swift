package import ServerPlugin
package import StrictJSON
import Synchronization

/// A listing that is longer than what should be in memory: `{"<name>":[...]}`, a page at a time as the client reads it.
package enum StreamedItems {
    /// The parameters:
    /// - `hasErrors`: whether the contract has an `errors` list behind it; what we cannot list fails the answer instead.
    /// - `next`: the next page, empty at the end. Called by one request, one call after the other.
    package static func response(
        _ name: String, hasErrors: Bool = false, next: @escaping @Sendable () async throws -> [JSONValue]
    ) async throws -> Response {
        let first = try await next()
        var response = Response.json(.null)
        response.body = Array("{\(JSONValue(name).encodedText()):[".utf8) + encoded(first)
        let isOver = Ending(isEmpty: first.isEmpty)
        response.rest = {
            if isOver.isTold.load(ordering: .relaxed) { return nil }
            let page = isOver.isEmpty ? [] : try await next()
            guard !page.isEmpty else {
                isOver.isTold.store(true, ordering: .relaxed)
                return Array((hasErrors ? #"],"errors":[]}"# : "]}").utf8)
            }
            return [UInt8(ascii: ",")] + encoded(page)
        }
        return response
    }

    /// Whether the end has been written; one request's.
    private final class Ending: Sendable {
        let isEmpty: Bool
        let isTold = Atomic(false)
        init(isEmpty: Bool) { self.isEmpty = isEmpty }
    }

    private static func encoded(_ items: [JSONValue]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += item.encoded()
        }
        return bytes
    }
}
