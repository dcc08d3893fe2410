internal import Identifiers
internal import JOSE

/// The words of a trace: what was wanted, what came, and what most often explains the difference.
struct TraceWords {
    private let evaluation: Evaluation
    private let definitions: [ProviderDefinition]
    private let isFailure: Bool
    private var definition: ProviderDefinition? { evaluation.provider?.definition }
    private var claims: Claims? { evaluation.token?.claims }

    init(_ evaluation: Evaluation, _ definitions: [ProviderDefinition], isFailure: Bool) {
        (self.evaluation, self.definitions, self.isFailure) = (evaluation, definitions, isFailure)
    }

    func expected(_ check: TokenCheck) -> String? {
        switch check {
        case .format: return "a compact JWS of at most 16 KiB, its parts canonical base64url, no 'crit'"
        case .algorithm: return definition.map { $0.algorithms.map(\.rawValue).sorted().joined(separator: ", ") }
        case .type: return nil
        case .issuer:
            if let definition { return shown(definition.issuerText) }
            return definitions.isEmpty ? "no provider is configured" : "one of \(definitions.count) configured issuers"
        case .key: return "a key of the provider's set"
        case .signature: return nil
        case .audience: return definition.map { Self.list($0.audiences.sorted().map(\.rawValue)) }
        case .expiry, .notBefore: return definition.map { "a clock that differs by at most \($0.clockSkew) s" }
        case .issuedAt:
            guard let definition else { return nil }
            return definition.maximumTokenAge.map { "at most \(Duration.seconds($0).inWords) ago" }
        case .requiredClaims: return "sub"
        }
    }

    func got(_ check: TokenCheck) -> String? {
        guard let token = evaluation.token, let claims else { return nil }
        let now = evaluation.now
        switch check {
        case .format, .signature: return nil
        case .algorithm: return token.algorithm.rawValue
        case .type: return token.type.map(shown) ?? "none"
        case .issuer: return claims.issuer.map { shown($0.rawValue) } ?? "none"
        case .key: return token.keyID.map { "kid \(shown($0.rawValue))" } ?? "no kid"
        case .audience: return claims.audiences.isEmpty ? "none" : Self.list(claims.audiences.map(\.rawValue))
        case .expiry:
            guard let expiry = claims.expiry else { return "none" }
            return expiry <= now
                ? "expired \(expiry.distanceInWords(to: now)) ago" : "expires in \(now.distanceInWords(to: expiry))"
        case .notBefore:
            guard let start = claims.notBefore else { return "none" }
            return start <= now
                ? "valid since \(start.distanceInWords(to: now))" : "valid in \(now.distanceInWords(to: start))"
        case .issuedAt:
            guard let issued = claims.issuedAt else { return "none" }
            return issued <= now
                ? "issued \(issued.distanceInWords(to: now)) ago"
                : "issued \(now.distanceInWords(to: issued)) in the future"
        case .requiredClaims: return claims.subject.map { "sub \(shown($0.rawValue))" } ?? "none"
        }
    }

    func hint(_ check: TokenCheck) -> String? {
        guard case .failure(let failure) = evaluation.outcome else { return nil }
        switch (check, failure) {
        case (.format, .token(.malformedClaim(let name))):
            return "'\(name)' is of the wrong type; times are numbers, 'aud' is a text or a list of texts"
        case (.format, .token(.malformed(.segments))):
            return "three parts with two dots are expected; an opaque or encrypted token is no JWT"
        case (.format, .token(.malformed(.encoding))):
            return "a part is no base64url: line breaks, '=' or a cut-off copy?"
        case (.format, _): return nil
        case (.algorithm, _):
            return
                "add it to the provider's 'algorithms' if the provider really signs so; HS256 and none are never accepted"
        case (.type, _):
            return
                "this kind of token is not accepted here: an access token, ID token or logout token in the wrong place?"
        case (.issuer, .unknownIssuer): return nearestIssuer
        case (.issuer, _): return "the issuer's tenant is not one of those allowed, or 'tid' and 'iss' disagree"
        case (.key, .providerUnavailable(let seconds)):
            return "the provider's keys cannot be had; next attempt in \(seconds) s; see 'provider test'"
        case (.key, .token(.ambiguousKey)): return "the token names no key and the set has several that fit"
        case (.key, _): return knownKeys
        case (.signature, _): return "the token was changed, or signed by another key of the same name"
        case (.audience, .ambiguousProvider):
            return "several providers with this issuer accept this audience; give them different ones"
        case (.audience, _): return nearestAudience
        case (.expiry, _): return "ask for a new token; if it is new, compare the clocks"
        case (.notBefore, _), (.issuedAt, .token(.issuedInFuture)):
            return "the issuer's clock is ahead of ours by more than the skew"
        case (.issuedAt, _): return "the token is older than 'max_token_age', or does not say when it was issued"
        case (.requiredClaims, .token(.missingClaim(let name))): return "the token has no '\(name)'"
        case (.requiredClaims, .token(.wrongClaim(let name))):
            return definition?.requiredValues[name].map { "'\(name)' must be \(shown($0))" }
        case (.requiredClaims, _): return nil
        }
    }

    private var nearestIssuer: String? {
        guard let got = claims?.issuer?.rawValue else { return nil }
        for definition in definitions {
            guard let near = NearMiss(definition.issuerText, got) else { continue }
            return "provider '\(definition.name)' has \(shown(definition.issuerText)): \(near.hint)"
        }
        return "no provider has this issuer; add one, or check which environment the token is from"
    }

    private var nearestAudience: String? {
        guard let claims, let definition else { return nil }
        if claims.audiences.isEmpty { return "the token has no audience; ask its issuer for one of those expected" }
        for expected in definition.audiences.sorted() {
            for got in claims.audiences {
                if let near = NearMiss(expected.rawValue, got.rawValue) {
                    return "\(shown(expected.rawValue)) is expected: \(near.hint)"
                }
            }
        }
        return "ask the issuer for a token with one of the expected audiences"
    }

    private var knownKeys: String? {
        guard let provider = evaluation.provider else { return nil }
        let status = provider.cache.status()
        let keys = status.keys.prefix(10).map { key in
            let name = key.keyID.map { shown($0.rawValue) } ?? "without kid"
            return "\(name) (\(key.hasVanished ? "vanished, " : "")seen for \(key.age.inWords))"
        }
        let fetched = status.lastSuccessAgo.map { "fetched \($0.inWords) ago" } ?? "never fetched"
        return "the set, \(fetched), has \(keys.isEmpty ? "no keys" : keys.joined(separator: ", "))"
    }

    private static func list(_ texts: [String]) -> String {
        texts.prefix(5).map(shown).joined(separator: ", ") + (texts.count > 5 ? " and \(texts.count - 5) more" : "")
    }
}
