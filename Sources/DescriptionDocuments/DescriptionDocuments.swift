internal import CDescriptionDocuments

/// The API's description and the style sheet of its page, as they are, embedded in the binary.
package enum DescriptionDocuments {
    /// OpenAPI 3.0.3: every operation that any configuration can route.
    package static let openAPI = unsafe bytes(gatehouse_openapi_json)
    package static let style = unsafe bytes(gatehouse_style_css)

    private static func bytes(_ document: (UnsafeMutablePointer<Int>?) -> UnsafePointer<UInt8>?) -> [UInt8] {
        var count = 0
        let start = unsafe document(&count)
        return unsafe Array(UnsafeBufferPointer(start: start, count: count))
    }
}
