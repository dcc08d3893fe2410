package import AccessPolicy
import Identifiers
import JOSE
package import Secrets
import StrictJSON

/// One-time tokens that take a person to a service (`user_token` of the contract): signed by us, for that service alone,
/// good for a minute and for one redemption.
extension Broker {
    package struct UserToken: Sendable {
        package let token: Secret
        package let userID: String
        /// Where to send the user.
        package let redirectURL: String
    }

    /// Seconds.
    private static let userTokenLife: Int64 = 60
    /// No access token and no ID token: nothing but this takes it.
    private static let userTokenType = "gatehouse-user-token+jwt"

    package func userToken(
        for caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) -> UserToken {
        guard let service = settings.userTokenService else {
            throw .wrongState("no service is configured: set 'user_token' in gatehouse.yaml")
        }
        let now = time.now()
        guard let id = try? RecordID.make("ut", at: now), let key = keys.signer(at: now) else { throw .cannotMake }
        let expiresAt = min(now.adding(seconds: Self.userTokenLife), Timestamp(seconds: caller.expiresAt))
        let claims: JSONObject = [
            "aud": JSONValue(service), "exp": .integer(expiresAt.seconds), "iat": .integer(now.seconds),
            "iss": JSONValue(settings.issuer.rawValue), "jti": JSONValue(id),
            "name": JSONValue(caller.principal.name), "sub": JSONValue(caller.principal.id.rawValue),
        ]
        guard let token = try? key.sign(type: Self.userTokenType, claims: claims) else { throw .cannotMake }
        let event = directoryEvent(.userTokenIssued, target: id, by: caller, at: now, context: context)
        do throws(StoreFailure) {
            try await store.commit(StoreTransaction(events: [event]))
        } catch { throw .store(error) }
        return UserToken(token: token, userID: caller.principal.id.rawValue, redirectURL: service)
    }

    /// What the service asks: whose it is. The second time, and for anything else, it is refused.
    package func redeemUserToken(
        _ token: Secret, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) -> Principal {
        let now = time.now()
        let refused = DirectoryFailure.invalid(field: "token", reason: "must be a user token that was not used before")
        guard let service = settings.userTokenService,
            let verified = try? verifyOwn(
                token.reveal(), type: .oneOf([Self.userTokenType]), requiring: ["sub", "jti"], at: now),
            verified.claims.audiences.map(\.rawValue).contains(where: { $0.hasSameBytes(as: service) }),
            let id = verified.claims.object["jti"]?.stringValue, let expiry = verified.claims.expiry,
            let subject = verified.claims.object["sub"]?.stringValue.flatMap({ try? PrincipalID($0) }),
            let principal = index.principal(subject), principal.record.isEnabled
        else { throw refused }
        let use = SingleUse(
            kind: .userToken, authority: settings.issuer.rawValue, key: id,
            until: Timestamp(expiry).adding(seconds: SubjectTokenMemory.afterExpiry))
        let event = directoryEvent(
            .userTokenRedeemed, target: id, by: caller, at: now, context: context,
            details: ["user": JSONValue(subject.rawValue)])
        do throws(StoreFailure) {
            try await store.commit(StoreTransaction(changes: [.claim(use)], events: [event]))
            return principal.principal
        } catch {
            throw error == .alreadyUsed ? refused : .store(error)
        }
    }
}
