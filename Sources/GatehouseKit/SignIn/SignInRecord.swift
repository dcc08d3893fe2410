import Identifiers
import Secrets
import StrictJSON

/// The credentials file of a context: the tokens of a sign-in, and how often somebody was asked for one in vain.
struct SignInRecord: Sendable {
    struct Tokens: Sendable {
        let accessToken: Secret
        /// Seconds since 1970.
        let expiresAt: Int64
        let refreshToken: Secret?
        let scope: String?
    }

    /// Sign-ins that commands asked for by themselves, since the last one that somebody answered.
    struct Unanswered: Hashable, Sendable {
        var count: Int64
        /// When the last one began or, once it is over, ended.
        var at: Int64
    }

    /// The server that the tokens are of. They are sent nowhere else, whatever the context says by now.
    let issuer: String
    var tokens: Tokens?
    /// For people to read; the server alone says who a token is.
    var who: String?
    var signedInAt: Int64?
    var unanswered: Unanswered?

    init(issuer: String) { self.issuer = issuer }

    init(_ bytes: [UInt8]) throws(InvalidValue) {
        guard let object = try? JSONValue.parseObject(bytes), let issuer = object["issuer"]?.stringValue else {
            throw InvalidValue("stored sign-in", "it is not what this program writes")
        }
        self.issuer = issuer
        who = object["who"]?.stringValue
        signedInAt = object["signed_in_at"]?.integerValue
        if let count = object["unanswered"]?["count"]?.integerValue, let at = object["unanswered"]?["at"]?.integerValue
        {
            unanswered = Unanswered(count: count, at: at)
        }
        guard let token = object["access_token"]?.stringValue else { return }
        guard let expiresAt = object["expires_at"]?.integerValue else {
            throw InvalidValue("stored sign-in", "an access token needs a time at which it expires")
        }
        tokens = Tokens(
            accessToken: Secret(utf8: token), expiresAt: expiresAt,
            refreshToken: object["refresh_token"]?.stringValue.map { Secret(utf8: $0) },
            scope: object["scope"]?.stringValue)
    }

    var encoded: [UInt8] {
        var object: JSONObject = ["issuer": JSONValue(issuer)]
        object["who"] = who.map { JSONValue($0) }
        object["signed_in_at"] = signedInAt.map { .integer($0) }
        object["unanswered"] = unanswered.map { ["count": .integer($0.count), "at": .integer($0.at)] }
        if let tokens {
            object["access_token"] = JSONValue(tokens.accessToken.revealText())
            object["expires_at"] = .integer(tokens.expiresAt)
            object["refresh_token"] = tokens.refreshToken.map { JSONValue($0.revealText()) }
            object["scope"] = tokens.scope.map { JSONValue($0) }
        }
        return JSONValue.object(object).encoded() + [UInt8(ascii: "\n")]
    }

    /// The access token, while it lasts for longer than a call may take.
    func freshToken(now: Int64) -> Secret? { token(lastingBeyond: now.addingReportingOverflow(60).partialValue) }

    func token(lastingBeyond moment: Int64) -> Secret? {
        guard let tokens, tokens.expiresAt > moment else { return nil }
        return tokens.accessToken
    }

    /// What was granted, in place of what was there. A refresh that brings no new refresh token leaves the old one in
    /// force (RFC 6749 §6).
    mutating func take(_ grant: TokenGrant, now: Int64) {
        tokens = Tokens(
            accessToken: grant.accessToken, expiresAt: now.addingReportingOverflow(grant.expiresIn).partialValue,
            refreshToken: grant.refreshToken ?? tokens?.refreshToken, scope: grant.scope ?? tokens?.scope)
        who = grant.who(issuer: issuer) ?? who
        unanswered = nil
    }
}
