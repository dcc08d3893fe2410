import APIConventions
import AccessPolicy
package import Broker
import HTTPTypes
package import ServerPlugin
import StrictJSON

/// Identity providers over REST: switching provisioning on and off.
package struct ProvidersPlugin: Sendable {
    private let broker: Broker

    package init(broker: Broker) { self.broker = broker }

    package var plugin: Plugin {
        Plugin(
            name: "providers",
            routes: [
                Route(
                    .put, "/api/web/custom/namespaces/{namespace}/oidc_providers/{name}/scim",
                    access: .permission(.providers, .update, in: .fixed(.system)), handler: switchProvisioning)
            ])
    }

    /// On mints the token and shows it once; off ends it.
    private func switchProvisioning(_ request: Request) async throws -> Response {
        try request.requireSystem(broker)
        let (caller, name) = (try request.authenticated(), try request.parameter("name"))
        let body = try RequestBody(request.body)
        let isOn = try body.boolean("scim_enabled") ?? false
        let days = try body.object("scim_token_meta")?.integer("expiration_days")
        let created: CreatedCredential?
        do throws(CredentialFailure) {
            created = try await broker.switchProvisioning(
                isOn, of: name, days: days, by: caller, context: RequestContext(request))
        } catch {
            throw error == .notFound ? APIError(.notFound, "No such provider.") : APIError(error)
        }
        let root = broker.settings.publicURL + "/api/scim/namespaces/system/v2/"
        return .json([
            "error": nil,
            "scim_enabled": .bool(isOn),
            "scim_token": created.map { CreatedShape.json($0, at: broker.time.now()) } ?? nil,
            "url": JSONValue(isOn ? root : ""),
        ])
    }
}
