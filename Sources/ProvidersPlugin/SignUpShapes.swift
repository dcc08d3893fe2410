import APIConventions
import AccessPolicy
import Broker
import Identifiers
import Secrets
import ServerPlugin
import StrictJSON

/// Sign-up on the wire. What the contract knows of companies and payment is of no concern here: those fields are empty.
struct SignUpShapes {
    private let broker: Broker

    init(_ broker: Broker) { self.broker = broker }

    // MARK: The contract's

    func state(_ record: SignUpRecord) -> JSONValue {
        var shapes = ObjectShapes("signup", record.name, tenant: broker.settings.tenant, uid: record.name)
        (shapes.createdAt, shapes.modifiedAt) = (record.createdAt, record.modifiedAt)
        return [
            "object": shapes.whole(spec: Self.specification(record)),
            "status": [
                [
                    "billingAccount": [], "conditions": .array(Self.conditions(record)),
                    "metadata": [
                        "creation_timestamp": JSONValue(record.createdAt.map(RFC3339.text)),
                        "creator_class": "gatehouse", "creator_id": "", "publish": "STATUS_PUBLISH", "status_id": "",
                        "uid": JSONValue(record.name), "vtrp_id": "", "vtrp_stale": false,
                    ],
                    "object_refs": [], "tenant": [],
                    "user": .array(
                        record.user.map {
                            [
                                ObjectShapes.reference(
                                    "user", record.email, tenant: broker.settings.tenant, uid: $0.rawValue)
                            ]
                        } ?? []),
                ]
            ],
        ]
    }

    private static func specification(_ record: SignUpRecord) -> JSONValue {
        var object = JSONObject()
        for name in ["billing_address", "company", "company_contact", "crm_details", "customer", "customer_contact"] {
            object[name] = .null
        }
        for name in [
            "billing_provider_account_id", "company_name", "contact_number", "currency", "locale",
            "payment_provider_token", "support_plan_name", "token", "tos_version", "usage_plan_name",
        ] { object[name] = "" }
        object["domain"] = JSONValue(record.email.split(separator: "@").last.map(String.init) ?? "")
        object["email"] = JSONValue(record.email)
        object["first_name"] = JSONValue(record.firstName)
        object["last_name"] = JSONValue(record.lastName)
        object["tax_exempt"] = "TAX_UNKNOWN"
        object["tos_accepted"] = "0"
        object["tos_accepted_at"] = .null
        object["type"] = "UNKNOWN"
        return .object(object)
    }

    private static func conditions(_ record: SignUpRecord) -> [JSONValue] {
        func condition(_ type: String, _ status: String, _ reason: String) -> JSONValue {
            [
                "hostname": "", "last_update_time": JSONValue(record.modifiedAt.map(RFC3339.text)),
                "reason": JSONValue(reason), "service_name": "gatehouse", "status": JSONValue(status),
                "type": JSONValue(type),
            ]
        }
        switch record.state {
        case .pending:
            let reason =
                record.verification == .email
                ? "waits for the link in the e-mail" : "waits for an administrator's approval"
            return [condition("Validation", "Incomplete", reason)]
        case .accepted: return [condition("Validation", "Success", ""), condition("Operational", "Success", "")]
        case .declined: return [condition("Validation", "Failed", "declined by an administrator")]
        }
    }

    // MARK: Ours

    static func submitted(_ record: SignUpRecord) -> JSONValue {
        [
            "name": JSONValue(record.name), "state": JSONValue(record.state.rawValue),
            "verification": JSONValue(record.verification.rawValue),
        ]
    }

    func request(_ record: SignUpRecord) -> JSONValue {
        [
            "create_timestamp": JSONValue(record.createdAt.map(RFC3339.text)), "email": JSONValue(record.email),
            "expiration_timestamp": JSONValue(RFC3339.text(record.expiresAt)),
            "first_name": JSONValue(record.firstName), "group_names": JSONValue(record.groups),
            "last_name": JSONValue(record.lastName), "name": JSONValue(record.name),
            "namespace_roles": AccessShapes.list(record.roles), "state": JSONValue(record.state.rawValue),
            "verification": JSONValue(record.verification.rawValue),
        ]
    }

    func invitation(_ record: InvitationRecord) -> JSONValue {
        let now = broker.time.now()
        return [
            "create_timestamp": JSONValue(record.createdAt.map(RFC3339.text)),
            "creator": JSONValue(broker.principalName(record.creator)), "email": JSONValue(record.email),
            "expiration_timestamp": JSONValue(RFC3339.text(record.expiresAt)),
            "group_names": JSONValue(record.groups), "name": JSONValue(record.name),
            "namespace_roles": AccessShapes.list(record.roles),
            "state": record.usedBy != nil ? "USED" : record.isOpen(at: now) ? "OPEN" : "EXPIRED",
        ]
    }

    /// With the token, this once.
    func created(_ record: InvitationRecord, token: Secret) -> JSONValue {
        var object = invitation(record).objectValue ?? JSONObject()
        object["token"] = JSONValue(token.revealText())
        object["url"] = JSONValue(broker.invitationURL(token))
        return .object(object)
    }

    static func policy(_ policy: SignUpPolicy) -> JSONValue {
        [
            "domains": JSONValue(policy.domains), "group_names": JSONValue(policy.groups),
            "mode": JSONValue(policy.mode.rawValue), "namespace_roles": AccessShapes.list(policy.roles),
            "verification": JSONValue(policy.verification.rawValue),
        ]
    }

    static func readPolicy(_ body: RequestBody) throws(APIError) -> SignUpPolicy {
        var policy = SignUpPolicy()
        policy.mode = try body.required("mode", try body.enumeration("mode", SignUpPolicy.Mode.allCases))
        policy.verification =
            try body.enumeration("verification", SignUpPolicy.Verification.allCases) ?? .administrator
        policy.domains = try body.texts("domains").map(PersonProfile.login)
        guard policy.domains.count <= 256, policy.domains.allSatisfy(TextRule.isDomain) else {
            throw body.invalid("domains", "must be at most 256 domain names, such as example.com")
        }
        policy.roles = try body.namespaceRoles()
        policy.groups = try body.texts("group_names")
        return policy
    }
}
