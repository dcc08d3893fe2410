import APIConventions
import Broker
import Federation
import Identifiers
import StrictJSON

/// The contract's answers about providers: every field present, and the client secret never.
struct ProviderShapes {
    private let broker: Broker

    init(_ broker: Broker) { self.broker = broker }

    /// To allow at the provider.
    func redirectURI(_ record: ProviderRecord) -> String {
        "\(broker.settings.publicURL)/sign-in/\(record.name)/callback"
    }

    var provisioningURL: String { broker.settings.publicURL + "/api/scim/namespaces/system/v2/" }

    func item(_ record: ProviderRecord) -> JSONValue {
        [
            "create_timestamp": JSONValue(record.createdAt.map(RFC3339.text)),
            "in_force": .bool(broker.isInForce(record)),
            "kind": JSONValue(record.kind.rawValue),
            "name": JSONValue(record.name.rawValue),
            "namespace": "system",
            "origin": JSONValue(record.origin.rawValue),
            "provider_type": JSONValue(ProviderType(record.spec.form).rawValue),
            "uid": JSONValue(record.id),
        ]
    }

    func object(_ record: ProviderRecord) -> JSONValue {
        var shapes = ObjectShapes(
            "oidc_provider", record.name.rawValue, tenant: broker.settings.tenant, uid: record.id)
        (shapes.createdAt, shapes.modifiedAt) = (record.createdAt, record.modifiedAt)
        shapes.revision = record.revision
        shapes.creator = record.creator.map { broker.principalName($0) } ?? ""
        return shapes.whole(spec: specification(record))
    }

    private func specification(_ record: ProviderRecord) -> JSONValue {
        func spec(_ form: ProviderSpec.Form) -> JSONValue {
            form == record.spec.form ? Self.members(of: record.spec) : nil
        }
        return [
            "azure_oidc_spec_type": spec(.azure),
            "google_oidc_spec_type": spec(.google),
            "in_force": .bool(broker.isInForce(record)),
            "kind": JSONValue(record.kind.rawValue),
            "oidc_v10_spec_type": spec(.generic),
            "okta_oidc_spec_type": spec(.okta),
            "origin": JSONValue(record.origin.rawValue),
            "provider_type": JSONValue(ProviderType(record.spec.form).rawValue),
            "redirect_uri": JSONValue(redirectURI(record)),
            "scim_spec": [
                "scim_client_uri": JSONValue(record.isProvisioning ? provisioningURL : ""),
                "scim_enabled": .bool(record.isProvisioning),
            ],
            "workload_spec_type": spec(.workload),
        ]
    }

    private static func members(of spec: ProviderSpec) -> JSONValue {
        var object = JSONObject()
        for field in ProviderSpec.fields(of: spec.form) {
            switch field.value {
            case .text(let path, _), .url(let path): object[field.name] = JSONValue(spec[keyPath: path])
            case .flag(let path): object[field.name] = .bool(spec[keyPath: path])
            case .seconds(let path): object[field.name] = JSONValue(String(spec[keyPath: path]))
            // Ours, in specs of the contract: only where it says something.
            case .texts(let path) where spec.form != .workload && spec[keyPath: path].isEmpty: break
            case .texts(let path): object[field.name] = JSONValue(spec[keyPath: path])
            case .prompt: object[field.name] = JSONValue(spec.prompt.rawValue)
            case .secret: object[field.name] = ""
            case .alwaysTrue: object[field.name] = true
            }
        }
        return .object(object)
    }

    static func test(_ test: ProviderTest, of record: ProviderRecord) -> JSONValue {
        [
            "name": JSONValue(record.name.rawValue),
            "steps": .array(
                test.steps.map { step in
                    [
                        "hint": JSONValue(step.hint),
                        "message": JSONValue(step.message),
                        "milliseconds": step.duration.map { .integer(Self.milliseconds($0)) } ?? .null,
                        "ok": .bool(step.standing == .ok || step.standing == .skipped),
                        "standing": JSONValue(step.standing.rawValue),
                        "step": JSONValue(step.question.rawValue),
                    ]
                }),
            "verdict": JSONValue(test.verdict.rawValue.uppercased()),
        ]
    }

    private static func milliseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : milliseconds + attoseconds / 1_000_000_000_000_000
    }
}
