package import HTTPTypes
package import Pages
package import ServerPlugin

extension Response {
    /// `formTargets`: where else a form may lead in the end, as its answer redirects there; `nil` when that cannot be said.
    package static func page(
        _ page: Page, status: HTTPResponse.Status = .ok, formTargets: [String]? = []
    ) -> Response {
        var policy = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'"
        if let formTargets { policy += "; form-action " + (["'self'"] + formTargets).joined(separator: " ") }
        var headers: HTTPFields = [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"]
        headers[.contentSecurityPolicy] = policy
        if let referrers = HTTPField.Name("Referrer-Policy") { headers[referrers] = "same-origin" }
        return Response(status: status, headers: headers, body: page.html)
    }

    /// After a form too, so that its body is not sent on and reloading sends nothing twice (RFC 9700 §4.12).
    package static func seeOther(_ location: String) -> Response {
        var headers: HTTPFields = [.location: location, .cacheControl: "no-store"]
        if let referrers = HTTPField.Name("Referrer-Policy") { headers[referrers] = "no-referrer" }
        return Response(status: .seeOther, headers: headers)
    }
}
