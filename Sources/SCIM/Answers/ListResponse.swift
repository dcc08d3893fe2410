package import StrictJSON

/// The answer to a search (RFC 7644 §3.4.2).
package struct ListResponse: Hashable, Sendable {
    /// How many resources pass in all, which may be more than are here.
    package let totalResults: Int
    /// The place of the first one here among all, from 1.
    package let startIndex: Int
    package let resources: [JSONObject]

    package init(totalResults: Int, startIndex: Int = 1, resources: [JSONObject]) {
        self.totalResults = totalResults
        self.startIndex = startIndex
        self.resources = resources
    }

    /// Everything there is, on one page: `/Schemas`, `/ResourceTypes`.
    package init(all resources: [JSONObject]) { self.init(totalResults: resources.count, resources: resources) }

    package var body: JSONObject {
        [
            "schemas": [JSONValue(MessageURN.listResponse)], "totalResults": .integer(Int64(totalResults)),
            "itemsPerPage": .integer(Int64(resources.count)), "startIndex": .integer(Int64(startIndex)),
            "Resources": .array(resources.map(JSONValue.object)),
        ]
    }
}
