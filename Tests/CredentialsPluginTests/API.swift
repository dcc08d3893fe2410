import APIConventions
import AccessPolicy
import Broker
import CredentialsPlugin
import DirectoryPlugin
import GatehouseTesting
import HTTPTypes
import Identifiers
import ProvidersPlugin
import Secrets
import ServerPlugin
import StrictJSON

/// A broker with its API as a server would answer it, without sockets: authentication, the route's access, the handler.
struct API {
    let world: TestWorld
    let routes: [Route]
    private let access: AccessCheck
    private let catalog: RouteCatalog
    /// Where requests come from.
    var remoteAddress = "127.0.0.1"

    struct Answer {
        let status: Int
        let body: JSONValue
        let headers: HTTPFields
        /// Of what is not JSON.
        var text = ""

        var code: Int64? { body["code"]?.integerValue }
        var message: String { body["message"]?.stringValue ?? "" }
        /// Of create.
        var name: String { body["name"]?.stringValue ?? "" }
        var data: String { body["data"]?.stringValue ?? "" }
        var items: [JSONValue] { body["items"]?.arrayValue ?? [] }
    }

    /// What a request is made with.
    enum With {
        case administrator
        case token(String)
        case certificate([UInt8])
        case nothing
    }

    init(_ world: TestWorld) {
        self.world = world
        let broker = world.broker
        let catalog = Live(RouteCatalog([]))
        routes =
            CredentialsPlugin(broker: broker).plugin.routes
            + DirectoryPlugin(broker: broker, catalog: catalog).plugin.routes
            + ProvidersPlugin(broker: broker).plugin.routes
        self.catalog = RouteCatalog(routes)
        catalog.replace(self.catalog)
        access = AccessCheck(roles: { broker.roles }, namespaces: BrokerNamespaces(broker))
    }

    static func make(policies: [PolicyText] = [TestWorld.deployFromMain]) async throws -> API {
        let world = try await TestWorld(policies: policies)
        try await world.loadAuthority()
        return API(world)
    }

    func post(
        _ path: String, _ body: String = "{}", with: With = .administrator, headers: HTTPFields = [:]
    ) async throws -> Answer {
        try await call(.post, path, body, with: with, headers: headers)
    }

    func get(_ path: String, with: With = .administrator) async throws -> Answer {
        try await call(.get, path, "", with: with)
    }

    func call(
        _ method: HTTPRequest.Method, _ target: String, _ body: String, with: With = .administrator,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
        guard let (route, parameters) = catalog.find(method: method.rawValue, path: parts[0]) else {
            return Answer(status: 404, body: ["message": "no route"], headers: [:])
        }
        var headers = headers
        do {
            let caller = try authenticate(with, route, &headers)
            try access.check(route.access, caller: caller, parameters: parameters)
            let request = Request(
                method: method, path: parts[0], query: parts.count > 1 ? parts[1] : nil, headers: headers,
                body: Array(body.utf8), parameters: parameters, caller: caller, id: "req-1",
                remoteAddress: remoteAddress)
            var response = try await route.handler(request)
            while let rest = response.rest, let part = try await rest() { response.body += part }
            let isJSON = response.headers[.contentType]?.hasPrefix("application/json") ?? false
            return Answer(
                status: response.status.code,
                body: isJSON ? try JSONValue.parse(response.body, limits: JSONLimits(maximumBytes: 64 << 20)) : .null,
                headers: response.headers, text: isJSON ? "" : String(decoding: response.body, as: UTF8.self))
        } catch let error as APIError {
            return Answer(status: error.code.status.code, body: error.body, headers: error.response.headers)
        }
    }

    private func authenticate(_ with: With, _ route: Route, _ headers: inout HTTPFields) throws -> Caller? {
        if case .open = route.access { return nil }
        do {
            switch with {
            case .nothing: return nil
            case .administrator: return try token(world.administratorToken.revealText(), route, &headers)
            case .token(let text): return try token(text, route, &headers)
            case .certificate(let der): return try world.broker.authenticate(certificate: der, from: remoteAddress)
            }
        } catch is CredentialRefusal {
            throw APIError.unauthenticated
        }
    }

    private func token(_ text: String, _ route: Route, _ headers: inout HTTPFields) throws -> Caller {
        headers[.authorization] = "APIToken " + text
        return try world.broker.authenticate(
            authorization: ["APIToken " + text], from: remoteAddress,
            for: route.access.purpose == .provisioning ? .provisioning : .api)
    }

    // MARK: In a few words

    static let system = "/api/web/namespaces/system/"

    /// Makes a token and answers its name and secret.
    func token(
        _ name: String = "bot", days: Int = 10, with: With = .administrator
    ) async throws -> (name: String, secret: String) {
        let answer = try await post(
            Self.system + "api_credentials",
            #"{"name":"\#(name)","expiration_days":\#(days),"spec":{"type":"API_TOKEN"}}"#, with: with)
        return (answer.name, answer.data)
    }

    /// Makes a service token with a role in a namespace.
    func serviceToken(
        _ name: String = "svc", role: String = "monitor", namespace: String = "default", days: Int = 10
    ) async throws -> (name: String, secret: String) {
        let answer = try await post(
            Self.system + "service_credentials",
            #"{"name":"\#(name)","type":"SERVICE_API_TOKEN","expiration_days":\#(days),"namespace_roles":[{"namespace":"\#(namespace)","role":"\#(role)"}]}"#
        )
        return (answer.name, answer.data)
    }
}
