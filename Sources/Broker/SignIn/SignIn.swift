package import AccessPolicy

/// One sign-in of a person, kept for those who look into who came when.
package struct SignIn: Hashable, Sendable {
    /// Begins with its time (`RecordID`), so the order of ids is the order of events.
    package let id: String
    package let principal: PrincipalID
    package let at: Timestamp
    /// The provider that vouched.
    package let provider: String
    package let remoteAddress: String

    /// How long they are kept: 90 days.
    package static let keptSeconds: Int64 = 90 * 86_400

    package init(id: String, principal: PrincipalID, at: Timestamp, provider: String, remoteAddress: String) {
        self.id = id
        self.principal = principal
        self.at = at
        self.provider = provider
        self.remoteAddress = remoteAddress
    }
}
