/// A part of the API: a name and a list of routes. Plugins are values; they are tested by calling `route.handler`.
public struct Plugin: Sendable {
    /// As in the configuration's `plugins` list, e.g. `credentials`.
    public let name: String
    public let routes: [Route]

    public init(name: String, routes: [Route]) {
        self.name = name
        self.routes = routes
    }
}
