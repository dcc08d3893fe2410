import APIConventions
import AccessPolicy
import Broker
import Identifiers
import OpenSSLCrypto
import Secrets
import StrictJSON

/// The contract's answers: snake_case, every field present, in the order of the published file (contract README 2.4).
struct ResponseShapes: Sendable {
    let broker: Broker
    let now: Timestamp

    init(_ broker: Broker) {
        self.broker = broker
        now = broker.time.now()
    }

    static let done: JSONValue = ["status": true]

    func created(_ credential: CreatedCredential) -> JSONValue { CreatedShape.json(credential, at: now) }

    func rotated(_ credential: CreatedCredential) -> JSONValue {
        let token = credential.record.proof.token
        return [
            "active": .bool(credential.record.isUsable(at: now)),
            "data": JSONValue(credential.secret.revealText()),
            "expiration_timestamp": JSONValue(RFC3339.text(credential.record.expiresAt)),
            "generation": .integer(token?.generation ?? 0),
            "name": JSONValue(credential.record.name),
            "retires_timestamp": JSONValue(token?.previous.map { RFC3339.text($0.retiresAt) }),
        ]
    }

    func replaced(_ record: CredentialRecord) -> JSONValue {
        [
            "active": .bool(record.isUsable(at: now)),
            "expiration_timestamp": JSONValue(RFC3339.text(record.expiresAt)),
            "name": JSONValue(record.name),
        ]
    }

    static func bulk(_ outcome: BulkOutcome) -> JSONValue {
        let message =
            outcome.failed.isEmpty ? "" : "No such credential: " + outcome.failed.joined(separator: ", ")
        return [
            "credentials_failed": JSONValue(outcome.failed),
            "credentials_marked_for_deletion": JSONValue(outcome.marked),
            "error_message": JSONValue(message),
        ]
    }

    /// An item of a listing: of a service credential with its user's roles and groups.
    func listed(_ record: CredentialRecord) -> JSONValue {
        guard record.type.family == .service else { return .object(item(record)) }
        return serviceObject(record)
    }

    func serviceObject(_ record: CredentialRecord) -> JSONValue {
        let (access, groups) = broker.standing(of: record.owner)
        var object = JSONObject()
        for member in item(record).members {
            // In the order of the published file.
            if member.name.rawValue.hasSameBytes(as: "type") { object["namespace_access"] = AccessShapes.map(access) }
            object[member.name.rawValue] = member.value
        }
        object["user_group_names"] = JSONValue(groups)
        return .object(object)
    }

    private func item(_ record: CredentialRecord) -> JSONObject {
        [
            "active": .bool(record.isUsable(at: now)),
            "create_timestamp": JSONValue(RFC3339.text(record.createdAt)),
            "expiry_timestamp": JSONValue(RFC3339.text(record.expiresAt)),
            "name": JSONValue(record.name),
            "namespace": JSONValue(record.namespace.rawValue),
            "type": JSONValue(record.type.rawValue),
            "uid": JSONValue(record.id.rawValue),
            "user_email": JSONValue(broker.ownerName(record)),
        ]
    }

    func expiring(_ record: CredentialRecord) -> JSONValue {
        var object = item(record)
        let lastUse = broker.lastUse(of: record.id)
        object["last_used_timestamp"] = JSONValue(Self.latest(lastUse.current, lastUse.previous).map(RFC3339.text))
        object["seconds_left"] = .integer(max(0, record.expiresAt.seconds - now.seconds))
        return .object(object)
    }

    func usage(_ record: CredentialRecord) -> JSONValue {
        let lastUse = broker.lastUse(of: record.id)
        let token = record.proof.token
        var generations: [JSONValue] = [
            generation(
                token?.generation ?? 1, isCurrent: true, madeAt: token?.madeAt ?? record.createdAt,
                lastUse: lastUse.current, retiresAt: nil)
        ]
        var warning = ""
        if let token, let previous = token.livePrevious(at: now) {
            generations.append(
                generation(
                    token.generation - 1, isCurrent: false, madeAt: previous.madeAt, lastUse: lastUse.previous,
                    retiresAt: previous.retiresAt))
            if let used = lastUse.previous, used >= token.madeAt {
                warning =
                    "The old secret is still used, last at \(RFC3339.text(used)); it ends at \(RFC3339.text(previous.retiresAt))."
            }
        }
        return [
            "generations": .array(generations),
            "last_used_timestamp": JSONValue(Self.latest(lastUse.current, lastUse.previous).map(RFC3339.text)),
            "name": JSONValue(record.name),
            "warning": JSONValue(warning),
        ]
    }

    private func generation(
        _ number: Int64, isCurrent: Bool, madeAt: Timestamp, lastUse: Timestamp?, retiresAt: Timestamp?
    ) -> JSONValue {
        [
            "created_timestamp": JSONValue(RFC3339.text(madeAt)),
            "current": .bool(isCurrent),
            "generation": .integer(number),
            "last_used_timestamp": JSONValue(lastUse.map(RFC3339.text)),
            "retires_timestamp": JSONValue(retiresAt.map(RFC3339.text)),
        ]
    }

    private static func latest(_ lhs: Timestamp?, _ rhs: Timestamp?) -> Timestamp? {
        guard let lhs, let rhs else { return lhs ?? rhs }
        return max(lhs, rhs)
    }

    func object(_ record: CredentialRecord) -> JSONValue {
        var shapes = ObjectShapes(
            "api_credential", record.name, tenant: broker.settings.tenant, uid: record.id.rawValue)
        shapes.namespace = record.namespace.rawValue
        shapes.isDisabled = !record.isActive
        (shapes.createdAt, shapes.deletedAt) = (record.createdAt, record.markedForDeletionAt)
        shapes.revision = record.revision
        shapes.creator = broker.principalName(record.creator)
        return ["object": shapes.whole(spec: specification(record))]
    }

    private func specification(_ record: CredentialRecord) -> JSONValue {
        let (cluster, site): ((name: String, namespace: String), String) =
            switch record.target {
            case .cluster(let name, let namespace)?: ((name, namespace), "")
            case .site(let name)?: (("", ""), name)
            case nil: (("", ""), "")
            }
        return [
            "active": .bool(record.isUsable(at: now)),
            "certificate_serial_num": JSONValue(record.proof.certificate?.serial ?? ""),
            "created_timestamp": JSONValue(RFC3339.text(record.createdAt)),
            "digest": JSONValue(Self.digest(record)),
            "expiration_timestamp": JSONValue(RFC3339.text(record.expiresAt)),
            "site_name": JSONValue(site),
            "type": JSONValue(record.type.rawValue),
            "users": [
                ObjectShapes.reference(
                    "user", broker.ownerName(record), tenant: broker.settings.tenant, uid: record.owner.rawValue)
            ],
            "virtual_k8s_name": JSONValue(cluster.name),
            "virtual_k8s_namespace": JSONValue(cluster.namespace),
        ]
    }

    /// Opaque to clients: base64 of the SHA-256 of what is stored, never of the secret.
    private static func digest(_ record: CredentialRecord) -> String {
        let stored =
            switch record.proof {
            case .token(let token): token.hash.bytes
            case .certificate(let certificate): certificate.fingerprint?.bytes ?? []
            }
        return Base64Text.padded(SHA2.sha256(stored))
    }
}

extension CredentialsPlugin {
    /// The shapes as of now.
    var shapes: ResponseShapes { ResponseShapes(broker) }
}
