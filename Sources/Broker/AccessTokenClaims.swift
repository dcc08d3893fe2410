import AccessPolicy
import Identifiers
import JOSE
import StrictJSON

/// The claims of an access token that we sign (RFC 9068 §2.2), to and from JSON in one place.
struct AccessTokenClaims: Sendable {
    let tokenID: String
    let subject: String
    let clientID: String
    let audiences: [String]
    let scope: String
    let issuedAt: Timestamp
    let expiresAt: Timestamp
    /// Rights at issue, for resource servers. Our own API goes by `rights`, evaluated when the token is used.
    let access: NamespaceAccess
    /// Who acts for the subject (RFC 8693 §4.1).
    let actor: JSONObject?
    let principal: PrincipalID
    let rights: CredentialRights
    let root: CredentialSource
    /// The application namespace that the credential it was exchanged from is confined to: so is this token.
    let home: NamespaceName?
    /// `acr` and `amr` (RFC 9068 §2.2.1) of the token or the sign-in that it all began with.
    let context: AuthenticationContext?
    /// The authorization of a client that it came of, which it ends with.
    let authorization: TicketID?
    /// Whether it was given to a client that may do less than its person: so is what is made of it.
    let isDelegated: Bool

    /// Under one member, so that it is plain which claims are ours alone.
    private static let privateClaim = "gatehouse"

    func json(issuer: Issuer) -> JSONObject {
        var object = JSONObject()
        object["iss"] = JSONValue(issuer.rawValue)
        object["sub"] = JSONValue(subject)
        object["aud"] = audiences.count == 1 ? JSONValue(audiences[0]) : JSONValue(audiences)
        object["exp"] = .integer(expiresAt.seconds)
        object["iat"] = .integer(issuedAt.seconds)
        object["jti"] = JSONValue(tokenID)
        object["client_id"] = JSONValue(clientID)
        object["scope"] = JSONValue(scope)
        object["namespaces"] = access.json
        if let actor { object["act"] = .object(actor) }
        for member in context?.json.members ?? [] { object[member.name.rawValue] = member.value }
        var own: JSONObject = [
            "principal": JSONValue(principal.rawValue),
            "rights": rights.json,
            "root": JSONValue(root.text),
        ]
        if let home { own["home"] = JSONValue(home.rawValue) }
        if let authorization { own["authorization"] = JSONValue(authorization.rawValue) }
        if isDelegated { own["delegated"] = .bool(true) }
        object[Self.privateClaim] = .object(own)
        return object
    }

    /// Reads a token that we signed and that has been verified; `nil` when something is missing, which only another
    /// version's token could be.
    init?(_ verified: VerifiedToken) {
        let claims = verified.claims
        guard let tokenID = claims.object["jti"]?.stringValue, let subject = claims.object["sub"]?.stringValue,
            let clientID = claims.object["client_id"]?.stringValue, let scope = claims.object["scope"]?.stringValue,
            let expiry = claims.expiry, let issuedAt = claims.issuedAt,
            let access = claims.object["namespaces"].flatMap(NamespaceAccess.init(json:)),
            let own = claims.object[Self.privateClaim]?.objectValue,
            let principal = own["principal"]?.stringValue.flatMap({ try? PrincipalID($0) }),
            let root = own["root"]?.stringValue.flatMap(CredentialSource.init(text:)),
            let rights = own["rights"].flatMap(CredentialRights.init(json:))
        else { return nil }
        let home = own["home"]?.stringValue.flatMap { try? NamespaceName($0) }
        // A home that does not read is not none: without it the token would open more.
        guard (home == nil) == (own["home"] == nil) else { return nil }
        let authorization = own["authorization"]?.stringValue.map { TicketID(unchecked: $0) }
        guard (authorization == nil) == (own["authorization"] == nil) else { return nil }
        self.init(
            tokenID: tokenID, subject: subject, clientID: clientID, audiences: claims.audiences.map(\.rawValue),
            scope: scope,
            issuedAt: Timestamp(issuedAt), expiresAt: Timestamp(expiry), access: access,
            actor: claims.object["act"]?.objectValue, principal: principal, rights: rights, root: root,
            home: home, context: AuthenticationContext(claims: claims.object), authorization: authorization,
            isDelegated: own["delegated"]?.boolValue ?? false)
    }

    init(
        tokenID: String, subject: String, clientID: String, audiences: [String], scope: String, issuedAt: Timestamp,
        expiresAt: Timestamp, access: NamespaceAccess, actor: JSONObject?, principal: PrincipalID,
        rights: CredentialRights, root: CredentialSource, home: NamespaceName? = nil,
        context: AuthenticationContext? = nil, authorization: TicketID? = nil, isDelegated: Bool = false
    ) {
        self.tokenID = tokenID
        self.subject = subject
        self.clientID = clientID
        self.audiences = audiences
        self.scope = scope
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.access = access
        self.actor = actor
        self.principal = principal
        self.rights = rights
        self.root = root
        self.home = home
        self.context = context
        self.authorization = authorization
        self.isDelegated = isDelegated
    }
}
