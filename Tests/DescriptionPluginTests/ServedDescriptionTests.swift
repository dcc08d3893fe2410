import HTTPTypes
import ServerPlugin
import StrictJSON
import Testing

@testable import DescriptionPlugin

/// What is served is what is routed.
@Suite struct ServedDescriptionTests {
    private let own = ["/livez", "/readyz", "/startupz", "/openapi.json", "/docs", "/docs/style.css"]

    @Test func holdsOnlyWhatIsRouted() throws {
        let path = "/api/web/namespaces/{namespace}/api_credentials"
        let description = try Description(
            routes: [Fixtures.route(.get, path), Fixtures.route(.get, "/not/described")],
            publicURL: "https://id.example.com")
        let document = description.document
        #expect(Set(document["paths"]?.objectValue?.names ?? []) == Set(own + [path]))
        #expect(document["paths"]?[path]?.objectValue?.names == ["get"])
        #expect(document["servers"] == [["url": "https://id.example.com"]])
        let tags = document["tags"]?.arrayValue?.compactMap { $0["name"]?.stringValue }
        #expect(tags == ["api_credentials", "description", "health"])
        let schemas = try #require(document["components"]?["schemas"]?.objectValue?.names)
        #expect(schemas.contains("api_credentialListResponseItem") && !schemas.contains("RotateRequest"))
        #expect(document["components"]?["securitySchemes"]?["ApiToken"] != nil)
    }

    @Test(arguments: ["https://id.example.com", "https://id.example.com/"])
    func serverHasNoSlashAtItsEnd(_ publicURL: String) throws {
        let document = try Description(routes: [], publicURL: publicURL).document
        #expect(document["servers"]?.arrayValue?.first?["url"] == "https://id.example.com")
    }

    @Test func noDifferencesWhenAllIsRouted() throws {
        let routes = Fixtures.routes(try Description.whole())
        #expect(Description.differences(routes: routes) == [])
        // The server's own and ours need not be given.
        let others = routes.filter { !own.contains($0.path.description) }
        #expect(others.count == routes.count - own.count)
        #expect(Description.differences(routes: others) == [])
    }

    @Test func differencesBothWays() throws {
        var routes = Fixtures.routes(try Description.whole())
        routes.removeAll { $0.path.description == "/oauth/token" }
        routes.append(Fixtures.route(.delete, "/api/web/namespaces"))
        // A parameter has the name that the description gives it.
        routes.removeAll { $0.path.description == "/api/web/custom/namespaces/{namespace}/whoami" }
        routes.append(Fixtures.route(.get, "/api/web/custom/namespaces/{ns}/whoami"))
        #expect(
            Description.differences(routes: routes) == [
                "routed, not described: DELETE /api/web/namespaces",
                "routed, not described: GET /api/web/custom/namespaces/{ns}/whoami",
                "described, not routed: GET /api/web/custom/namespaces/{namespace}/whoami",
                "described, not routed: POST /oauth/token",
            ])
    }
}

/// The routes themselves.
@Suite struct DescriptionRouteTests {
    private func answer(_ path: String, ifNoneMatch: String? = nil) async throws -> Response {
        let plugin = try DescriptionPlugin(routes: [], publicURL: "https://id.example.com").plugin
        let route = try #require(plugin.routes.first { $0.path.description == path })
        #expect(route.method == .get && route.isPublicDocument)
        var headers: HTTPFields = [:]
        headers[.ifNoneMatch] = ifNoneMatch
        return try await route.handler(
            Request(method: .get, path: path, headers: headers, id: "r-1", remoteAddress: "127.0.0.1"))
    }

    @Test(arguments: [
        ("/openapi.json", "application/json"), ("/docs", "text/html; charset=utf-8"),
        ("/docs/style.css", "text/css; charset=utf-8"),
    ])
    func servesAndRevalidates(_ path: String, _ contentType: String) async throws {
        let response = try await answer(path)
        #expect(response.status == .ok && !response.body.isEmpty)
        #expect(response.headers[.contentType] == contentType)
        #expect(response.headers[.cacheControl] == "public, max-age=300")
        let tag = try #require(response.headers[.eTag])
        for asked in [tag, "W/" + tag, "\"other\", " + tag, "*"] {
            let second = try await answer(path, ifNoneMatch: asked)
            #expect(second.status == .notModified && second.body.isEmpty && second.headers[.eTag] == tag, "\(asked)")
        }
        for asked in ["", "\"other\"", String(tag.dropLast())] {
            #expect(try await answer(path, ifNoneMatch: asked).status == .ok, "\(asked)")
        }
    }

    @Test func thePageAllowsNothingFromElsewhere() async throws {
        let policy = try await answer("/docs").headers[.contentSecurityPolicy]
        #expect(policy?.hasPrefix("default-src 'none'; style-src 'self';") == true)
        #expect(try await answer("/openapi.json").headers[.contentSecurityPolicy] == nil)
    }

    @Test func theDocumentIsJSON() async throws {
        let document = try JSONValue.parse(try await answer("/openapi.json").body)
        #expect(document["openapi"] == "3.0.3")
        #expect(document["paths"]?["/docs"]?["get"] != nil)
    }
}
