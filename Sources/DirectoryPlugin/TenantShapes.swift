import APIConventions
import Broker
import ServerPlugin
import StrictJSON

/// The tenant's settings on the wire.
enum TenantShapes {
    struct Problem: Sendable {
        let field: String
        let message: String
    }

    static func settings(_ broker: Broker) -> JSONValue {
        [
            "active_plan_transition_id": "",
            "company_name": JSONValue(broker.settings.tenant),
            "domain": JSONValue(broker.settings.publicURL),
            "max_credentials_expiry": expiry(broker.tenantSettings),
            "max_lifetime_days": .integer(broker.tenantSettings.maximumLifetimeDays ?? 0),
            "name": JSONValue(broker.settings.tenant),
            "original_tenant": JSONValue(broker.settings.tenant),
            "otp_enabled": false,
            "otp_status": "OTP_DISABLED",
            "scim_enabled": .bool(broker.isProvisioningEnabled),
            "sso_enabled": false,
            "state": "StateActive",
        ]
    }

    /// Bad values come back as `validation_errors` in a 200 (contract README §4); nothing was changed then.
    static func updated(_ broker: Broker, problems: [Problem]) -> JSONValue {
        [
            "max_credentials_expiry": expiry(broker.tenantSettings),
            "max_lifetime_days": .integer(broker.tenantSettings.maximumLifetimeDays ?? 0),
            "otp_enabled": false,
            "otp_status": "OTP_DISABLED",
            "scim_enabled": .bool(broker.isProvisioningEnabled),
            "sso_enabled": false,
            "validation_errors": .array(
                problems.map { ["error_field": JSONValue($0.field), "error_message": JSONValue($0.message)] }),
        ]
    }

    private static func expiry(_ settings: TenantSettings) -> JSONValue {
        [
            "max_api_certificate_expiry_days": .integer(settings.maximumAPICertificateDays),
            "max_api_token_expiry_days": .integer(settings.maximumAPITokenDays),
            "max_kube_config_expiry_days": .integer(settings.maximumKubeConfigDays),
        ]
    }

    /// The settings that are asked for. What is not named stays; 0 is the standard, and no bound for the whole life.
    static func read(
        _ body: RequestBody, over present: TenantSettings
    ) throws(APIError) -> (TenantSettings, [Problem]) {
        var (settings, problems) = (present, [Problem]())
        let range = 1...TenantSettings.largestDays
        func days(_ body: RequestBody, _ name: String, _ standard: Int64) throws(APIError) -> Int64? {
            guard let value = try body.integer(name) else { return nil }
            if value == 0 { return standard }
            guard range.contains(value) else {
                problems.append(Problem(field: name, message: "must be 1 to \(range.upperBound) days"))
                return nil
            }
            return value
        }
        if let expiry = try body.object("max_credentials_expiry") {
            let standard = TenantSettings.standard
            if let value = try days(expiry, "max_api_token_expiry_days", standard.maximumAPITokenDays) {
                settings.maximumAPITokenDays = value
            }
            if let value = try days(expiry, "max_api_certificate_expiry_days", standard.maximumAPICertificateDays) {
                settings.maximumAPICertificateDays = value
            }
            if let value = try days(expiry, "max_kube_config_expiry_days", standard.maximumKubeConfigDays) {
                settings.maximumKubeConfigDays = value
            }
        }
        if let value = try days(body, "max_lifetime_days", 0) {
            settings.maximumLifetimeDays = value == 0 ? nil : value
        }
        if try body.boolean("otp_enabled") ?? false {
            problems.append(
                Problem(field: "otp_enabled", message: "is not kept here: one-time passwords are the provider's"))
        }
        return (settings, problems)
    }
}
