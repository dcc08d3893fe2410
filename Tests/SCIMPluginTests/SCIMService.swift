import APIConventions
import AccessPolicy
import Broker
import GatehouseTesting
import HTTPTypes
import Identifiers
import SCIMPlugin
import Secrets
import ServerPlugin
import StrictJSON

/// A broker with SCIM as a server would answer it, without sockets.
struct SCIMService {
    let world: TestWorld
    let token: String
    private let catalog: RouteCatalog
    private let access: AccessCheck

    static let root = "/api/scim/namespaces/system/v2"
    static let userURN = "urn:ietf:params:scim:schemas:core:2.0:User"
    static let groupURN = "urn:ietf:params:scim:schemas:core:2.0:Group"
    static let enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    static let patchURN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

    struct Answer {
        let status: Int
        let body: JSONValue
        let headers: HTTPFields

        var id: String { body["id"]?.stringValue ?? "" }
        var scimType: String? { body["scimType"]?.stringValue }
        var detail: String { body["detail"]?.stringValue ?? "" }
        var resources: [JSONValue] { body["Resources"]?.arrayValue ?? [] }
        var total: Int64? { body["totalResults"]?.integerValue }
        var userNames: [String] { resources.compactMap { $0["userName"]?.stringValue } }
        var tag: String { headers[.eTag] ?? "" }
        /// Status and word of an error.
        var refusal: String { "\(status) \(scimType ?? "-")" }
    }

    static func make() async throws -> SCIMService {
        let world = try await TestWorld()
        let created = try await world.broker.switchProvisioning(
            true, of: "ci", days: nil, by: try world.administrator(), context: TestWorld.context)
        return SCIMService(world, token: created?.secret.revealText() ?? "")
    }

    private init(_ world: TestWorld, token: String) {
        self.world = world
        self.token = token
        let broker = world.broker
        catalog = RouteCatalog(SCIMPlugin(broker: broker).plugin.routes)
        access = AccessCheck(roles: { broker.roles }, namespaces: BrokerNamespaces(broker))
    }

    func call(
        _ method: HTTPRequest.Method, _ target: String, _ body: String = "", with token: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        let parts = (Self.root + target).split(separator: "?", maxSplits: 1).map(String.init)
        guard let (route, parameters) = catalog.find(method: method.rawValue, path: parts[0]) else {
            return Answer(status: 404, body: .null, headers: [:])
        }
        do {
            let caller = try world.broker.authenticate(
                authorization: ["Bearer " + (token ?? self.token)], from: "192.0.2.1",
                for: route.access.purpose == .provisioning ? .provisioning : .api)
            try access.check(route.access, caller: caller, parameters: parameters)
            let request = Request(
                method: method, path: parts[0], query: parts.count > 1 ? parts[1] : nil, headers: headers,
                body: Array(body.utf8), parameters: parameters, caller: caller, id: "req-scim",
                remoteAddress: "192.0.2.1")
            let response = try await route.handler(request)
            return Answer(
                status: response.status.code,
                body: response.body.isEmpty
                    ? .null : try JSONValue.parse(response.body, limits: JSONLimits(maximumBytes: 64 << 20)),
                headers: response.headers)
        } catch is CredentialRefusal {
            return Answer(status: 401, body: .null, headers: [:])
        }
    }

    func get(_ target: String, headers: HTTPFields = [:]) async throws -> Answer {
        try await call(.get, target, headers: headers)
    }

    func post(_ target: String, _ body: String) async throws -> Answer { try await call(.post, target, body) }

    func patch(_ target: String, _ operations: String, headers: HTTPFields = [:]) async throws -> Answer {
        try await call(
            .patch, target, #"{"schemas":["\#(Self.patchURN)"],"Operations":[\#(operations)]}"#, headers: headers)
    }

    /// A user by name; `more` begins with a comma.
    func user(_ name: String, _ more: String = "") async throws -> Answer {
        try await post("/Users", Self.user(name, more))
    }

    static func user(_ name: String, _ more: String = "") -> String {
        #"{"schemas":["\#(userURN)"],"userName":"\#(name)"\#(more)}"#
    }

    func group(_ name: String, members: [String] = []) async throws -> Answer {
        try await post("/Groups", Self.group(name, members: members))
    }

    static func group(_ name: String, members: [String] = []) -> String {
        let members = members.map { #"{"value":"\#($0)"}"# }.joined(separator: ",")
        return #"{"schemas":["\#(groupURN)"],"displayName":"\#(name)","members":[\#(members)]}"#
    }

    /// The values of a list of references: a group's members, a user's groups.
    static func values(_ answer: Answer, _ name: String) -> [String] {
        (answer.body[name]?.arrayValue ?? []).compactMap { $0["value"]?.stringValue }
    }

    /// Searches with a filter.
    func find(_ resource: String, _ filter: String, _ more: String = "") async throws -> Answer {
        try await get("/\(resource)?filter=\(TestWorld.percentEncoded(filter))\(more)")
    }
}
