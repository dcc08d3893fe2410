public import Identifiers

/// The stable id of a principal: `usr_…`, `svc_…` or `wkl_…`.
public struct PrincipalID: ByteIdentifier {
    public let rawValue: String

    public init(_ text: some StringProtocol) throws(InvalidValue) {
        let isPlain = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: "-")
        }
        guard isPlain, (5...80).contains(text.utf8.count) else {
            throw InvalidValue("principal id", "must be 5 to 80 of a-z, A-Z, 0-9, '_' and '-'")
        }
        rawValue = String(text)
    }

    /// For ids that the broker builds itself.
    package init(unchecked text: String) { rawValue = text }
}

/// Who owns credentials and appears in the audit log.
public struct Principal: Hashable, Sendable {
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        /// A person.
        case user = "USER"
        /// A service user, made by an administrator together with a service credential.
        case service = "SERVICE"
        /// Something that an outside issuer vouches for without a person: a CI job, a pod.
        case workload = "WORKLOAD"
    }

    /// Who vouches: identity is all three, never an e-mail address alone (security rule 6).
    public struct Origin: Hashable, Sendable {
        public let provider: String
        public let issuer: String
        public let subject: String

        public init(provider: String, issuer: String, subject: String) {
            self.provider = provider
            self.issuer = issuer
            self.subject = subject
        }

        public static func == (lhs: Self, rhs: Self) -> Bool {
            lhs.provider.hasSameBytes(as: rhs.provider) && lhs.issuer.hasSameBytes(as: rhs.issuer)
                && lhs.subject.hasSameBytes(as: rhs.subject)
        }

        public func hash(into hasher: inout Hasher) {
            provider.hashBytes(into: &hasher)
            issuer.hashBytes(into: &hasher)
            subject.hashBytes(into: &hasher)
        }
    }

    public let id: PrincipalID
    public let kind: Kind
    /// For people: the e-mail address of a user, the name of a service user, the subject of a workload. Not an identity.
    public let name: String
    public let origin: Origin?

    public init(id: PrincipalID, kind: Kind, name: String, origin: Origin?) {
        self.id = id
        self.kind = kind
        self.name = name
        self.origin = origin
    }
}

/// Who makes a request, and with what.
public struct Caller: Sendable {
    public enum Mechanism: String, CaseIterable, Hashable, Sendable {
        case apiToken = "api_token"
        case accessToken = "access_token"
        case certificate
        case session
    }

    public let principal: Principal
    /// What the caller may do with this credential, now: already narrowed to the credential and to the policies in force.
    public let access: NamespaceAccess
    public let mechanism: Mechanism
    /// The id of the credential presented (`cred_…` or a token's `jti`), for the audit log.
    public let credentialID: String
    /// When the presented credential ends, in seconds since 1970; nothing issued by it ends later.
    public let expiresAt: Int64
    /// The application namespace that the credential lives in: it opens nothing outside, `system` included.
    public let confinement: NamespaceName?
    /// What authentication policies keep from the caller because of this credential; `access` is without it.
    public let withheld: WithheldAccess
    /// Whether an application uses it for its owner, and was given less than all that they may do: then it does not
    /// administer what is the owner's own.
    public let isDelegated: Bool
    /// What every answer to this caller says about the credential.
    public let notices: [Notice]
    /// What the authenticator remembers of the credential, for the use cases behind it. Nothing to plugins.
    package let authority: (any Sendable)?

    /// A header field about the presented credential: that it ends soon, that a newer one has taken its place.
    public struct Notice: Hashable, Sendable {
        /// A field name, such as `X-Gatehouse-Credential-Expires`.
        public let field: String
        public let value: String

        public init(field: String, value: String) {
            self.field = field
            self.value = value
        }
    }

    public init(
        principal: Principal, access: NamespaceAccess, mechanism: Mechanism, credentialID: String, expiresAt: Int64,
        confinement: NamespaceName? = nil, withheld: WithheldAccess = .nothing, notices: [Notice] = []
    ) {
        self.init(
            principal: principal, access: access, mechanism: mechanism, credentialID: credentialID,
            expiresAt: expiresAt, confinement: confinement, withheld: withheld, notices: notices, authority: nil)
    }

    package init(
        principal: Principal, access: NamespaceAccess, mechanism: Mechanism, credentialID: String, expiresAt: Int64,
        confinement: NamespaceName? = nil, withheld: WithheldAccess = .nothing, isDelegated: Bool = false,
        notices: [Notice] = [], authority: (any Sendable)?
    ) {
        self.principal = principal
        self.access = access
        self.mechanism = mechanism
        self.credentialID = credentialID
        self.expiresAt = expiresAt
        self.confinement = confinement
        self.withheld = withheld
        self.isDelegated = isDelegated
        self.notices = notices
        self.authority = authority
    }
}
