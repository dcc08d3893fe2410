/// The checks of one token, in the order in which they are made. An explanation lists those before
/// `TokenRejection.check` as passed.
package enum TokenCheck: String, CaseIterable, Sendable, Hashable {
    case format, algorithm, type, issuer, key, signature, audience, expiry, notBefore, issuedAt, requiredClaims
}

/// Why a token was refused. For the log and for `explain`: a client learns only the code of its protocol.
///
/// Names of claims are ours or the configuration's, never the token's.
package enum TokenRejection: Error, Hashable, Sendable {
    case tooLarge
    case malformed(MalformedToken)
    /// `b64` is there: the payload may not be what it seems (RFC 7797).
    case unencodedPayload
    /// `crit` names what must be understood, and we understand none of it (RFC 7515 §4.1.11).
    case unknownCritical
    case malformedClaim(String)
    /// Unknown, `none`, or not among those allowed here.
    case algorithmNotAllowed
    case wrongType
    case wrongIssuer
    /// No key of the set has this name and goes with this algorithm.
    case unknownKey
    /// More than one key would do, and guessing is not verifying.
    case ambiguousKey
    case badSignature
    case wrongAudience
    case expired
    /// `exp` lies further from `iat` than we let a token live.
    case lifetimeTooLong
    case notYetValid
    case issuedInFuture
    case tooOld
    case missingClaim(String)
    /// A claim must have one value here, and has another.
    case wrongClaim(String)

    /// A name for logs and for `token verify-jws --batch`; it does not change between releases.
    package var code: String {
        switch self {
        case .tooLarge: "too_large"
        case .malformed(let what): "malformed_" + what.rawValue
        case .unencodedPayload: "unencoded_payload"
        case .unknownCritical: "unknown_critical"
        case .malformedClaim: "malformed_claim"
        case .algorithmNotAllowed: "algorithm_not_allowed"
        case .wrongType: "wrong_type"
        case .wrongIssuer: "wrong_issuer"
        case .unknownKey: "unknown_key"
        case .ambiguousKey: "ambiguous_key"
        case .badSignature: "bad_signature"
        case .wrongAudience: "wrong_audience"
        case .expired: "expired"
        case .lifetimeTooLong: "lifetime_too_long"
        case .notYetValid: "not_yet_valid"
        case .issuedInFuture: "issued_in_future"
        case .tooOld: "too_old"
        case .missingClaim: "missing_claim"
        case .wrongClaim: "wrong_claim"
        }
    }

    /// The check that failed.
    package var check: TokenCheck {
        switch self {
        case .tooLarge, .malformed, .unencodedPayload, .unknownCritical, .malformedClaim: .format
        case .algorithmNotAllowed: .algorithm
        case .wrongType: .type
        case .wrongIssuer, .missingClaim("iss"): .issuer
        case .unknownKey, .ambiguousKey: .key
        case .badSignature: .signature
        case .wrongAudience, .missingClaim("aud"): .audience
        case .expired, .lifetimeTooLong, .missingClaim("exp"): .expiry
        case .notYetValid: .notBefore
        case .issuedInFuture, .tooOld, .missingClaim("iat"): .issuedAt
        case .missingClaim, .wrongClaim: .requiredClaims
        }
    }
}

/// What about a token's form is wrong.
package enum MalformedToken: String, Hashable, Sendable, CaseIterable {
    /// Not three parts with two dots: no compact JWS (RFC 7515 §7.1). JSON serialisation and JWE end here.
    case segments
    /// A part is not canonical base64url.
    case encoding
    /// The header is not one strict JSON object.
    case header
    case algorithm
    case keyID = "key_id"
    case type
    /// The payload of a token is not one strict JSON object.
    case payload
}
