import APIConventions
import AccessPolicy
import Broker
import HTTPTypes
import Identifiers
import ServerPlugin
import StrictJSON

/// "May I?", and who may: the questions that the server answers for itself at each request, for those who want to know.
extension DirectoryPlugin {
    var accessRoutes: [Route] {
        [
            Route(
                .post, "/api/web/namespaces/system/evaluate-api-access", access: .authenticated, handler: evaluateCalls),
            Route(
                .post, "/api/web/namespaces/system/lookup-user-roles", access: .authenticated, handler: lookUpRoles),
            Route(
                .get, "/api/web/custom/namespaces/{namespace}/access/check", access: .authenticated,
                handler: checkAccess),
            Route(
                .get, "/api/web/custom/namespaces/{namespace}/access/who-can",
                access: .permission(.users, .list, in: .path("namespace")), handler: whoCan),
        ]
    }

    // MARK: The contract's

    /// Whether the caller may make each of these calls: the very check that the server would make.
    private func evaluateCalls(_ request: Request) async throws -> Response {
        let caller = try request.authenticated()
        let body = try RequestBody(request.body)
        enum Control: String, CaseIterable { case roles = "RBAC", plans = "PBAC", all = "ALL" }
        _ = try body.enumeration("access_control_type", Control.allCases)
        let namespace = try body.text("namespace")
        if let namespace, (try? NamespaceName(namespace)) == nil {
            throw body.invalid("namespace", "must be the name of a namespace")
        }
        let lists = try body.objects("item_lists")
        guard lists.count <= 1000 else { throw body.invalid("item_lists", "must be at most 1,000") }
        let check = AccessCheck(roles: { broker.roles }, namespaces: BrokerNamespaces(broker))
        var answers: [JSONValue] = []
        for list in lists {
            let items = try list.objects("items")
            guard items.count <= 100 else { throw list.invalid("items", "must be at most 100") }
            var results: [JSONValue] = []
            var allowsAll = true
            for item in items {
                let (method, path) = (try item.text("method") ?? "GET", try item.text("path") ?? "")
                let isAllowed = allows(method, path, namespace: namespace, caller: caller, check)
                allowsAll = allowsAll && isAllowed
                results.append([
                    "method": JSONValue(method), "none": [:], "path": JSONValue(path), "result": .bool(isAllowed),
                ])
            }
            answers.append([
                "items": .array(results), "list_id": JSONValue(try list.text("list_id") ?? ""),
                "result": .bool(allowsAll),
            ])
        }
        return .json(["item_lists": .array(answers)])
    }

    /// What is no route of ours nobody may call.
    private func allows(
        _ method: String, _ path: String, namespace: String?, caller: Caller, _ check: AccessCheck
    ) -> Bool {
        // Clients write the place of the namespace, and mean the one that they ask for.
        let path = namespace.map { path.replacing("{namespace}", with: $0) } ?? path
        guard let (route, parameters) = catalog.current.find(method: method, path: path) else { return false }
        do throws(APIError) {
            try check.check(route.access, caller: caller, parameters: parameters)
            return route.access.purpose == .api
        } catch {
            return false
        }
    }

    private func lookUpRoles(_ request: Request) async throws -> Response {
        let caller = try request.authenticated()
        let body = try RequestBody(request.body)
        let text = try body.text("namespace") ?? "system"
        guard let namespace = try? NamespaceName(text) else {
            throw body.invalid("namespace", "must be the name of a namespace")
        }
        return .json(["roles": JSONValue(caller.access.roles(in: namespace).sorted().map(\.rawValue))])
    }

    // MARK: Ours

    /// `api_group` and `verb` in the query; `user` asks about somebody else, for those who may read users.
    private func checkAccess(_ request: Request) async throws -> Response {
        let (caller, namespace) = (try request.authenticated(), try request.namespace())
        // Whoever is kept out by an authentication policy comes here to learn why.
        guard broker.hasNamespace(namespace),
            namespace == .system && caller.confinement == nil || !caller.access.roles(in: namespace).isEmpty
                || caller.withheld.denial(in: namespace) != nil
        else { throw APIError.namespaceNotFound }
        let (group, verb) = try question(request)
        let user = try request.queryParameter("user")
        let answer: AccessAnswer
        if let user {
            guard broker.roles.allows(caller.access.roles(in: .system), .get, on: .users) else {
                throw APIError.permissionDenied
            }
            answer = try await answeringDirectory {
                () async throws(DirectoryFailure) in try broker.may(user, verb, on: group, in: namespace)
            }
        } else {
            answer = broker.mayCall(verb, on: group, in: namespace, caller: caller)
        }
        // Of somebody else it is not known what they will call with: the policies there are named.
        let withheld = user == nil ? caller.withheld.denial(in: namespace) : nil
        return .json([
            "allowed": .bool(answer.isAllowed), "api_group": JSONValue(group.rawValue),
            "authentication_policies": JSONValue(broker.authenticationPolicyNames(in: namespace)),
            "because": .array(answer.reasons.map(Self.shape)), "namespace": JSONValue(namespace.rawValue),
            "roles": JSONValue(answer.roles.map(\.rawValue)),
            "user": JSONValue(user ?? caller.principal.name), "verb": JSONValue(verb.rawValue),
            "withheld_by": JSONValue(withheld?.message),
        ])
    }

    private func whoCan(_ request: Request) async throws -> Response {
        let namespace = try request.namespace()
        let (group, verb) = try question(request)
        let found = broker.whoCan(verb, on: group, in: namespace)
        let limit = Int(try request.queryNumber("page_limit", in: 1...10_000) ?? 1000)
        return .json([
            "items": .array(
                found.prefix(limit).map { principal, reasons in
                    [
                        "because": .array(reasons.map(Self.shape)), "kind": JSONValue(principal.kind.rawValue),
                        "name": JSONValue(principal.name), "uid": JSONValue(principal.id.rawValue),
                    ]
                }), "total": .integer(Int64(found.count)),
        ])
    }

    private func question(_ request: Request) throws(APIError) -> (APIGroup, Verb) {
        guard let text = try request.queryParameter("api_group"), let group = try? APIGroup(text) else {
            throw APIError(.invalidArgument, "Query parameter api_group must be the name of an API group.")
        }
        guard let verb = try request.queryParameter("verb").flatMap(Verb.init(rawValue:)) else {
            let verbs = Verb.allCases.map(\.rawValue).joined(separator: ", ")
            throw APIError(.invalidArgument, "Query parameter verb must be one of \(verbs).")
        }
        return (group, verb)
    }

    private static func shape(_ reason: AccessAnswer.Reason) -> JSONValue {
        let group: String? = if case .group(let name) = reason.source { name } else { nil }
        return [
            "namespace": JSONValue(reason.pattern.text), "role": JSONValue(reason.role.rawValue),
            "user_group": JSONValue(group),
        ]
    }
}
