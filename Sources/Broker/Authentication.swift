package import AccessPolicy
import Identifiers
package import JOSE
package import OpenSSLCrypto
import Secrets

/// A credential of ours that was found valid.
struct AcceptedCredential: Sendable {
    /// What it is, with what only that kind has.
    enum Kind: Sendable {
        case stored(IndexedCredential, mechanism: Caller.Mechanism, isPrevious: Bool)
        case accessToken(AccessTokenClaims)
        case session(Ticket)
    }

    let kind: Kind
    let owner: IndexedPrincipal
    /// What it gives, before authentication policies.
    let held: NamespaceAccess
    /// What they leave of it for this presentation.
    let access: NamespaceAccess
    let withheld: WithheldAccess
    let rights: CredentialRights
    let root: CredentialSource
    let expiresAt: Timestamp
    let context: AuthenticationContext?

    /// `cred_…`, or the `jti`.
    var id: String {
        switch kind {
        case .stored(let credential, _, _): credential.id.rawValue
        case .accessToken(let claims): claims.tokenID
        case .session(let ticket): ticket.id.rawValue
        }
    }

    /// What is made of it names it as its parent.
    var source: CredentialSource {
        if case .session(let ticket) = kind { .session(ticket.id.rawValue) } else { .credential(id) }
    }

    /// The one application namespace that it opens anything in.
    var confinement: NamespaceName? {
        switch kind {
        case .stored(let credential, _, _): credential.confinement
        case .accessToken(let claims): claims.home
        case .session: nil
        }
    }

    /// What it passes on: its rights, of a confined one what lies in its namespace, and nothing that is kept from it now:
    /// what it makes may be of a kind that it would not be kept from. Not needed to authenticate.
    var heritable: CredentialRights {
        confinement == nil && withheld.isEmpty ? rights : rights.confined(to: access)
    }

    /// Whether somebody else uses it for its owner, with less than all of what they may do.
    var isDelegated: Bool {
        if case .accessToken(let claims) = kind { claims.isDelegated } else { false }
    }

    /// Whether what came from policies still has any of it. A person without roles is somebody all the same.
    var hasRightsLeft: Bool {
        if case .policies = rights { return !held.isEmpty }
        return true
    }

    func caller(at now: Timestamp) -> Caller {
        let authority: CredentialAuthority
        switch kind {
        case .accessToken:
            authority = CredentialAuthority(accepted: self, ceiling: expiresAt)
            return Caller(
                principal: owner.principal, access: access, mechanism: .accessToken, credentialID: id,
                expiresAt: expiresAt.seconds, confinement: confinement, withheld: withheld,
                isDelegated: isDelegated, authority: authority)
        case .session:
            return Caller(
                principal: owner.principal, access: access, mechanism: .session, credentialID: id,
                expiresAt: expiresAt.seconds, withheld: withheld,
                authority: CredentialAuthority(accepted: self, ceiling: nil))
        case .stored(let credential, let mechanism, let isPrevious):
            // What an exchange gave ends when it ends, and so does all that comes of it.
            let isExchanged = if case .policies = rights { true } else { false }
            authority = CredentialAuthority(
                accepted: self,
                ceiling: isExchanged ? credential.lifetimeEndsAt ?? expiresAt : credential.lifetimeEndsAt)
            return Caller(
                principal: owner.principal, access: access, mechanism: mechanism, credentialID: id,
                expiresAt: expiresAt.seconds, confinement: confinement, withheld: withheld,
                notices: credential.notices(at: now, isPrevious: isPrevious), authority: authority)
        }
    }
}

extension IndexedCredential {
    /// What its user should know: it ends within the last tenth of its life, or its secret has a successor.
    func notices(at now: Timestamp, isPrevious: Bool) -> [Caller.Notice] {
        var notices: [Caller.Notice] = []
        let life = max(0, expiresAt.milliseconds &- createdAt.milliseconds)
        if now.milliseconds >= expiresAt.milliseconds &- life / 10 {
            notices.append(Caller.Notice(field: "X-Gatehouse-Credential-Expires", value: RFC3339.text(expiresAt)))
        }
        if isPrevious, let previous = proof.token?.previous {
            notices.append(
                Caller.Notice(field: "X-Gatehouse-Credential-Retires", value: RFC3339.text(previous.retiresAt)))
        }
        return notices
    }
}

