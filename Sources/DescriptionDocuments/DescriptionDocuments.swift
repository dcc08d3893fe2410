/// The API's description and the style sheet of its page, as they are, embedded in the binary.
///
/// A module of its own, which depends on nothing: the compiler needs most of a minute for the bytes, and so does it once.
package enum DescriptionDocuments {
    /// OpenAPI 3.0.3: every operation that any configuration can route.
    package static let openAPI = PackageResources.openapi_json
    package static let style = PackageResources.style_css
}
