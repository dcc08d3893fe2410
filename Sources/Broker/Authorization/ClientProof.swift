import Identifiers
import JOSE
package import OAuth
import OpenSSLCrypto
import Secrets
import StrictJSON

/// Which client a request comes from, and that it is that one (RFC 6749 §2.3, RFC 7523 §3).
extension Broker {
    /// Against guessing (RFC 6749 §2.3.1), by client and address: who guesses elsewhere is in nobody's way.
    ///
    /// A secret that was wrong before is no new guess, so a neighbour that was left behind with an old one, and tries it
    /// again and again, locks nobody out.
    struct ClientLimits: Sendable {
        let guesses = RateLimiter(RateLimiter.Rate(burst: 10, interval: 10))
        let knownWrong = RateLimiter(RateLimiter.Rate(burst: 1, interval: 3600))
    }

    package func authenticateClient(
        _ proof: ClientAuthentication, at endpoint: String, context: RequestContext
    ) async throws(AuthorizationFailure) -> ClientRecord {
        if proof.method == .privateKeyJWT { return try await authenticateByKey(proof, at: endpoint) }
        guard let secret = proof.clientSecret else { return try authenticateBySecret(proof) }
        // Whether there is such a client makes no difference.
        let place = RateLimiter.key(of: context.remoteAddress) + " " + (proof.clientID ?? "")
        let now = time.now()
        if let seconds = clientLimits.guesses.remainingWait(for: place, at: now) { throw .tooOften(seconds) }
        do throws(AuthorizationFailure) {
            return try authenticateBySecret(proof)
        } catch {
            let guess = place + " " + Hexadecimal.text(hasher.hash(clientSecret: secret).bytes)
            if clientLimits.knownWrong.wait(for: guess, at: now) == nil {
                _ = clientLimits.guesses.wait(for: place, at: now)
            }
            throw error
        }
    }

    private func authenticateBySecret(_ proof: ClientAuthentication) throws(AuthorizationFailure) -> ClientRecord {
        guard let id = proof.clientID else { throw .client("client_id is missing") }
        guard let client = client(id) else { throw .client("no such client, or its secret is wrong") }
        switch (client.metadata.tokenEndpointAuthMethod, proof.method) {
        case (.none, .none): return client
        // RFC 6749 §2.3.1: a client with a secret may send it either way.
        case (.clientSecretBasic, .clientSecretBasic), (.clientSecretBasic, .clientSecretPost),
            (.clientSecretPost, .clientSecretBasic), (.clientSecretPost, .clientSecretPost):
            guard let secret = proof.clientSecret else { throw .client("no such client, or its secret is wrong") }
            let hash = hasher.hash(clientSecret: secret)
            guard client.secrets.contains(where: { Secret.constantTimeEqual($0.hash.bytes, hash.bytes) }) else {
                throw .client("no such client, or its secret is wrong")
            }
            return client
        case (.none, _), (.clientSecretBasic, _), (.clientSecretPost, _), (.privateKeyJWT, _):
            throw .client("no such client, or its secret is wrong")
        }
    }

    /// Seconds that an assertion may live at most.
    private static let longestAssertion: Int64 = 3600

    private func authenticateByKey(
        _ proof: ClientAuthentication, at endpoint: String
    ) async throws(AuthorizationFailure) -> ClientRecord {
        let refused = AuthorizationFailure.client("the client assertion is not accepted")
        guard let assertion = proof.clientAssertion, let token = try? UnverifiedToken.parse(assertion.reveal()),
            let issuer = token.claims.issuer?.rawValue, let client = client(issuer),
            client.metadata.tokenEndpointAuthMethod == .privateKeyJWT, let keys = ClientKeys(client.metadata),
            proof.clientID?.hasSameBytes(as: client.id) ?? true
        else { throw refused }
        // RFC 7523 §3: ours by the endpoint's URL or by the issuer (draft-ietf-oauth-rfc7523bis wants that).
        let audiences = Set([endpoint, settings.issuer.rawValue].compactMap { try? Audience($0) })
        let now = time.now()
        guard let verified = keys.verify(token, audiences: audiences, maximumLifetime: Self.longestAssertion, at: now),
            let subject = verified.object["sub"]?.stringValue, subject.hasSameBytes(as: client.id),
            let id = verified.object["jti"]?.stringValue, (1...256).contains(id.utf8.count),
            let expiry = verified.expiry
        else { throw refused }
        let use = SingleUse(
            kind: .clientAssertion, authority: client.id, key: id,
            until: Timestamp(expiry).adding(seconds: SubjectTokenMemory.afterExpiry))
        do throws(StoreFailure) {
            try await store.commit(StoreTransaction(changes: [.claim(use)], events: []))
        } catch { throw error == .alreadyUsed ? refused : .store(error) }
        return client
    }
}

/// The public keys of a client.
struct ClientKeys {
    private let keys: KeySet

    init?(_ metadata: ClientMetadata) {
        guard let jwks = metadata.jwks,
            let keys = try? KeySet(jwks: JSONValue.object(jwks).encoded(), options: KeySetOptions()), !keys.keys.isEmpty
        else { return nil }
        self.keys = keys
    }

    /// The issuer of an assertion is the client, whose id is no URL: the signature and the times are checked here by the
    /// same function as all tokens, and the issuer by whoever found the client.
    func verify(
        _ token: UnverifiedToken, audiences: Set<Audience>, maximumLifetime: Int64, at now: Timestamp
    ) -> Claims? {
        // One for several could be presented here by another of them first.
        guard let audience = token.claims.audiences.first, token.claims.audiences.count == 1,
            audiences.contains(audience),
            (try? keys.verify(token.jws, allowing: [.ES256, .RS256, .PS256, .EdDSA])) != nil
        else { return nil }
        guard let expiry = token.claims.expiry, expiry.seconds > now.seconds,
            expiry.seconds - now.seconds <= maximumLifetime,
            (token.claims.notBefore?.seconds ?? 0) <= now.seconds + 60,
            (token.claims.issuedAt?.seconds ?? 0) <= now.seconds + 60
        else { return nil }
        return token.claims
    }
}

extension TokenHasher {
    /// Of a secret that a client proves itself with, whoever made it up.
    func hash(clientSecret secret: Secret) -> Digest32 {
        let bytes = Array("client secret:".utf8) + secret.reveal()
        return Digest32(derived(bytes).reveal()) ?? Digest32.zero
    }
}
