package import AccessPolicy
import Identifiers
import OpenSSLCrypto
package import Secrets
package import StrictJSON

/// How an answer is given again to the same question (`Idempotency-Key`, draft-ietf-httpapi-idempotency-key-header).
///
/// The answer holds a secret that is shown once. It is kept sealed under a key that follows from the server's key, the
/// caller's credential and the key they sent: whoever reads the database cannot open it, nor can another caller.
package struct ReplayPlan: Sendable {
    /// The body that will be answered.
    package typealias Answer = @Sendable (CreatedCredential) -> JSONValue

    let key: Digest32
    let request: Digest32
    let sealing: SealingKey
    let answer: Answer

    /// 1 to 255 visible characters of ASCII.
    package static func isKey(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}

extension Broker {
    /// How long an answer is kept: a day.
    private static let replayLifetime: Int64 = 86_400

    /// The parameters:
    /// - `operation`: what is asked for and where, such as the path.
    /// - `presented`: the caller's own secret when there is one, so that the sealed answer opens for its holder only.
    package func replayPlan(
        key: String, operation: String, body: [UInt8], by caller: Caller, presented: Secret,
        answer: @escaping ReplayPlan.Answer
    ) throws(CredentialFailure) -> ReplayPlan {
        guard ReplayPlan.isKey(key) else {
            throw .invalid(field: "Idempotency-Key", reason: "must be 1 to 255 visible ASCII characters")
        }
        let place = Self.delimited(["reply", caller.credentialID, operation, key].map { Array($0.utf8) })
        let sealing = hasher.derived(Self.delimited([Array("reply seal".utf8), presented.reveal(), place]))
        guard let digest = Digest32(SHA2.sha256(place)), let request = Digest32(SHA2.sha256(body)),
            let sealingKey = try? SealingKey(sealing)
        else { throw .cannotMake }
        return ReplayPlan(key: digest, request: request, sealing: sealingKey, answer: answer)
    }

    /// What was answered before; `nil` when nothing was.
    func replayed(_ plan: ReplayPlan) async throws(CredentialFailure) -> [UInt8]? {
        let reply: StoredReply?
        do throws(StoreFailure) {
            reply = try await store.reply(plan.key)
        } catch {
            throw .store(error)
        }
        guard let reply, reply.until > time.now() else { return nil }
        guard reply.request == plan.request else {
            throw .invalid(
                field: "Idempotency-Key", reason: "was used with another request; use a new key for a new one")
        }
        guard let body = try? plan.sealing.open(reply.sealed, context: plan.key.bytes) else { throw .cannotMake }
        return body.reveal()
    }

    func remember(
        _ plan: ReplayPlan, _ created: CreatedCredential, at now: Timestamp
    ) throws(CredentialFailure) -> StoreChange {
        guard
            let sealed = try? plan.sealing.seal(Secret(plan.answer(created).encoded()), context: plan.key.bytes)
        else { throw .cannotMake }
        let reply = StoredReply(
            key: plan.key, request: plan.request, sealed: sealed, until: now.adding(seconds: Self.replayLifetime))
        return .rememberReply(reply, asOf: now)
    }

    /// Parts with their lengths: no two lists make the same bytes.
    private static func delimited(_ parts: [[UInt8]]) -> [UInt8] {
        parts.flatMap { Array("\($0.count):".utf8) + $0 }
    }
}
