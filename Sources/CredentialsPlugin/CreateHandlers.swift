import APIConventions
import AccessPolicy
import Broker
import HTTPTypes
import Identifiers
import Secrets
import ServerPlugin
import StrictJSON

/// Creating personal and service credentials, and replacing what a service credential may do.
extension CredentialsPlugin {
    func createPersonal(_ request: Request) async throws -> Response {
        let (namespace, caller) = (try request.namespace(), try request.authenticated())
        let body = try RequestBody(request.body)
        let name = try Self.name(in: body)
        let specification = try body.required("spec", try body.object("spec"))
        // Absent is the enum's zero (contract README 2.2).
        let type = try specification.enumeration("type", CredentialType.allCases) ?? .apiCertificate
        guard type.family == .personal else {
            throw specification.invalid("type", "must be one of \(Self.names(of: .personal)) here")
        }
        let wanted = CredentialRequest(
            name: name, type: type, namespace: namespace, days: try body.integer("expiration_days"),
            password: type.form == .certificate ? try specification.text("password").map { Secret(utf8: $0) } : nil,
            target: type.form == .kubeconfig ? try Self.cluster(in: specification) : nil)
        return try await create(wanted, request, by: caller)
    }

    func createService(_ request: Request) async throws -> Response {
        let (namespace, caller) = (try request.namespace(), try request.authenticated())
        let body = try RequestBody(request.body)
        let name = try Self.name(in: body)
        let choice = try ServiceChoice(body)
        let user = CredentialRequest.ServiceUser(
            roles: try body.namespaceRoles(), groups: Self.unique(try body.texts("user_group_names")))
        let wanted = CredentialRequest(
            name: name, type: choice.type, namespace: namespace, days: try body.integer("expiration_days"),
            password: choice.password, target: choice.target, serviceUser: user)
        return try await create(wanted, request, by: caller)
    }

    private func create(_ wanted: CredentialRequest, _ request: Request, by caller: Caller) async throws -> Response {
        let replay = try replayPlan(request, by: caller) { [broker] created in
            ResponseShapes(broker).created(created)
        }
        let outcome = try await answering {
            () async throws(CredentialFailure) in
            try await broker.create(wanted, by: caller, replay: replay, context: RequestContext(request))
        }
        return answer(outcome)
    }

    func answer(_ outcome: CreationOutcome) -> Response {
        switch outcome {
        case .created(let created): return .json(shapes.created(created))
        case .replayed(let body):
            return Response(
                status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"], body: body)
        }
    }

    /// How the answer is given again when the same is asked with the same `Idempotency-Key`.
    func replayPlan(
        _ request: Request, by caller: Caller, answer: @escaping ReplayPlan.Answer
    ) throws(APIError) -> ReplayPlan? {
        guard let field = HTTPField.Name("Idempotency-Key") else { return nil }
        let keys = request.headers[values: field]
        guard let key = keys.first else { return nil }
        guard keys.count == 1 else {
            throw APIError(.invalidArgument, "Field Idempotency-Key is given more than once.")
        }
        do throws(CredentialFailure) {
            return try broker.replayPlan(
                key: key, operation: request.method.rawValue + " " + request.path, body: request.body, by: caller,
                presented: Secret(utf8: request.headers[.authorization] ?? caller.credentialID), answer: answer)
        } catch {
            throw APIError(error)
        }
    }

    func replaceService(_ request: Request) async throws -> Response {
        let (namespace, caller) = (try request.namespace(), try request.authenticated())
        let name = try request.parameter("name")
        let body = try RequestBody(request.body)
        let user = CredentialRequest.ServiceUser(
            roles: try body.namespaceAccess(),
            groups: Self.unique(try body.texts("user_group_names")))
        let record = try await answering {
            () async throws(CredentialFailure) in
            try await broker.replaceServiceUser(
                of: name, in: namespace, with: user, by: caller, context: RequestContext(request))
        }
        return .json(shapes.replaced(record))
    }

    // MARK: Reading

    static func names(of family: CredentialFamily) -> String {
        family.types.map(\.rawValue).joined(separator: ", ")
    }

    static func cluster(in body: RequestBody) throws(APIError) -> KubernetesTarget? {
        guard let name = try body.text("virtual_k8s_name"), let namespace = try body.text("virtual_k8s_namespace")
        else {
            return nil
        }
        return .cluster(name: name, namespace: namespace)
    }

    private static func unique(_ names: [String]) -> [String] {
        Set(names.map { Key($0) }).sorted().map(\.rawValue)
    }
}

/// Which service credential is asked for: one of the contract's choices, or the flat fields that older clients send. The
/// choice silently wins.
struct ServiceChoice {
    let type: CredentialType
    let password: Secret?
    let target: KubernetesTarget?

    private static let choices = ["api_token", "api_certificate", "vk8s_kubeconfig", "site_kubeconfig"]

    init(_ body: RequestBody) throws(APIError) {
        var given: [(name: String, value: RequestBody)] = []
        for name in Self.choices {
            if let value = try body.object(name) { given.append((name, value)) }
        }
        guard given.count <= 1 else {
            throw APIError(
                .invalidArgument,
                "Field service_credential_choice must be at most one of \(Self.choices.joined(separator: ", ")).")
        }
        let flat = try body.enumeration("type", CredentialType.allCases)
        switch given.first {
        case ("api_token", _)?: (type, password, target) = (.serviceAPIToken, nil, nil)
        case ("api_certificate", let choice)?:
            (type, password, target) = (.serviceAPICertificate, try Self.password(choice), nil)
        case ("vk8s_kubeconfig", let choice)?:
            let name = try choice.required("vk8s_cluster_name", try choice.text("vk8s_cluster_name"))
            let namespace = try choice.required("vk8s_namespace", try choice.text("vk8s_namespace"))
            (type, password, target) = (.serviceKubeConfig, nil, .cluster(name: name, namespace: namespace))
        case (_, let choice)?:
            let site = try choice.required("site", try choice.text("site"))
            let isService = flat == .serviceSiteGlobalKubeConfig
            (type, password, target) = (
                isService ? .serviceSiteGlobalKubeConfig : .siteGlobalKubeConfig, nil, .site(site)
            )
        case nil:
            guard let flat, flat.family == .service else {
                throw body.invalid(
                    "type",
                    "must be one of \(CredentialsPlugin.names(of: .service)), or give one of \(Self.choices.joined(separator: ", "))"
                )
            }
            type = flat
            password = flat.form == .certificate ? try Self.password(body) : nil
            target = flat.form == .kubeconfig && !flat.isForSite ? try CredentialsPlugin.cluster(in: body) : nil
        }
    }

    private static func password(_ body: RequestBody) throws(APIError) -> Secret? {
        try body.text("password").map { Secret(utf8: $0) }
    }
}
