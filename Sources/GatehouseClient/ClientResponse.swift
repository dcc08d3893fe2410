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

    package init(status: Int, requestID: String?, body: [UInt8], json: JSONValue?) {
        (self.status, self.requestID, self.body, self.json) = (status, requestID, body, json)
    }
}

extension HTTPField.Name {
    static var requestID: HTTPField.Name? { HTTPField.Name("X-Request-Id") }
}
