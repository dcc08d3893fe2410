import OAuth
import OpenSSLCrypto
import Secrets
import StrictJSON

/// The answer to a refresh, kept for a moment in case it is lost on its way. Sealed under a key that follows from the token
/// that was presented, so that only its holder can have it again.
struct RefreshReplay: Sendable {
    let key: Digest32
    let request: Digest32
    private let sealing: SealingKey

    init(
        _ token: Secret, client: ClientRecord, scope: Scope?, resources: [String], hasher: TokenHasher
    ) throws(AuthorizationFailure) {
        let asked = [client.id, scope?.text ?? ""] + resources
        let request = asked.flatMap { Array("\($0.utf8.count):\($0)".utf8) }
        guard let key = Digest32(hasher.derived(Array("refresh reply:".utf8) + token.reveal()).reveal()),
            let digest = Digest32(SHA2.sha256(request)),
            let sealing = try? SealingKey(hasher.derived(Array("refresh seal:".utf8) + token.reveal()))
        else { throw .cannotSign }
        (self.key, self.request, self.sealing) = (key, digest, sealing)
    }

    func reply(_ answer: TokenResponse, at now: Timestamp) throws(AuthorizationFailure) -> StoredReply {
        guard let sealed = try? sealing.seal(Secret(answer.body.encoded()), context: key.bytes) else {
            throw .cannotSign
        }
        return StoredReply(
            key: key, request: request, sealed: sealed, until: now.adding(seconds: Broker.repeatWindow))
    }

    func answer(_ stored: StoredReply) -> TokenResponse? {
        guard let text = try? sealing.open(stored.sealed, context: key.bytes),
            let object = try? JSONValue.parseObject(text.reveal(), limits: .document),
            let access = object["access_token"]?.stringValue, let expiresIn = object["expires_in"]?.integerValue
        else { return nil }
        return TokenResponse(
            accessToken: Secret(utf8: access), expiresIn: expiresIn,
            refreshToken: object["refresh_token"]?.stringValue.map { Secret(utf8: $0) },
            scope: object["scope"]?.stringValue.flatMap { try? Scope($0) },
            idToken: object["id_token"]?.stringValue.map { Secret(utf8: $0) })
    }
}
