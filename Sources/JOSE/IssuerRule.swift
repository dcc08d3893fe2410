package import Identifiers
internal import StrictJSON

/// Which issuer a token must come from.
package enum IssuerRule: Hashable, Sendable {
    case exactly(Issuer)
    /// One set of keys for many issuers, as Entra has it.
    case template(IssuerTemplate)

    /// The issuer of these claims, if it is one that the rule admits.
    func issuer(of claims: Claims) throws(TokenRejection) -> Issuer {
        guard let text = claims.issuer else { throw .missingClaim("iss") }
        switch self {
        case .exactly(let issuer):
            guard text.rawValue.hasSameBytes(as: issuer.rawValue) else { throw .wrongIssuer }
            return issuer
        case .template(let template):
            guard template.admits(claims, issuer: text.rawValue), let issuer = try? Issuer(text.rawValue) else {
                throw .wrongIssuer
            }
            return issuer
        }
    }
}

/// An issuer with a place for the tenant: `https://login.microsoftonline.com/{tenantid}/v2.0`.
///
/// A token fits when its `tid` claim, put in that place, gives its `iss` byte for byte, and when the tenant is one of
/// those allowed. Which tenants must be said: the template alone would let every Entra customer in.
package struct IssuerTemplate: Hashable, Sendable {
    package static let placeholder = "{tenantid}"

    /// Which tenants may come in.
    package enum Tenants: Hashable, Sendable {
        /// Only these, compared by bytes; Entra writes its GUIDs in lower case.
        case only(Set<Key>)
        /// Whoever Entra vouches for: a policy must then look at `tid`.
        case any
    }

    package let text: String
    package let tenants: Tenants

    package init(_ text: String, tenants: Tenants) throws(InvalidValue) {
        guard Self.parts(of: text) != nil else {
            throw InvalidValue("issuer template", "must contain \(Self.placeholder) exactly once")
        }
        _ = try Issuer(Self.fill(text, "tenant"))
        self.text = text
        self.tenants = tenants
    }

    /// The issuer of one tenant.
    package func issuer(of tenant: String) -> String { Self.fill(text, tenant) }

    func admits(_ claims: Claims, issuer: String) -> Bool {
        guard let tenant = claims["tid"]?.stringValue, Self.isTenant(tenant) else { return false }
        if case .only(let allowed) = tenants, !allowed.contains(Key(tenant)) { return false }
        return Self.fill(text, tenant).hasSameBytes(as: issuer)
    }

    /// Whether a key whose JWK has this `issuer` may sign for these claims: it is the token's issuer, as written or
    /// with the tenant put in.
    static func covers(_ keyIssuer: String, _ claims: Claims) -> Bool {
        guard let issuer = claims.issuer?.rawValue else { return false }
        if keyIssuer.hasSameBytes(as: issuer) { return true }
        guard let tenant = claims["tid"]?.stringValue, isTenant(tenant), parts(of: keyIssuer) != nil else {
            return false
        }
        return fill(keyIssuer, tenant).hasSameBytes(as: issuer)
    }

    /// A GUID's characters: nothing that could change the meaning of the URL around it.
    private static func isTenant(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == UInt8(ascii: "-")
            }
    }

    private static func fill(_ text: String, _ tenant: String) -> String {
        guard let (before, after) = parts(of: text) else { return text }
        return before + tenant + after
    }

    private static func parts(of text: String) -> (before: String, after: String)? {
        let (bytes, place) = (Array(text.utf8), Array(placeholder.utf8))
        let starts = bytes.indices.filter { bytes[$0...].starts(with: place) }
        guard starts.count == 1, let start = starts.first else { return nil }
        return (
            String(decoding: bytes[..<start], as: UTF8.self),
            String(decoding: bytes[(start + place.count)...], as: UTF8.self)
        )
    }
}
