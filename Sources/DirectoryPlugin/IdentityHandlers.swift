import APIConventions
import AccessPolicy
import Broker
import HTTPTypes
import Identifiers
import ServerPlugin
import StrictJSON

/// The tenant's identity settings, who signed in when, and who did not.
extension DirectoryPlugin {
    var identityRoutes: [Route] {
        let settings: PathTemplate = "/api/web/namespaces/system/tenant/idm/settings"
        let reads = Self.may(.users, .list)
        return [
            Route(.get, settings, access: Self.may(.settings, .get)) { _ in
                .json(IdentityShapes.settings(broker.identitySettings))
            },
            Route(.put, settings, access: Self.may(.settings, .update), handler: changeIdentitySettings),
            Route(.get, "/no_auth/tenant/idm/settings/password_policy", access: .open) { _ in
                .json(IdentityShapes.publicPolicy(broker.identitySettings))
            },
            Route(.get, "/api/web/namespaces/system/tenant/idm/events/last_login", access: reads) { _ in
                var map = JSONObject()
                for (name, at) in broker.lastSignIns { map[name] = JSONValue(RFC3339.text(at)) }
                return .json(["last_login_map": .object(map)])
            },
            Route(.get, "/api/web/namespaces/system/tenant/idm/events/login", access: reads) { request in
                let first = try request.queryNumber("first", in: 0...1_000_000) ?? 0
                let max = try request.queryNumber("max", in: 0...10_000) ?? 0
                let now = broker.time.now()
                return try await signIns(
                    from: now.adding(seconds: -SignIn.keptSeconds), to: now, first: first, max: max)
            },
            Route(
                .post, "/api/web/namespaces/system/tenant/idm/events/login_in_time", access: reads,
                handler: signInsInTime),
            Route(.get, "/api/web/namespaces/system/tenant/idm/users/inactive", access: reads) { _ in
                let since = broker.time.now().adding(seconds: -90 * 86_400)
                let users = broker.inactivePeople(since: since)
                return .json(["users": .array(users.map { ["email": JSONValue($0)] })])
            },
        ]
    }

    private func changeIdentitySettings(_ request: Request) async throws -> Response {
        let caller = try request.authenticated()
        let document = try IdentityShapes.read(try RequestBody(request.body))
        try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.changeIdentitySettings(to: document, by: caller, context: RequestContext(request))
        }
        return .json([:])
    }

    private func signInsInTime(_ request: Request) async throws -> Response {
        let body = try RequestBody(request.body)
        let now = broker.time.now()
        let start = try Self.moment(body, "start") ?? now.adding(seconds: -SignIn.keptSeconds)
        let end = try Self.moment(body, "end") ?? now
        guard start <= end else { throw body.invalid("end", "must not be before start") }
        let (first, max) = (try body.integer("first") ?? 0, try body.integer("max") ?? 0)
        guard (0...1_000_000).contains(first) else { throw body.invalid("first", "must be 0 to 1000000") }
        guard (0...10_000).contains(max) else { throw body.invalid("max", "must be 0 to 10000") }
        return try await signIns(from: start, to: end, first: first, max: max)
    }

    private static func moment(_ body: RequestBody, _ field: String) throws(APIError) -> Timestamp? {
        guard let text = try body.text(field) else { return nil }
        guard let moment = RFC3339.parse(text) else { throw body.invalid(field, "must be a time as in RFC 3339") }
        return moment
    }

    /// Sign-ins by name, oldest first. The shape of an event is ours: the contract leaves it open.
    private func signIns(from start: Timestamp, to end: Timestamp, first: Int64, max: Int64) async throws -> Response {
        let events = try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.signIns(
                from: start, to: end, skipping: Int(first), limit: max == 0 ? 100 : Int(max))
        }
        var lists: [(name: String, events: [JSONValue])] = []
        var places: [Key: Int] = [:]
        for event in events {
            let name = broker.principalName(event.principal)
            let shape: JSONValue = [
                "ip_address": JSONValue(event.remoteAddress), "provider": JSONValue(event.provider),
                "time": JSONValue(RFC3339.text(event.at)),
            ]
            if let place = places[Key(name)] {
                lists[place].events.append(shape)
            } else {
                places[Key(name)] = lists.count
                lists.append((name, [shape]))
            }
        }
        var map = JSONObject()
        for list in lists { map[list.name] = ["events": .array(list.events)] }
        return .json(["login_events_map": .object(map)])
    }
}
