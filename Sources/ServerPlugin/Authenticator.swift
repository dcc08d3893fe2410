public import AccessPolicy

/// What a request brings to say who makes it.
public struct PresentedCredentials: Sendable {
    /// What it is presented for: each class of credential opens one of them.
    public enum Purpose: Hashable, Sendable {
        case api
        /// SCIM (RFC 7644).
        case provisioning
    }

    /// Every `Authorization` field, in order. More than one is refused.
    public let authorization: [String]
    /// The client certificate of the TLS handshake, or of a trusted proxy's header: DER. Not verified yet.
    public let certificate: [UInt8]?
    /// What a browser sends of itself. Only looked at where there is no `Authorization`.
    public let cookies: [String]
    /// Every `X-Gatehouse-CSRF` field: that a page of ours made the request and no other site.
    public let proofs: [String]
    /// Whether the request changes nothing (RFC 9110 §9.2.1).
    public let isSafe: Bool
    public let remoteAddress: String
    public let purpose: Purpose

    public init(
        authorization: [String], certificate: [UInt8]? = nil, cookies: [String] = [], proofs: [String] = [],
        isSafe: Bool = true, remoteAddress: String, purpose: Purpose = .api
    ) {
        self.cookies = cookies
        self.proofs = proofs
        self.isSafe = isSafe
        self.authorization = authorization
        self.certificate = certificate
        self.remoteAddress = remoteAddress
        self.purpose = purpose
    }

    public var isEmpty: Bool { authorization.isEmpty && certificate == nil && cookies.isEmpty }
}

/// Turns what a request brings into who makes it: one path for every mechanism.
public protocol Authenticator: Sendable {
    /// - Throws: `.unauthenticated` (16) for anything that is no valid credential, without saying why; `.unavailable` (14)
    ///   when it cannot be told.
    func authenticate(_ presented: PresentedCredentials) async throws(APIError) -> Caller
}
