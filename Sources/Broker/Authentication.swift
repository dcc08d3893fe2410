package import AccessPolicy
import Identifiers
package import JOSE
import Secrets

/// A credential of ours that was found valid.
struct AcceptedCredential: Sendable {
    /// What it is, with what only that kind has.
    enum Kind: Sendable {
        case opaque(CredentialRecord)
        case accessToken(AccessTokenClaims)
    }

    let kind: Kind
    let owner: PrincipalRecord
    let access: NamespaceAccess
    let rights: CredentialRights
    let root: CredentialSource
    let expiresAt: Timestamp

    /// `cred_…`, or the `jti`.
    var id: String {
        switch kind {
        case .opaque(let record): record.id.rawValue
        case .accessToken(let claims): claims.tokenID
        }
    }

    /// Whether what came from policies still has any of it. A person without roles is somebody all the same.
    var hasRightsLeft: Bool {
        if case .policies = rights { return !access.isEmpty }
        return true
    }

    var caller: Caller {
        let mechanism: Caller.Mechanism = if case .opaque = kind { .apiToken } else { .accessToken }
        return Caller(
            principal: owner.principal, access: access, mechanism: mechanism, credentialID: id,
            expiresAt: expiresAt.seconds,
            authority: CredentialAuthority(rights: rights, source: .credential(id), root: root))
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
    case revoked
    case token(TokenRejection)
    /// The policies that gave its rights are gone or give none of them any more.
    case noRightsLeft
}

/// The one path on which a credential of ours is accepted: header, introspection, exchange (security rule 9).
extension Broker {
    /// What a token may be presented as.
    enum Purpose: Sendable {
        /// On our API: classes that open it; access tokens must be for us.
        case api
        /// At the token endpoint and introspection: any audience, as the asking party decides what it is for.
        case inspection
    }

    /// Authenticates a request by its `Authorization` fields: `APIToken <token>` or `Bearer <token>` (RFC 6750 §2.1).
    package func authenticate(authorization: [String]) throws(CredentialRefusal) -> Caller {
        guard authorization.count == 1, let token = Self.presentedToken(authorization[0]) else { throw .malformed }
        let accepted = try accept(token, for: .api)
        guard accepted.hasRightsLeft else { throw .noRightsLeft }
        return accepted.caller
    }

    /// The token behind either scheme, case-insensitively; clients leave white space at its end.
    private static func presentedToken(_ field: String) -> [UInt8]? {
        let bytes = Array(field.utf8)
        guard let space = bytes.firstIndex(of: UInt8(ascii: " ")) else { return nil }
        let scheme = String(decoding: bytes[..<space], as: UTF8.self).lowercased()
        guard scheme.hasSameBytes(as: "bearer") || scheme.hasSameBytes(as: "apitoken") else { return nil }
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let token = Array(bytes[space...].drop(while: isBlank).reversed().drop(while: isBlank).reversed())
        return token.isEmpty ? nil : token
    }

    func accept(_ token: [UInt8], for purpose: Purpose) throws(CredentialRefusal) -> AcceptedCredential {
        token.starts(with: OpaqueToken.prefix.utf8)
            ? try acceptOpaque(token, for: purpose) : try acceptAccessToken(token, for: purpose)
    }

    private func acceptOpaque(_ bytes: [UInt8], for purpose: Purpose) throws(CredentialRefusal) -> AcceptedCredential {
        guard let token = OpaqueToken(parsing: bytes), let hash = hasher.hash(token) else { throw .malformed }
        guard let (record, owner) = index.credentialAndOwner(hash) else { throw .unknown }
        guard record.type.tokenClass == token.tokenClass else { throw .wrongClass }
        if case .api = purpose {
            // A SCIM token opens SCIM only; the other classes are never credentials of the API.
            guard token.tokenClass == .apiToken || token.tokenClass == .serviceToken else { throw .wrongClass }
        }
        if let refusal = record.refusal(at: time.now()) { throw refusal }
        guard owner.isEnabled else { throw .ownerDisabled }
        let access = RightsEvaluator(policies: policies.current).access(record.rights, owner: owner)
        return AcceptedCredential(
            kind: .opaque(record), owner: owner, access: access, rights: record.rights, root: record.root,
            expiresAt: record.expiresAt)
    }

    private func acceptAccessToken(
        _ bytes: [UInt8], for purpose: Purpose
    ) throws(CredentialRefusal) -> AcceptedCredential {
        let now = time.now()
        let claims: AccessTokenClaims
        do throws(TokenRejection) {
            let verified = try verifyOwn(bytes, at: now)
            guard let parsed = AccessTokenClaims(verified) else { throw TokenRejection.malformed(.payload) }
            claims = parsed
        } catch {
            throw .token(error)
        }
        if case .api = purpose {
            guard claims.audiences.contains(where: { $0.hasSameBytes(as: settings.apiAudience) }) else {
                throw .token(.wrongAudience)
            }
        }
        guard !index.isRevoked(tokenID: claims.tokenID) else { throw .revoked }
        guard let owner = index.principal(claims.principal) else { throw .unknown }
        guard owner.isEnabled else { throw .ownerDisabled }
        let access = RightsEvaluator(policies: policies.current).access(claims.rights, owner: owner)
        return AcceptedCredential(
            kind: .accessToken(claims), owner: owner, access: access, rights: claims.rights, root: claims.root,
            expiresAt: claims.expiresAt)
    }
}

extension CredentialRecord {
    /// Why it cannot be used at that time, by its own state; `nil` when it can.
    func refusal(at now: Timestamp) -> CredentialRefusal? {
        if markedForDeletionAt != nil { return .markedForDeletion }
        if !isActive { return .inactive }
        if expiresAt <= now { return .expired }
        return nil
    }
}
