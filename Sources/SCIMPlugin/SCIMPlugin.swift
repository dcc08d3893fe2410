package import Broker
import HTTPTypes
import SCIM
package import ServerPlugin

/// Provisioning by a directory (RFC 7643, RFC 7644): opened by the SCIM token, which opens nothing else.
package struct SCIMPlugin: Sendable {
    let broker: Broker
    let base: ServiceURL

    static let root = "/api/scim/namespaces/system/v2"
    /// How many resources one answer holds.
    static let maximumResults = 200
    /// Of a group with more members a PATCH is answered without body, so that it costs what it changes.
    static let shownMembers = 1000
    static let groupBodyLimit = 8 << 20
    static let patchBodyLimit = 1 << 20

    package init(broker: Broker) {
        self.broker = broker
        base = ServiceURL(broker.settings.publicURL + Self.root)
    }

    package var plugin: Plugin {
        Plugin(name: "scim", routes: discoveryRoutes + userRoutes + groupRoutes + refusedRoutes)
    }

    typealias Answer = @Sendable (Request) async throws -> Response

    /// A route whose every error is one of SCIM.
    func route(
        _ method: HTTPRequest.Method, _ path: String, bodyLimit: Int = Route.defaultBodyLimit, isDescribed: Bool = true,
        _ answer: @escaping Answer
    ) -> Route {
        Route(
            method, PathTemplate(Self.root + path), access: .provisioning, bodyLimit: bodyLimit, errors: .scim,
            isDescribed: isDescribed
        ) { request in
            do {
                return try await answer(request)
            } catch let error as SCIMError {
                return error.response
            } catch let failure as ProvisioningFailure {
                return SCIMError(failure).response
            }
        }
    }

    /// What RFC 7644 has and this service does not (§3.4.2.1, §3.7, §3.11): 501 says so.
    private var refusedRoutes: [Route] {
        let whole: Answer = { _ in throw SCIMError(status: 501, "A search over all resource types is not supported.") }
        let bulk: Answer = { _ in throw SCIMError(status: 501, "Bulk requests are not supported.") }
        let me: Answer = { _ in throw SCIMError(status: 501, "/Me is not supported: the SCIM token is no user.") }
        return [
            route(.get, "", isDescribed: false, whole), route(.post, "/.search", isDescribed: false, whole),
            route(.post, "/Bulk", bodyLimit: Self.patchBodyLimit, isDescribed: false, bulk),
        ] + [HTTPRequest.Method.get, .post, .put, .patch, .delete].map { route($0, "/Me", isDescribed: false, me) }
    }
}
