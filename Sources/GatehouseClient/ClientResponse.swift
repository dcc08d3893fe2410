import HTTPTypes
package import StrictJSON

/// What the server answered to a call that it carried out.
package struct ClientResponse: Hashable, Sendable {
    package let status: Int
    /// `X-Request-Id`: finds the call in the server's log and audit log.
    package let requestID: String?
    /// As it came: what `-o json` prints.
    package let body: [UInt8]
    /// `nil` when there is no body.
    package let json: JSONValue?

    /// `X-Gatehouse-Credential-Expires`: the credential of the call is in the last tenth of its life, and ends then.
    package let credentialExpires: String?
    /// `X-Gatehouse-Credential-Retires`: the call was made with a token that was rotated, and the old one ends then.
    package let credentialRetires: String?

    package init(
        status: Int, requestID: String?, body: [UInt8], json: JSONValue?, credentialExpires: String? = nil,
        credentialRetires: String? = nil
    ) {
        (self.status, self.requestID, self.body, self.json) = (status, requestID, body, json)
        (self.credentialExpires, self.credentialRetires) = (credentialExpires, credentialRetires)
    }
}

extension HTTPField.Name {
    static var requestID: HTTPField.Name? { HTTPField.Name("X-Request-Id") }
    static var idempotencyKey: HTTPField.Name? { HTTPField.Name("Idempotency-Key") }
    static var credentialExpires: HTTPField.Name? { HTTPField.Name("X-Gatehouse-Credential-Expires") }
    static var credentialRetires: HTTPField.Name? { HTTPField.Name("X-Gatehouse-Credential-Retires") }
}
