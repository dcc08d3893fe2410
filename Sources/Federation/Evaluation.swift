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

    /// `providers`: those in force.
    init(_ bytes: [UInt8], among providers: ProviderTable, now: NumericDate) async {
        (self.now, outcome) = (now, .failure(.unknownIssuer))
        do throws(FederationFailure) {
            let token = try Self.refusing { () throws(TokenRejection) in try UnverifiedToken.parse(bytes) }
            self.token = token
            let provider = try providers.provider(of: token)
            self.provider = provider
            outcome = .success(try await identity(of: token, provider))
        } catch { outcome = .failure(error) }
    }

    private mutating func identity(
        of token: UnverifiedToken, _ provider: Provider
    ) async throws(FederationFailure) -> ValidatedIdentity {
        let now = now
        try Self.refusing { () throws(TokenRejection) in _ = try provider.expectation.checkBeforeKey(token) }
        let obstacle = provider.obstacleToFetch(token, now: now)
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
            return try ValidatedIdentity(verified(token, provider, keys), provider: provider.definition.name)
        } catch  where mayMeanANewKey(error, token) {
            if let obstacle {
                stoppedBeforeKey = true
                throw .token(obstacle)
            }
            let newer = await provider.cache.refreshedForUnknownKey()
            guard newer.generation != keys.generation else { throw .token(error) }
            return try Self.refusing { () throws(TokenRejection) in
                try ValidatedIdentity(verified(token, provider, newer), provider: provider.definition.name)
            }
        } catch {
            throw .token(error)
        }
    }

    private func verified(
        _ token: UnverifiedToken, _ provider: Provider, _ keys: KnownKeys
    ) throws(TokenRejection) -> VerifiedToken {
        let verified = try verify(token, provider.expectation, keys: keys.set(for: token.keyID), now: now)
        // Sorted, so that the same token gets the same answer every time.
        for (name, value) in provider.definition.requiredValues.sorted(by: { $0.key < $1.key }) {
            guard let claim = verified.claims[name], !claim.isNull else { throw .missingClaim(name) }
            guard claim.stringValue?.hasSameBytes(as: value) ?? false else { throw .wrongClaim(name) }
        }
        return verified
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
