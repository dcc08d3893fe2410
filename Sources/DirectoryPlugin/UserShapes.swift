import APIConventions
import AccessPolicy
import Broker
import Identifiers
import ServerPlugin
import StrictJSON

/// People on the wire.
struct UserShapes: Sendable {
    private let broker: Broker
    private let tenant: JSONValue

    init(_ broker: Broker) {
        self.broker = broker
        tenant = JSONValue(broker.settings.tenant)
    }

    func item(_ record: PrincipalRecord) -> JSONValue {
        let principal = record.principal
        return [
            "creation_timestamp": JSONValue(RFC3339.text(record.createdAt)),
            "disabled": .bool(!record.isEnabled),
            "domain_owner": .bool(isDomainOwner(record)),
            "email": JSONValue(principal.name),
            "first_name": JSONValue(record.profile?.firstName ?? ""),
            "group_names": JSONValue(broker.standing(of: principal.id).groups),
            "idm_type": JSONValue((record.profile?.management ?? .undefined).rawValue),
            "last_login_timestamp": JSONValue(record.lastSignInAt.map(RFC3339.text)),
            "last_name": JSONValue(record.profile?.lastName ?? ""),
            "name": JSONValue(principal.name),
            "namespace": "system",
            "namespace_roles": AccessShapes.list(record.bindings),
            "otp_enabled": false,
            "sync_mode": JSONValue((record.profile?.source ?? .administrators).rawValue),
            "tenant": tenant,
            "tenant_type": "ENTERPRISE",
            "type": principal.kind == .user ? "USER" : "SERVICE",
        ]
    }

    /// Administrator of everything: of `system`, `shared` and all application namespaces.
    private func isDomainOwner(_ record: PrincipalRecord) -> Bool {
        record.bindings.roles(in: .system).contains(.admin)
    }

    func object(_ record: PrincipalRecord) -> JSONValue {
        let principal = record.principal
        let tenant = broker.settings.tenant
        var shapes = ObjectShapes("user", principal.name, tenant: tenant, uid: principal.id.rawValue)
        shapes.isDisabled = !record.isEnabled
        shapes.createdAt = record.createdAt
        shapes.revision = record.revision
        let groups = broker.standing(of: principal.id).groups
        return shapes.whole(spec: [
            "contacts": [],
            "domain_owner": .bool(isDomainOwner(record)),
            "email": JSONValue(principal.name),
            "first_name": JSONValue(record.profile?.firstName ?? ""),
            "groups": .array(groups.map { ObjectShapes.reference("user_group", $0, tenant: tenant, uid: $0) }),
            "idm_type": JSONValue((record.profile?.management ?? .undefined).rawValue),
            "last_login_timestamp": JSONValue(record.lastSignInAt.map(RFC3339.text)),
            "last_name": JSONValue(record.profile?.lastName ?? ""),
            "locale": "",
            "state": record.isEnabled ? "StateActive" : "StateDisabled",
            "sync_mode": JSONValue((record.profile?.source ?? .administrators).rawValue),
            "tos_accepted": "",
            "tos_accepted_at": nil,
            "tos_version": "",
            "type": principal.kind == .user ? "USER" : "SERVICE",
        ])
    }

    /// What is asked for a person. Names are required, as the contract has it.
    static func request(_ body: RequestBody, named name: String? = nil) throws(APIError) -> PersonRequest {
        enum Kind: String, CaseIterable { case user = "USER", service = "SERVICE", debug = "DEBUG" }
        if let kind = try body.enumeration("type", Kind.allCases), kind != .user {
            throw body.invalid("type", "must be USER: service users are made with their credential")
        }
        let managements: [PersonProfile.Management] = [.provider, .local, .undefined]
        let given = try body.text("email")
        return PersonRequest(
            email: try body.required("email", name ?? given),
            firstName: try body.required("first_name", try body.text("first_name")),
            lastName: try body.required("last_name", try body.text("last_name")),
            management: try body.enumeration("idm_type", managements) ?? .provider,
            roles: try body.namespaceRoles(), groups: try body.texts("group_names"))
    }

    // MARK: Pages

    static func place(_ record: PrincipalRecord) -> String {
        record.principal.id.rawValue + "/" + record.principal.name
    }

    static func place(_ text: String) throws(APIError) -> PrincipalPlace {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let id = try? PrincipalID(parts[0]) else {
            throw APIError(.invalidArgument, "Query parameter page_start must be a next_page_start of this listing.")
        }
        return PrincipalPlace(name: String(parts[1]), id: id)
    }
}
