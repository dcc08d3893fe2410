import APIConventions
import AccessPolicy
import Broker
import Identifiers
import StrictJSON

/// The contract's answers about authentication policies: every field present, and secrets never.
struct AuthenticationShapes {
    let tenant: String

    func object(_ record: AuthenticationRecord) -> ObjectShapes {
        var shapes = ObjectShapes("authentication", record.name, tenant: tenant, uid: record.id)
        shapes.namespace = record.namespace.rawValue
        (shapes.description, shapes.labels, shapes.annotations) = (
            record.description, record.labels, record.annotations
        )
        shapes.isDisabled = record.isDisabled
        (shapes.createdAt, shapes.modifiedAt, shapes.creator) = (record.createdAt, record.modifiedAt, record.creator)
        return shapes
    }

    /// What a creation answers: the object without what refers to it.
    func created(_ record: AuthenticationRecord) -> JSONValue {
        let read = object(record).read(spec: spec(record), hasForms: false)
        return [
            "metadata": read["metadata"] ?? .null, "spec": read["spec"] ?? .null,
            "system_metadata": read["system_metadata"] ?? .null,
        ]
    }

    func spec(_ record: AuthenticationRecord) -> JSONValue {
        [
            "access_params": access(record),
            "applies_to": ["hosts": JSONValue(record.hosts), "path_prefixes": JSONValue(record.pathPrefixes)],
            "cookie_params": record.cookie.map(Self.cookie) ?? .null,
            "oidc_auth": record.oidc.map(Self.oidc) ?? .null,
        ]
    }

    private func access(_ record: AuthenticationRecord) -> JSONValue {
        let rules = record.rules
        return [
            "covers_tenant": .bool(record.coversTenant),
            "credential_types": JSONValue(rules.credentialTypes.sorted()),
            "max_lifetime": .integer(rules.maximumLifetime ?? 0),
            "mechanisms": JSONValue(
                AuthenticationMechanism.allCases.filter(rules.mechanisms.contains).map(\.rawValue)),
            "required_acr": JSONValue(rules.requiredContextClasses),
            "required_amr": JSONValue(rules.requiredMethods),
            "source_networks": JSONValue(rules.sourceNetworks.map(\.text)),
        ]
    }

    private static func cookie(_ cookie: AuthenticationRecord.CookieParameters) -> JSONValue {
        var object: JSONObject = [
            "cookie_expiry": .integer(cookie.cookieExpiry),
            "cookie_refresh_interval": .integer(cookie.cookieRefreshInterval),
            "session_expiry": .integer(cookie.sessionExpiry),
        ]
        var (pair, reference) = (JSONValue.null, JSONValue.null)
        switch cookie.keys {
        case .server: break
        case .keyReference: reference = [:]
        case .given(let primary, let secondary):
            pair = [
                "prim_key": secret, "prim_key_expiry": JSONValue(primary.expiresAt.map(RFC3339.text)),
                "sec_key": secondary == nil ? .null : secret,
                "sec_key_expiry": JSONValue(secondary?.expiresAt.map(RFC3339.text)),
            ]
        }
        (object["auth_hmac"], object["kms_key_hmac"]) = (pair, reference)
        return .object(object)
    }

    /// That there is one, and nothing of it.
    private static let secret: JSONValue = [
        "blindfold_secret_info": nil, "clear_secret_info": ["provider": "", "url": ""],
    ]

    private static func oidc(_ oidc: AuthenticationRecord.OIDCParameters) -> JSONValue {
        var object: JSONObject = ["client_secret": secret, "oidc_client_id": JSONValue(oidc.clientID)]
        switch oidc.endpoints {
        case .wellKnown(let url):
            object["oidc_auth_params"] = .null
            object["oidc_well_known_config_url"] = JSONValue(url)
        case .explicit(let authorization, let endSession, let token):
            object["oidc_auth_params"] = [
                "auth_endpoint_url": JSONValue(authorization), "end_session_endpoint_url": JSONValue(endSession),
                "token_endpoint_url": JSONValue(token),
            ]
            object["oidc_well_known_config_url"] = ""
        }
        return .object(object)
    }
}
