import AccessPolicy
import Federation
import Identifiers
import OpenSSLCrypto
import Secrets
import StrictJSON

/// Somebody new who came through a provider while the sign-up policy leaves each to an administrator.
extension Broker {
    /// Puts them among those who wait, once, with their identity: approval makes the user and links it. Answers whether
    /// they wait; not when they were declined.
    func waitForApproval(
        _ identity: SignedInIdentity, email: String, at now: Timestamp, context: RequestContext
    ) async throws(SignInFailure) -> Bool {
        let id = StoredObject.ID(.signUp, signUpName(of: identity.origin))
        if let known = index.object(id).flatMap({ SignUpRecord($0) }), now < known.expiresAt {
            return known.state != .declined
        }
        guard hasRoomForSignUps else { throw .tooOften(3600) }
        let request = SignUpRequest(
            email: email, firstName: Self.personName(identity.claims["given_name"]),
            lastName: Self.personName(identity.claims["family_name"]))
        do throws(DirectoryFailure) { try request.person.checkEmail() } catch { throw .noVerifiedEmail }
        let policy = signUpPolicy
        var record = SignUpRecord(
            id.name.rawValue, request, verification: .administrator, roles: policy.roles, groups: policy.groups,
            expiresAt: now.adding(seconds: Self.signUpLife))
        record.identity = identity.origin
        let actor = AuditEvent.Actor(name: identity.subject, provider: identity.provider)
        let change = StoredObject.put(record.document, as: id, over: index.object(id), at: now)
        do throws(StoreFailure) {
            try await store.commit(
                StoreTransaction(
                    changes: [change], events: [signUpEvent(.signUpRequested, record, actor, at: now, context)]))
        } catch {
            // At the same time in another tab: they wait.
            guard error == .conflict || error == .alreadyExists else { throw .store(error) }
        }
        return true
    }

    /// The same for the same identity, and as hard to guess as a secret.
    private func signUpName(of origin: Principal.Origin) -> String {
        "signup-"
            + Hexadecimal.text(Array(hasher.derived(Array("sign-up:".utf8) + origin.bytes).reveal().prefix(16)))
    }
}