/// Why a credential of ours is not accepted. For the log and the explanation; the caller only learns that it is not.
package enum CredentialRefusal: Error, Hashable, Sendable {
    case malformed
    case wrongClass
    case unknown
    case inactive
    case expired
    case markedForDeletion
    case ownerDisabled
    /// Nobody stands behind the owner's identity any more: the provider is gone, is disabled, or has said no.
    case identityEnded
    case revoked
    /// The secret was rotated and its time of grace is over.
    case retired
    case certificate(CertificateRefusal)
    case token(TokenRejection)
    /// The policies that gave its rights are gone or give none of them any more.
    case noRightsLeft
    /// A client's token, whose scope does not open the API.
    case wrongScope
    /// A session without the proof that a page of ours uses it.
    case forged
    /// A session that nobody used for too long.
    case idle
}

/// The one path on which a credential of ours is accepted: header, introspection, exchange (security rule 9).
extension Broker {
    /// What a credential may be presented as.
    package enum Purpose: Sendable {
        /// On our API: classes that open it; access tokens must be for us.
        case api
        /// To learn who somebody is (OpenID Connect Core §5.3): access tokens for us, whatever their scope opens.
        case userInfo
        /// For provisioning: a SCIM token and nothing else.
        case provisioning
        /// At the token endpoint and introspection: any audience, as the asking party decides what it is for.
        case inspection
    }

    /// Authenticates a request by its `Authorization` fields: `APIToken <token>` or `Bearer <token>` (RFC 6750 §2.1).
    /// `remoteAddress`: whose request it is, for authentication policies.
    package func authenticate(
        authorization: [String], from remoteAddress: String, for purpose: Purpose = .api
    ) throws(CredentialRefusal) -> Caller {
        guard authorization.count == 1, let token = Self.presentedToken(authorization[0]) else { throw .malformed }
        let now = time.now()
        return try caller(try accept(token, for: purpose, from: source(remoteAddress), at: now), at: now)
    }

    /// Authenticates a request by the client certificate of its connection: DER.
    package func authenticate(
        certificate: [UInt8], from remoteAddress: String
    ) throws(CredentialRefusal) -> Caller {
        let now = time.now()
        return try caller(try accept(certificate: certificate, from: source(remoteAddress), at: now), at: now)
    }

    private func caller(_ accepted: AcceptedCredential, at now: Timestamp) throws(CredentialRefusal) -> Caller {
        guard accepted.hasRightsLeft else { throw .noRightsLeft }
        if case .stored(let credential, _, let isPrevious) = accepted.kind {
            credential.usage.used(at: now, withPrevious: isPrevious)
        }
        return accepted.caller(at: now)
    }

    /// The token behind either scheme, case-insensitively; clients leave white space at its end.
    static func presentedToken(_ field: String) -> [UInt8]? {
        var rest = field.utf8[...]
        guard let space = rest.firstIndex(of: UInt8(ascii: " ")) else { return nil }
        guard isScheme(rest[..<space], "bearer") || isScheme(rest[..<space], "apitoken") else { return nil }
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        rest = rest[space...].drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest.isEmpty ? nil : Array(rest)
    }

    /// Compares with a scheme in lower case; schemes have no case (RFC 9110 §11.1).
    private static func isScheme(_ text: Substring.UTF8View, _ scheme: String) -> Bool {
        text.elementsEqual(scheme.utf8) { given, wanted in
            given == wanted || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(given) && given + 32 == wanted
        }
    }

    func accept(
        _ token: [UInt8], for purpose: Purpose, from source: AuthenticationFacts.Source, at now: Timestamp
    ) throws(CredentialRefusal) -> AcceptedCredential {
        token.starts(with: OpaqueToken.prefix.utf8)
            ? try acceptOpaque(token, for: purpose, from: source, at: now)
            : try acceptAccessToken(token, for: purpose, from: source, at: now)
    }

    private func acceptOpaque(
        _ bytes: [UInt8], for purpose: Purpose, from source: AuthenticationFacts.Source, at now: Timestamp
    ) throws(CredentialRefusal) -> AcceptedCredential {
        guard let token = OpaqueToken(parsing: bytes), let hash = hasher.hash(token) else { throw .malformed }
        guard let (credential, owner) = index.credentialAndOwner(hash), let proof = credential.proof.token else {
            throw .unknown
        }
        guard credential.type.tokenClass == token.tokenClass else { throw .wrongClass }
        switch purpose {
        // A SCIM token opens SCIM only; the other classes are never credentials of the API.
        case .api: guard token.tokenClass == .apiToken || token.tokenClass == .serviceToken else { throw .wrongClass }
        case .provisioning: guard token.tokenClass == .scimToken else { throw .wrongClass }
        case .userInfo: throw .wrongClass
        case .inspection: break
        }
        let isPrevious = proof.hash != hash
        if isPrevious, proof.livePrevious(at: now) == nil { throw .retired }
        return try accept(credential, owner: owner, mechanism: .apiToken, isPrevious: isPrevious, from: source, at: now)
    }

