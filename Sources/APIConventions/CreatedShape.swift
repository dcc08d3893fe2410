package import Broker
import Secrets
package import StrictJSON

/// The contract's CreateResponse: the secret, this once.
package enum CreatedShape {
    package static func json(_ credential: CreatedCredential, at now: Timestamp) -> JSONValue {
        [
            "active": .bool(credential.record.isUsable(at: now)),
            "data": JSONValue(credential.secret.revealText()),
            "expiration_timestamp": JSONValue(RFC3339.text(credential.record.expiresAt)),
            "name": JSONValue(credential.record.name),
        ]
    }
}
