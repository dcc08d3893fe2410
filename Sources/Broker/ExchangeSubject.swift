import AccessPolicy
import Federation
import Identifiers
import JOSE
import OpenSSLCrypto
import StrictJSON

/// Whose token is exchanged.
enum ExchangeSubject: Sendable {
    case outside(ValidatedIdentity)
    /// One of ours: can only be narrowed.
    case own(AcceptedCredential)

    var expiresAt: Timestamp {
        switch self {
        case .outside(let identity): Timestamp(identity.expiry)
        case .own(let accepted): accepted.expiresAt
        }
    }

    /// The subject as the token says it.
    var subject: String {
        switch self {
        case .outside(let identity): identity.subject
        case .own(let accepted):
            switch accepted.kind {
            case .stored: accepted.owner.principal.origin?.subject ?? accepted.owner.principal.name
            case .accessToken(let claims): claims.subject
            case .session: accepted.owner.principal.id.rawValue
            }
        }
    }

    var provider: String? {
        switch self {
        case .outside(let identity): identity.provider
        case .own(let accepted): accepted.owner.principal.origin?.provider
        }
    }

    func issuer(own: Issuer) -> String {
        switch self {
        case .outside(let identity): identity.issuer
        case .own: own.rawValue
        }
    }

    /// Who acted already: ours to keep only in our own tokens.
    var actor: JSONObject? {
        guard case .own(let accepted) = self, case .accessToken(let claims) = accepted.kind else { return nil }
        return claims.actor
    }

    /// What one of ours is confined to, and so is everything that is made of it.
    var confinement: NamespaceName? {
        guard case .own(let accepted) = self else { return nil }
        return accepted.confinement
    }

    /// What it ends with, and so does everything that is made of it.
    var authorization: TicketID? {
        guard case .own(let accepted) = self, case .accessToken(let claims) = accepted.kind else { return nil }
        return claims.authorization
    }

    var isDelegated: Bool {
        if case .own(let accepted) = self { accepted.isDelegated } else { false }
    }

    /// How it was made sure who it is.
    var context: AuthenticationContext? {
        switch self {
        case .outside(let identity): AuthenticationContext(claims: identity.claims)
        case .own(let accepted): accepted.context
        }
    }

    /// What is presented.
    var source: CredentialSource {
        switch self {
        case .outside(let identity): .subjectToken(identity.digest)
        case .own(let accepted): accepted.source
        }
    }

    /// Where the chain began.
    var root: CredentialSource {
        switch self {
        case .outside: source
        case .own(let accepted): accepted.root
        }
    }
}

extension ValidatedIdentity {
    /// Hex of the SHA-256 of the signing input: the same token with another encoding of its signature is the same.
    var digest: String { Hexadecimal.text(tokenKey) }
}

extension PrincipalID {
    private static let prefixes = ["cli_", "svc_", "usr_", "wkl_"]

    /// Whether a text has the form of our principals' ids.
    static func isOne(_ text: String) -> Bool {
        prefixes.contains { text.utf8.starts(with: $0.utf8) }
    }
}

/// The WORKLOAD principal of an identity, keyed by (provider, issuer, subject): the id follows from the three, so that a
/// workload seen again is the same one on every broker.
enum WorkloadPrincipal {
    static func of(_ identity: ValidatedIdentity) -> Principal {
        let origin = Principal.Origin(
            provider: identity.provider, issuer: identity.issuer, subject: identity.subject)
        let id = "wkl_" + Hexadecimal.text(Array(SHA2.sha256(origin.bytes).prefix(20)))
        return Principal(
            id: PrincipalID(unchecked: id), kind: .workload, name: identity.subject, origin: origin)
    }
}
