import DescriptionDocuments
import HTTPTypes
import SafeHTML
package import ServerPlugin
package import StrictJSON

/// `/openapi.json` and `/docs`: what this server routes, as it is configured, for programs and for people.
///
/// All of it is made once: it is the same for everybody until the next start.
package struct DescriptionPlugin: Sendable {
    private let document: PublicDocument
    private let page: PublicDocument
    private let style: PublicDocument

    /// Nothing from elsewhere and no scripts; the style sheet is our own.
    private static let contentSecurityPolicy =
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    /// `routes`: those of all other plugins. The server's health routes and these three need not be among them.
    package init(routes: [Route], publicURL: String) throws(JSONError) {
        let description = try Description(routes: routes, publicURL: publicURL)
        document = PublicDocument(description.document.encoded(), contentType: "application/json")
        page = PublicDocument(
            Array(Page(description).html.source.utf8), contentType: "text/html; charset=utf-8",
            contentSecurityPolicy: Self.contentSecurityPolicy)
        style = PublicDocument(DescriptionDocuments.style, contentType: "text/css; charset=utf-8")
    }

    package var plugin: Plugin {
        Plugin(
            name: "description",
            routes: [
                route("/openapi.json", document), route("/docs", page), route("/docs/style.css", style),
            ])
    }

    private func route(_ path: PathTemplate, _ document: PublicDocument) -> Route {
        Route(.get, path, access: .open, bodyLimit: 0, isPublicDocument: true) { document.answer(to: $0) }
    }
}
