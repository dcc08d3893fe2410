internal import HTTPFetch
internal import JOSE
internal import OAuth
internal import Secrets
internal import StrictJSON

/// What the token endpoint gave (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
struct TokenResponse: Sendable {
    let accessToken: Secret
    let idToken: Secret?
    let refreshToken: Secret?
    /// Seconds that the access token lives, as far as it is said.
    let lifetime: Int64?

    init(_ object: JSONObject) throws(SignInRefusal) {
        accessToken = try Self.token(object, "access_token", ifMissing: .missing("access_token"))
        guard let type = object["token_type"] else { throw .badAnswer(.token, .missing("token_type")) }
        // RFC 6749 §7.1: a client must not use a token whose type it does not understand. Its case does not count.
        let isBearer = type.stringValue?.utf8.map { $0 | 0x20 }.elementsEqual("bearer".utf8) ?? false
        guard isBearer else { throw .badAnswer(.token, .malformed("token_type")) }
        idToken = try Self.optionalToken(object, "id_token")
        refreshToken = try Self.optionalToken(object, "refresh_token")
        lifetime = try Self.lifetime(object["expires_in"])
    }

    private static func token(
        _ object: JSONObject, _ name: String, ifMissing fault: AnswerFault
    ) throws(SignInRefusal) -> Secret {
        guard let value = object[name], !value.isNull else { throw .badAnswer(.token, fault) }
        // What goes into a header or a form: visible ASCII (RFC 6749 Appendix A.12, A.17).
        guard let text = value.stringValue, (1...CompactJWS.largestLength).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw .badAnswer(.token, .malformed(name)) }
        return Secret(utf8: text)
    }

    private static func optionalToken(_ object: JSONObject, _ name: String) throws(SignInRefusal) -> Secret? {
        guard let value = object[name], !value.isNull else { return nil }
        return try token(object, name, ifMissing: .missing(name))
    }

    /// A number, or the decimal text that older servers send.
    private static func lifetime(_ value: JSONValue?) throws(SignInRefusal) -> Int64? {
        guard let value, !value.isNull else { return nil }
        let isDigits = value.stringValue?.utf8.allSatisfy { (0x30...0x39).contains($0) } ?? false
        let seconds = isDigits ? value.stringValue.flatMap { Int64($0) } : value.integerValue
        guard let seconds, seconds >= 0 else { throw .badAnswer(.token, .malformed("expires_in")) }
        return seconds
    }
}
