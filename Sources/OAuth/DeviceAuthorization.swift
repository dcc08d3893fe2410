package import Secrets
package import StrictJSON

/// A device without a browser asks for codes (RFC 8628 §3.1).
package struct DeviceAuthorizationRequest: Sendable {
    package let scope: Scope?
    package let resources: [String]
    package let client: ClientAuthentication

    package init(_ form: FormBody, authorization: String?) throws(OAuthError) {
        client = try ClientAuthentication(form, authorization: authorization)
        guard client.isIdentified else { throw OAuthError(.invalidClient, "client_id is missing") }
        scope = try form.scope()
        resources = try form.resources()
    }
}

/// The codes (RFC 8628 §3.2): one that the device keeps, one that a person types. Sent with `Cache-Control: no-store`.
package struct DeviceAuthorizationResponse: Sendable {
    package let deviceCode: Secret
    package let userCode: UserCode
    package let verificationURI: String
    /// Seconds.
    package let expiresIn: Int64
    /// Seconds between two questions of the device (RFC 8628 §3.5).
    package let interval: Int64

    package init(
        deviceCode: Secret, userCode: UserCode, verificationURI: String, expiresIn: Int64, interval: Int64 = 5
    ) {
        self.deviceCode = deviceCode
        self.userCode = userCode
        self.verificationURI = verificationURI
        self.expiresIn = expiresIn
        self.interval = interval
    }

    /// For a QR code. The page still has to show the code and ask (RFC 8628 §3.3.1, §5.4).
    package var verificationURIComplete: String { verificationURI.addingQuery([("user_code", userCode.shown)]) }

    package var body: JSONValue {
        var object = JSONObject()
        object["device_code"] = JSONValue(deviceCode.revealText())
        object["user_code"] = JSONValue(userCode.shown)
        object["verification_uri"] = JSONValue(verificationURI)
        object["verification_uri_complete"] = JSONValue(verificationURIComplete)
        object["expires_in"] = .integer(expiresIn)
        object["interval"] = .integer(interval)
        return .object(object)
    }
}
