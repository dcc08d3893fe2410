import Secrets
import StrictJSON

/// What a device shows, and what it waits with (RFC 8628 §3.2).
struct DeviceCodes: Sendable {
    let deviceCode: Secret
    let userCode: String
    let verificationURI: String
    /// Seconds.
    let expiresIn: Int64
    /// Seconds between two questions; 5 when the server says nothing.
    let interval: Int64

    init?(_ answer: JSONValue) {
        guard let deviceCode = answer["device_code"]?.stringValue, !deviceCode.isEmpty,
            let userCode = answer["user_code"]?.stringValue, !userCode.isEmpty,
            let uri = answer["verification_uri"]?.stringValue, let expiresIn = answer["expires_in"]?.integerValue
        else { return nil }
        self.deviceCode = Secret(utf8: deviceCode)
        (self.userCode, verificationURI) = (userCode, uri)
        self.expiresIn = min(max(0, expiresIn), 3600)
        interval = min(max(1, answer["interval"]?.integerValue ?? 5), 60)
    }
}
