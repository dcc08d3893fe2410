import ServerPlugin
import StrictJSON

/// `GET /hello/{namespace}`: greets whoever holds a role there. Who asks and what they may do is checked before.
enum Hello {
    static let plugin = Plugin(
        name: "hello",
        routes: [
            Route(.get, "/hello/{namespace}", access: .member(of: .path("namespace"))) { request in
                let caller = try request.authenticated()
                return .json([
                    "hello": JSONValue(caller.principal.name),
                    "namespace": JSONValue(try request.namespace().rawValue),
                ])
            }
        ])
}
