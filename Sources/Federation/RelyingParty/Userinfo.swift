internal import HTTPFetch
internal import HTTPTypes
internal import Identifiers
internal import JOSE
internal import StrictJSON

/// What the userinfo endpoint says (OpenID Connect Core §5.3), as JSON or as a signed token.
struct Userinfo: Sendable {
    let party: RelyingParty

    /// The claims, once they are known to be of `subject` (§5.3.2: it must be compared, or one person's token gives
    /// another person's claims). `issuer`: that of the ID token.
    func claims(
        _ tokens: TokenResponse, of subject: String, issuer: String
    ) async throws(SignInRefusal) -> JSONObject {
        let claims = try await unchecked(tokens, issuer: issuer)
        guard claims["sub"]?.stringValue?.hasSameBytes(as: subject) ?? false else { throw .userinfoSubjectMismatch }
        return claims
    }

    /// The answer of whoever the access token is of: for a provider that has no ID token to compare with.
    func unchecked(_ tokens: TokenResponse, issuer: String) async throws(SignInRefusal) -> JSONObject {
        let response = try await party.get(
            .userinfo, party.endpoint(.userinfo), tokens.accessToken, accept: "application/json, application/jwt")
        guard Self.isToken(response.headers[.contentType]) else {
            return try RelyingParty.object(.userinfo, response.body)
        }
        return try await signed(response.body, issuer: issuer)
    }

    /// The signature by the provider's keys, `iss` and `aud` as in an ID token. `exp` need not be there.
    private func signed(_ body: [UInt8], issuer: String) async throws(SignInRefusal) -> JSONObject {
        let expectation = try IDTokenCheck.expectation(party.definition, party.client)
        let now = party.now
        let token: UnverifiedToken
        do { token = try await Evaluation.signed(body, by: party.provider.expecting(expectation), now: now) } catch {
            guard case .token(let rejection) = error else { throw SignInRefusal(error) }
            throw .userinfo(rejection)
        }
        let claims = token.claims
        guard claims.issuer?.rawValue.hasSameBytes(as: issuer) ?? false else { throw .userinfo(.wrongIssuer) }
        guard claims.audiences.contains(where: expectation.audiences.contains) else { throw .userinfo(.wrongAudience) }
        if let expiry = claims.expiry, now.adding(-expectation.clockSkew) >= expiry { throw .userinfo(.expired) }
        return claims.object
    }

    private static func isToken(_ contentType: String?) -> Bool {
        let type = contentType?.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 }.map { $0 | 0x20 }
        return type?.elementsEqual("application/jwt".utf8) ?? false
    }
}

extension JSONObject {
    /// What an ID token says of the sign-in itself. A profile is about the person, and at some providers the person writes
    /// it: there these names say nothing.
    private static let ofTheSignIn = Set(
        [
            "iss", "aud", "azp", "exp", "nbf", "iat", "jti", "nonce", "auth_time", "acr", "amr", "sid", "at_hash",
            "c_hash", "hasgroups",
        ].map { Key($0) })

    /// What is known for sure, an ID token's claims where there is one, and beneath it those of a profile: a name that both
    /// have keeps its value.
    func over(_ profile: JSONObject) -> JSONObject {
        var merged = self
        for member in profile.members
        where merged[member.name.rawValue] == nil && !Self.ofTheSignIn.contains(Key(member.name.rawValue)) {
            merged[member.name.rawValue] = member.value
        }
        return merged
    }
}
