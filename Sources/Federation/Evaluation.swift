internal import Identifiers
internal import JOSE
internal import StrictJSON

/// One run of the checks on a token: what `validate` answers from, and what a trace is told from. There is one such
/// function, so that an explanation cannot differ from the decision.
struct Evaluation: Sendable {
    let now: NumericDate
    /// `nil` when the form was wrong.
    private(set) var token: UnverifiedToken?
    private(set) var provider: Provider?
    private(set) var outcome: Result<ValidatedIdentity, FederationFailure>
    /// Whether the refusal came before a key was looked for, to spare a fetch.
    private(set) var stoppedBeforeKey = true

    private init(now: NumericDate) { (self.now, outcome) = (now, .failure(.unknownIssuer)) }

    /// `providers`: those in force.
    init(_ bytes: [UInt8], among providers: ProviderTable, now: NumericDate) async {
        self.init(now: now)
        do throws(FederationFailure) {
            let token = try Self.refusing { () throws(TokenRejection) in try UnverifiedToken.parse(bytes) }
            self.token = token
            let provider = try providers.provider(of: token)
            self.provider = provider
            let verified = try await verified(token, provider)
            outcome = .success(
                try Self.refusing { () throws(TokenRejection) in
                    try ValidatedIdentity(verified, provider: provider.definition.name)
                })
        } catch { outcome = .failure(error) }
    }

    /// The same run for a token whose provider is known from elsewhere: what a provider answered to us as its client.
    static func verified(
        _ bytes: [UInt8], of provider: Provider, now: NumericDate
    ) async throws(FederationFailure) -> VerifiedToken {
        var run = Evaluation(now: now)
        let token = try refusing { () throws(TokenRejection) in try UnverifiedToken.parse(bytes) }
        return try await run.verified(token, provider)
    }

    /// A signed answer that need not expire (OpenID Connect Core §5.3.2): algorithm, type, issuer and signature. Its
    /// other claims are the caller's to check.
    static func signed(
        _ bytes: [UInt8], by provider: Provider, now: NumericDate
    ) async throws(FederationFailure) -> UnverifiedToken {
        var run = Evaluation(now: now)
        let token = try refusing { () throws(TokenRejection) in try UnverifiedToken.parse(bytes) }
        try refusing { () throws(TokenRejection) in _ = try provider.expectation.checkBeforeKey(token) }
        _ = try await run.usingKeys(token, provider, obstacle: nil) { keys throws(TokenRejection) in
            try keys.verify(token.jws, allowing: provider.expectation.algorithms)
        }
        return token
    }

    private mutating func verified(
        _ token: UnverifiedToken, _ provider: Provider
    ) async throws(FederationFailure) -> VerifiedToken {
        let now = now
        try Self.refusing { () throws(TokenRejection) in _ = try provider.expectation.checkBeforeKey(token) }
        let obstacle = provider.obstacleToFetch(token, now: now)
        return try await usingKeys(token, provider, obstacle: obstacle) { keys throws(TokenRejection) in
            let verified = try verify(token, provider.expectation, keys: keys, now: now)
            // Sorted, so that the same token gets the same answer every time.
            for (name, value) in provider.requiredValues.sorted(by: { $0.key < $1.key }) {
                guard let claim = verified.claims[name], !claim.isNull else { throw .missingClaim(name) }
                guard claim.stringValue?.hasSameBytes(as: value) ?? false else { throw .wrongClaim(name) }
            }
            return verified
        }
    }

    /// Runs a check with the keys that are known, and once more with newer ones when that may help.
    private mutating func usingKeys<T>(
        _ token: UnverifiedToken, _ provider: Provider, obstacle: TokenRejection?,
        _ check: (KeySet) throws(TokenRejection) -> T
    ) async throws(FederationFailure) -> T {
        let keys: KnownKeys
        if let known = provider.cache.known(mayFetch: obstacle == nil), !known.isEmpty {
            keys = known
        } else {
            if let obstacle { throw .token(obstacle) }
            keys = await provider.cache.refreshed()
        }
        if keys.isEmpty { throw .providerUnavailable(retryAfter: Self.seconds(keys.retryAfter)) }
        do throws(TokenRejection) {
            stoppedBeforeKey = false
            return try check(keys.set(for: token.keyID))
        } catch  where mayMeanANewKey(error, token) {
            if let obstacle {
                stoppedBeforeKey = true
                throw .token(obstacle)
            }
            let newer = await provider.cache.refreshedForUnknownKey()
            guard newer.generation != keys.generation else { throw .token(error) }
            return try Self.refusing { () throws(TokenRejection) in try check(newer.set(for: token.keyID)) }
        } catch {
            throw .token(error)
        }
    }

    /// A key without a name is replaced in silence: then only the signature tells.
    private func mayMeanANewKey(_ rejection: TokenRejection, _ token: UnverifiedToken) -> Bool {
        rejection == .unknownKey || (rejection == .badSignature && token.keyID == nil)
    }

    private static func refusing<T>(_ body: () throws(TokenRejection) -> T) throws(FederationFailure) -> T {
        do { return try body() } catch { throw .token(error) }
    }

    private static func seconds(_ duration: Duration?) -> Int64 {
        guard let duration else { return 1 }
        let (seconds, attoseconds) = duration.components
        return max(1, attoseconds > 0 ? seconds + 1 : seconds)
    }
}
