import AccessPolicy
import Broker
import OpenSSLCrypto
import Secrets
import StrictJSON

/// The contract's answers: snake_case, every field present, in the order of the published file (contract README 2.4).
enum ResponseShapes {
    static func created(_ credential: CreatedCredential, at now: Timestamp) -> JSONValue {
        [
            "active": .bool(credential.record.isUsable(at: now)),
            "data": JSONValue(credential.secret.revealText()),
            "expiration_timestamp": JSONValue(RFC3339.text(credential.record.expiresAt)),
            "name": JSONValue(credential.record.name),
        ]
    }

    static func listed(_ record: CredentialRecord, ownerName: String, at now: Timestamp) -> JSONValue {
        [
            "active": .bool(record.isUsable(at: now)),
            "create_timestamp": JSONValue(RFC3339.text(record.createdAt)),
            "expiry_timestamp": JSONValue(RFC3339.text(record.expiresAt)),
            "name": JSONValue(record.name),
            "namespace": JSONValue(record.namespace.rawValue),
            "type": JSONValue(record.type.rawValue),
            "uid": JSONValue(record.id.rawValue),
            "user_email": JSONValue(ownerName),
        ]
    }

    static func object(_ record: CredentialRecord, ownerName: String, tenant: String, at now: Timestamp) -> JSONValue {
        [
            "object": [
                "metadata": metadata(record),
                "spec": ["gc_spec": specification(record, ownerName: ownerName, tenant: tenant, at: now)],
                "system_metadata": systemMetadata(record, ownerName: ownerName, tenant: tenant),
            ]
        ]
    }

    static let done: JSONValue = ["status": true]

    private static func metadata(_ record: CredentialRecord) -> JSONValue {
        [
            "annotations": [:],
            "description": "",
            "disable": .bool(!record.isActive),
            "labels": [:],
            "name": JSONValue(record.name),
            "namespace": JSONValue(record.namespace.rawValue),
            "uid": JSONValue(record.id.rawValue),
        ]
    }

    private static func specification(
        _ record: CredentialRecord, ownerName: String, tenant: String, at now: Timestamp
    ) -> JSONValue {
        [
            "active": .bool(record.isUsable(at: now)),
            "certificate_serial_num": "",
            "created_timestamp": JSONValue(RFC3339.text(record.createdAt)),
            "digest": JSONValue(digest(record)),
            "expiration_timestamp": JSONValue(RFC3339.text(record.expiresAt)),
            "site_name": "",
            "type": JSONValue(record.type.rawValue),
            "users": [
                [
                    "kind": "user",
                    "name": JSONValue(ownerName),
                    "namespace": "system",
                    "tenant": JSONValue(tenant),
                    "uid": JSONValue(record.owner.rawValue),
                ]
            ],
            "virtual_k8s_name": "",
            "virtual_k8s_namespace": "",
        ]
    }

    private static func systemMetadata(_ record: CredentialRecord, ownerName: String, tenant: String) -> JSONValue {
        [
            "creation_timestamp": JSONValue(RFC3339.text(record.createdAt)),
            "creator_class": "gatehouse",
            "creator_cookie": "",
            "creator_id": JSONValue(ownerName),
            "deletion_timestamp": JSONValue(record.markedForDeletionAt.map(RFC3339.text)),
            "direct_ref_hash": "",
            "finalizers": [],
            "initializers": nil,
            "labels": [:],
            "modification_timestamp": nil,
            "namespace": [],
            "object_index": 0,
            "owner_view": nil,
            "revision": JSONValue(String(record.revision)),
            "sre_disable": false,
            "tenant": JSONValue(tenant),
            "trace_info": "",
            "uid": JSONValue(record.id.rawValue),
            "vtrp_id": "",
            "vtrp_stale": false,
        ]
    }

    /// Opaque to clients: base64 of the SHA-256 of what is stored, never of the secret.
    private static func digest(_ record: CredentialRecord) -> String {
        guard let hash = record.tokenHash else { return "" }
        return Base64.text(SHA2.sha256(hash.bytes))
    }
}

/// Base64 with padding (RFC 4648 §4).
enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for position in 0..<4 {
                text.append(
                    position <= group.count ? digits[Int(value >> UInt32(18 - 6 * position) & 63)] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
