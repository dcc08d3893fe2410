import APIConventions
import AccessPolicy
import Broker
import Identifiers
import StrictJSON

/// The answer of whoami: every field of the contract, with its zero where we have nothing to say.
enum WhoAmI {
    static func shape(_ caller: Caller, namespace: NamespaceName, broker: Broker) -> JSONValue {
        let principal = caller.principal
        let standing = broker.standing(of: principal.id)
        let tenant = JSONValue(broker.settings.tenant)
        let isAdministrator = caller.access.roles(in: .system).contains(.admin)
        let person = broker.principal(principal.id)
        let idm = person?.profile?.management ?? (principal.origin == nil ? .local : .provider)
        return [
            "access_type": "DIRECT_ACCESS",
            "active_plan_transition_uid": "",
            "addon_service_status": [:],
            "billing_flags": [],
            "billing_plan_name": "",
            "cname": "",
            "company": tenant,
            "creation_timestamp": JSONValue(broker.principalCreation(principal.id).map(RFC3339.text)),
            "disabled": false,
            "domain_owner": .bool(isAdministrator),
            "email": JSONValue(principal.name),
            "environment": "",
            "feature_flags": [],
            "first_name": JSONValue(person?.profile?.firstName ?? ""),
            "group_names": JSONValue(standing.groups),
            "idm_type": JSONValue(idm.rawValue),
            "last_login_timestamp": JSONValue((person?.lastSignInAt).map(RFC3339.text)),
            "last_name": JSONValue(person?.profile?.lastName ?? ""),
            "msp_managed": nil,
            "name": JSONValue(principal.name),
            "namespace": JSONValue(namespace.rawValue),
            // What this very credential may do now: narrower than its owner where it is confined.
            "namespace_access": AccessShapes.map(caller.access),
            "namespace_roles": AccessShapes.list(caller.access),
            "original_tenant": tenant,
            "plan_type": "ORGANIZATION",
            "self_managed": nil,
            "signup_origin": "ORIGIN_UNKNOWN",
            "state": "StateActive",
            "sync_mode": JSONValue((person?.profile?.source ?? .administrators).rawValue),
            "tenant": tenant,
            "tenant_flags": [:],
            "tenant_state": "StateActive",
            "tenant_type": "ENTERPRISE",
            "tile_access": [:],
            "tos_accepted": "",
            "tos_accepted_at": nil,
            "tos_current_version": "",
            "tos_version": "",
            // The contract knows people and service users; a workload is nearer to the second.
            "type": principal.kind == .user ? "USER" : "SERVICE",
            "user_uuid": JSONValue(principal.id.rawValue),
        ]
    }
}