    /// A certificate is one of ours when our authority signed it, and a credential when we know it: the store decides.
    private func accept(
        certificate der: [UInt8], from source: AuthenticationFacts.Source, at now: Timestamp
    ) throws(CredentialRefusal) -> AcceptedCredential {
        guard let authority else { throw .certificate(.wrongIssuer) }
        let fingerprint: Digest32
        do throws(CertificateRefusal) {
            fingerprint = try authority.verify(der, at: now)
        } catch {
            throw .certificate(error)
        }
        guard let (credential, owner) = index.credentialAndOwner(fingerprint) else { throw .unknown }
        return try accept(credential, owner: owner, mechanism: .certificate, isPrevious: false, from: source, at: now)
    }

    /// What every stored credential is asked, whatever proves it.
    private func accept(
        _ credential: IndexedCredential, owner: IndexedPrincipal, mechanism: Caller.Mechanism, isPrevious: Bool,
        from source: AuthenticationFacts.Source, at now: Timestamp
    ) throws(CredentialRefusal) -> AcceptedCredential {
        if let refusal = credential.refusal(at: now) { throw refusal }
        if let refusal = refusal(ofOwner: owner) { throw refusal }
        let held = access(credential.rights, owner: owner, confinement: credential.confinement)
        let (access, withheld) = judge(held) {
            AuthenticationFacts(credential, presentedAs: mechanism, source: source)
        }
        return AcceptedCredential(
            kind: .stored(credential, mechanism: mechanism, isPrevious: isPrevious), owner: owner, held: held,
            access: access, withheld: withheld,
            rights: credential.rights, root: credential.root, expiresAt: credential.expiresAt,
            context: credential.context)
    }

    private func acceptAccessToken(
        _ bytes: [UInt8], for purpose: Purpose, from source: AuthenticationFacts.Source, at now: Timestamp
    ) throws(CredentialRefusal) -> AcceptedCredential {
        let claims: AccessTokenClaims
        do throws(TokenRejection) {
            let verified = try verifyOwn(bytes, at: now)
            guard let parsed = AccessTokenClaims(verified) else { throw TokenRejection.malformed(.payload) }
            claims = parsed
        } catch {
            throw .token(error)
        }
        if case .provisioning = purpose { throw .wrongClass }
        switch purpose {
        case .inspection, .provisioning: break
        case .api, .userInfo:
            guard claims.audiences.contains(where: { $0.hasSameBytes(as: settings.apiAudience) }) else {
                throw .token(.wrongAudience)
            }
        }
        // A token that a client was given only to know who somebody is opens nothing.
        if case .api = purpose, claims.authorization != nil, !ScopeRights.opensAPI(claims.scope) {
            throw .wrongScope
        }
        guard !index.isRevoked(tokenID: claims.tokenID) else { throw .revoked }
        // What came of an authorization ends with it.
        if let ticket = claims.authorization, index.ticket(ticket) == nil { throw .revoked }
        guard let owner = index.principal(claims.principal) else { throw .unknown }
        if let refusal = refusal(ofOwner: owner) { throw refusal }
        let held = access(claims.rights, owner: owner, confinement: claims.home)
        let (access, withheld) = judge(held) { AuthenticationFacts(claims, source: source) }
        return AcceptedCredential(
            kind: .accessToken(claims), owner: owner, held: held, access: access, withheld: withheld,
            rights: claims.rights, root: claims.root, expiresAt: claims.expiresAt, context: claims.context)
    }

    /// What rights give their owner now, and of a confined credential only what lies in its namespace.
    func access(
        _ rights: CredentialRights, owner: IndexedPrincipal, confinement: NamespaceName?
    ) -> NamespaceAccess {
        let access = RightsEvaluator(policies: policies.current).access(rights, owner: owner)
        return confinement.map { access.confined(to: $0) } ?? access
    }
}
