import AccessPolicy
import Identifiers
import JOSE
import OAuth
import OpenSSLCrypto
package import Secrets
package import StrictJSON

/// The tokens of an authorization: an access token, and an ID token where one was asked for.
extension Broker {
    /// What the tokens of one answer say.
    struct TokenTerms {
        let client: ClientRecord
        let scope: Scope?
        let resources: [String]
        let now: Timestamp
    }

    struct AccessTokenAnswer {
        let token: Secret
        /// `jti`
        let id: String
        /// Seconds.
        let expiresIn: Int64
        let scope: Scope?
    }

    /// An access token (RFC 9068) of somebody's authorization, with the rights that it has now.
    func accessToken(
        of record: AuthorizationRecord, owner: IndexedPrincipal, _ terms: TokenTerms,
        from source: AuthenticationFacts.Source
    ) throws(AuthorizationFailure) -> AccessTokenAnswer {
        // What they do not hold, or not any more, is not in the scope either: resource servers may go by it.
        let given = ScopeRights(terms.scope, holding: access(record.ticket.rights, owner: owner, confinement: nil))
        let scope = given.scope?.text ?? ""
        let rights = record.ticket.rights.within(given.ceiling)
        let held = access(rights, owner: owner, confinement: nil)
        let (remaining, overflow) = record.ticket.expiresAt.seconds.subtractingReportingOverflow(terms.now.seconds)
        let lifetime = min(
            terms.client.metadata.accessTokenLifetime ?? settings.accessTokenLifetime, overflow ? 0 : remaining,
            longestLifetime(opening: held))
        guard lifetime >= 1 else { throw .grant(.expired) }
        // Resource servers go by what the token says, so it must be right when it is issued.
        let (access, _) = judge(held) {
            AuthenticationFacts(
                mechanisms: [.session], credentialType: nil, lifetime: lifetime, context: record.ticket.context,
                source: source)
        }
        guard let id = try? RecordID.make("tok", at: terms.now) else { throw .cannotSign }
        let claims = AccessTokenClaims(
            tokenID: id, subject: owner.principal.id.rawValue, clientID: terms.client.id,
            audiences: terms.resources.isEmpty ? [settings.apiAudience] : terms.resources,
            scope: scope, issuedAt: terms.now, expiresAt: terms.now.adding(seconds: lifetime),
            access: access, actor: nil, principal: owner.principal.id, rights: rights,
            root: .session(record.terms.session.rawValue), context: record.ticket.context, authorization: record.id,
            isDelegated: !ScopeRights.isEverything(scope))
        do throws(ExchangeFailure) {
            return AccessTokenAnswer(token: try sign(claims), id: id, expiresIn: lifetime, scope: given.scope)
        } catch { throw .cannotSign }
    }

    /// An ID token (OpenID Connect Core §2). `nonce` only in the first answer of a code.
    func idToken(
        of record: AuthorizationRecord, owner: IndexedPrincipal, _ terms: TokenTerms, accessToken: Secret,
        nonce: String?
    ) throws(AuthorizationFailure) -> Secret? {
        guard let scope = terms.scope, scope.contains("openid") else { return nil }
        guard let key = keys.signer(at: terms.now) else { throw .cannotSign }
        var claims = identityClaims(of: owner, scope: scope)
        claims["iss"] = JSONValue(settings.issuer.rawValue)
        claims["aud"] = JSONValue(terms.client.id)
        claims["iat"] = .integer(terms.now.seconds)
        claims["exp"] = .integer(terms.now.seconds + Self.idTokenLife)
        // Who asked for `max_age` has one here, for without one that is not met (OpenID Connect Core §2).
        claims["auth_time"] = record.terms.authenticatedAt.map { .integer($0.seconds) }
        claims["sid"] = JSONValue(record.terms.session.rawValue)
        claims["at_hash"] = JSONValue(Self.halfHash(accessToken, key.algorithm))
        for member in record.ticket.context?.json.members ?? [] { claims[member.name.rawValue] = member.value }
        if let nonce { claims["nonce"] = JSONValue(nonce) }
        do { return try key.sign(type: "JWT", claims: claims) } catch { throw .cannotSign }
    }

    /// Seconds: long enough for a client that is slow to look at it.
    private static let idTokenLife: Int64 = 600

    /// OpenID Connect Core §3.1.3.6: the left half of the digest that goes with the algorithm.
    private static func halfHash(_ token: Secret, _ algorithm: SignatureAlgorithm) -> String {
        let digest: [UInt8] =
            switch algorithm {
            case .ES512, .RS512, .PS512, .HS512, .EdDSA: SHA2.sha512(token.reveal())
            case .ES384, .RS384, .PS384, .HS384: SHA2.sha384(token.reveal())
            default: SHA2.sha256(token.reveal())
            }
        return Base64URL.encode(Array(digest.prefix(digest.count / 2)))
    }

    /// What a scope lets a client know of a person (OpenID Connect Core §5.4). `sub` stays the same whatever they are
    /// called.
    func identityClaims(of owner: IndexedPrincipal, scope: Scope) -> JSONObject {
        let principal = owner.principal
        var claims: JSONObject = ["sub": JSONValue(principal.id.rawValue)]
        if scope.contains("email") {
            claims["email"] = JSONValue(principal.name)
            // Whoever is here came with a verified address, or an administrator vouched for it.
            claims["email_verified"] = .bool(true)
        }
        if scope.contains("profile") {
            let profile = owner.record.profile
            let (first, last) = (profile?.firstName ?? "", profile?.lastName ?? "")
            let name = [first, last].filter { !$0.isEmpty }.joined(separator: " ")
            claims["name"] = JSONValue(name.isEmpty ? principal.name : name)
            claims["preferred_username"] = JSONValue(principal.name)
            if !first.isEmpty { claims["given_name"] = JSONValue(first) }
            if !last.isEmpty { claims["family_name"] = JSONValue(last) }
        }
        if scope.contains("groups") { claims["groups"] = JSONValue(owner.groups.sorted().map(\.rawValue)) }
        return claims
    }

    /// Whose an ID token of ours is, also one that has expired (RP-Initiated Logout §2, `id_token_hint`).
    package func subject(ofIDToken token: Secret) -> (principal: String, session: String, client: String?)? {
        guard let parsed = try? UnverifiedToken.parse(token.reveal()), parsed.type != "at+jwt",
            parsed.claims.issuer == Key(settings.issuer.rawValue),
            (try? KeySet(keys.verificationKeys(at: time.now())).verify(parsed.jws, allowing: [.ES256, .RS256, .EdDSA]))
                != nil,
            let subject = parsed.claims.object["sub"]?.stringValue,
            // Only ID tokens of ours have one.
            let session = parsed.claims.object["sid"]?.stringValue
        else { return nil }
        return (subject, session, parsed.claims.audiences.first?.rawValue)
    }

    /// What the userinfo endpoint answers (OpenID Connect Core §5.3): only to a token that was given for it.
    package func userInfo(
        authorization: [String], from remoteAddress: String
    ) throws(CredentialRefusal) -> (claims: JSONObject, isAllowed: Bool) {
        guard authorization.count == 1, let token = Self.presentedToken(authorization[0]) else { throw .malformed }
        let accepted = try accept(token, for: .userInfo, from: source(remoteAddress), at: time.now())
        guard case .accessToken(let claims) = accepted.kind, let scope = try? Scope(claims.scope),
            scope.contains("openid")
        else { return (JSONObject(), false) }
        return (identityClaims(of: accepted.owner, scope: scope), true)
    }
}
