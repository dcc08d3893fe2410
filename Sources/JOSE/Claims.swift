package import Identifiers
package import StrictJSON

/// The claims of a token; the registered ones are read (RFC 7519 §4.1), the others are in `object`.
///
/// A registered claim of the wrong type refuses the token: it is never taken as absent.
package struct Claims: Sendable, Hashable {
    package let object: JSONObject
    /// `iss`, not yet compared with anything.
    package let issuer: Key?
    package let subject: Subject?
    /// `aud`: one text or several; empty when absent.
    package let audiences: [Audience]
    package let expiry: NumericDate?
    package let notBefore: NumericDate?
    package let issuedAt: NumericDate?
    package let tokenID: TokenID?
    /// `azp`: the client that the token was issued to (OpenID Connect Core §2).
    package let authorizedParty: Key?

    package init(_ object: JSONObject) throws(TokenRejection) {
        self.object = object
        issuer = try Self.text(object, "iss") { $0.isEmpty ? nil : Key($0) }
        subject = try Self.text(object, "sub") { try? Subject($0) }
        audiences = try Self.audiences(object["aud"])
        expiry = try Self.date(object, "exp", .down)
        notBefore = try Self.date(object, "nbf", .up)
        issuedAt = try Self.date(object, "iat", .up)
        tokenID = try Self.text(object, "jti") { try? TokenID($0) }
        authorizedParty = try Self.text(object, "azp") { Key($0) }
    }

    /// The claim of that name, compared by bytes.
    package subscript(name: String) -> JSONValue? { object[name] }

    private static func text<T>(
        _ object: JSONObject, _ name: String, _ make: (String) -> T?
    ) throws(TokenRejection) -> T? {
        guard let value = object[name] else { return nil }
        guard let text = value.stringValue, let made = make(text) else { throw .malformedClaim(name) }
        return made
    }

    private static func date(
        _ object: JSONObject, _ name: String, _ rounding: NumericDate.Rounding
    ) throws(TokenRejection) -> NumericDate? {
        guard let value = object[name] else { return nil }
        guard let date = NumericDate(value, rounding: rounding) else { throw .malformedClaim(name) }
        return date
    }

    private static func audiences(_ value: JSONValue?) throws(TokenRejection) -> [Audience] {
        guard let value else { return [] }
        let values = value.arrayValue ?? [value]
        var audiences: [Audience] = []
        for value in values {
            guard let text = value.stringValue, let audience = try? Audience(text) else { throw .malformedClaim("aud") }
            audiences.append(audience)
        }
        return audiences
    }
}
