import AccessPolicy
import CredentialsPlugin
import DescriptionPlugin
import DirectoryPlugin
import GatehouseTesting
import ProvidersPlugin
import SCIMPlugin
import ServerPlugin
import Testing
import TokenPlugin

/// `/openapi.json` and the routes of this program say the same, both ways.
@Suite struct DescriptionTests {
    @Test func everyRouteIsDescribedAndEveryDescriptionIsRouted() async throws {
        let broker = try await TestWorld().broker
        let routes =
            CredentialsPlugin(broker: broker).plugin.routes
            + TokenPlugin(broker: broker, roles: { .builtIn }).plugin.routes
            + DirectoryPlugin(broker: broker).plugin.routes + ProvidersPlugin(broker: broker).plugin.routes
            + SCIMPlugin(broker: broker).plugin.routes
        #expect(Description.differences(routes: routes) == [])
    }
}
