import AccessPolicy
import Identifiers
import JOSE
package import OAuth
import OpenSSLCrypto
import Secrets
import StrictJSON

/// What comes next for somebody whom a client sent to `/oauth/authorize`.
package enum AuthorizationStep: Sendable {
    /// They have to sign in, and then come back.
    case signIn(Reauthentication)
    /// They have to be asked.
    case consent(ConsentQuestion)
    /// Back to the client.
    case answer(AuthorizationAnswer)

    package struct Reauthentication: Sendable {
        /// Whether somebody is signed in, and has to do it again.
        package let isAgain: Bool
        /// Whether they choose among providers even where one would do.
        package let selectsAccount: Bool
        package let maxAge: Int64?
        package let acrValues: [String]
        package let loginHint: String?
    }

    package struct ConsentQuestion: Sendable {
        package let client: ClientRecord
        package let scope: Scope?
        package let resources: [String]
    }
}

/// The authorization endpoint (RFC 6749 §4.1, OpenID Connect Core §3.1.2), after the client and its redirect URI are known.
extension Broker {
    /// How long a code may be redeemed, in seconds (RFC 6749 §4.1.2 allows ten minutes).
    static let codeLife: Int64 = 60
    /// How far a provider's clock may lag behind ours when it says when somebody signed in, in seconds.
    private static let signInSkew: Int64 = 60

    /// The client of a request, and where it is answered. What is thrown must be shown and never redirected.
    package func authorizationTarget(
        _ target: AuthorizationRequest.Target
    ) throws(OAuthError) -> (client: ClientRecord, redirectURI: RedirectURI) {
        guard let client = client(target.clientID) else { throw OAuthError(.invalidRequest, "no such client") }
        guard client.allows(.authorizationCode) else {
            throw OAuthError(.unauthorizedClient, "this client may not send people here to sign in")
        }
        let registered = client.metadata.redirectURIs
        guard let asked = target.redirectURI else {
            guard registered.count == 1, let only = registered.first else {
                throw OAuthError(.invalidRequest, "redirect_uri is missing, and the client has several")
            }
            return (client, only)
        }
        guard registered.contains(where: { $0.admits(asked) }) else {
            throw OAuthError(.invalidRequest, "redirect_uri is not one of the client's")
        }
        return (client, asked)
    }

    /// The parameters:
    /// - `signedInSince`: set when they were sent to sign in for this request before: what does not fit then never will.
    /// - `decision`: what they said when they were asked; `nil` before that.
    package func authorize(
        _ request: AuthorizationRequest, client: ClientRecord, redirectURI: RedirectURI, signedIn: SignedIn?,
        signedInSince: Timestamp?, decision: Bool?, context: RequestContext
    ) async throws(AuthorizationFailure) -> AuthorizationStep {
        func refuse(_ error: OAuthError) -> AuthorizationStep {
            .answer(
                AuthorizationAnswer(
                    .error(error), to: redirectURI, state: request.state, issuer: settings.issuer.rawValue))
        }
        let isSilent = request.prompts.contains(.none)
        if let resource = request.resources.first(where: { !client.allows(resource: $0, besides: settings.apiAudience) }
        ) {
            _ = resource
            return refuse(OAuthError(.invalidTarget, "a resource is not one of the client's"))
        }
        if request.scope != nil, client.allowed(request.scope) == nil {
            return refuse(OAuthError(.invalidScope, "no scope is one that the client is registered for"))
        }
        guard let signedIn else {
            return isSilent
                ? refuse(OAuthError(.loginRequired, "nobody is signed in"))
                : .signIn(again(request, isAgain: false))
        }
        if let error = unmet(request, by: signedIn, since: signedInSince) {
            // Once more would not help.
            if isSilent || signedInSince != nil { return refuse(error) }
            return .signIn(again(request, isAgain: true))
        }
        let held = signedIn.caller.access
        let rights = ScopeRights(client.allowed(request.scope), holding: held)
        if decision == false {
            try await auditRefusal(client, signedIn, context: context)
            return refuse(OAuthError(.accessDenied, "the person said no"))
        }
        var changes: [StoreChange] = []
        if decision == true {
            changes = remember(rights.scope, request.resources, for: client, by: signedIn.session.principal)
        } else if request.prompts.contains(.consent)
            || !hasConsent(rights.scope, request.resources, client, redirectURI, signedIn.session.principal)
        {
            return isSilent
                ? refuse(OAuthError(.consentRequired, "the person has to be asked"))
                : .consent(
                    AuthorizationStep.ConsentQuestion(
                        client: client, scope: rights.scope, resources: request.resources))
        }
        let code = try await giveCode(
            request, client: client, redirectURI: redirectURI, rights: rights, signedIn: signedIn, with: changes,
            context: context)
        return .answer(
            AuthorizationAnswer(
                .code(code), to: redirectURI, state: request.state, issuer: settings.issuer.rawValue))
    }

    private func again(_ request: AuthorizationRequest, isAgain: Bool) -> AuthorizationStep.Reauthentication {
        AuthorizationStep.Reauthentication(
            isAgain: isAgain, selectsAccount: request.prompts.contains(.selectAccount),
            maxAge: longestAge(request), acrValues: request.acrValues,
            loginHint: request.loginHint)
    }

    /// Seconds for which a proof of who somebody is may have been made before; `nil`: any time.
    private func longestAge(_ request: AuthorizationRequest) -> Int64? {
        request.prompts.contains(.login) ? 0 : request.maxAge
    }

    /// What the session does not meet of what the client asks for; `nil` when it meets all.
    private func unmet(_ request: AuthorizationRequest, by signedIn: SignedIn, since: Timestamp?) -> OAuthError? {
        let session = signedIn.session
        // An account is chosen in a sign-in, whether or not the provider asks for a proof again.
        if request.prompts.contains(.selectAccount) {
            let hasChosen = since.map { session.signedInAt >= $0.adding(seconds: -Self.signInSkew) } ?? false
            if !hasChosen { return OAuthError(.loginRequired, "the person has to choose an account") }
        }
        if let age = longestAge(request) {
            let asked = since ?? time.now()
            let isFresh = session.authenticatedAt.map { at in
                // Of who was sent to sign in, it counts how fresh it was when they were.
                since == nil ? at.adding(seconds: age) > asked : at.adding(seconds: age + Self.signInSkew) >= asked
            }
            guard let isFresh else {
                return OAuthError(.loginRequired, "the provider does not say when the person signed in")
            }
            if !isFresh { return OAuthError(.loginRequired, "the person has to sign in again") }
        }
        if !request.acrValues.isEmpty,
            !request.acrValues.contains(where: { signedIn.session.context?.contextClass?.hasSameBytes(as: $0) ?? false }
            )
        {
            return OAuthError(.unmetAuthenticationRequirements, "the sign-in has none of the asked acr_values")
        }
        if let hint = request.idTokenHint {
            guard let subject = subject(ofIDToken: hint),
                subject.principal.hasSameBytes(as: signedIn.session.principal.rawValue)
            else { return OAuthError(.loginRequired, "somebody else is signed in") }
        }
        return nil
    }

    private func giveCode(
        _ request: AuthorizationRequest, client: ClientRecord, redirectURI: RedirectURI, rights: ScopeRights,
        signedIn: SignedIn, with changes: [StoreChange], context: RequestContext
    ) async throws(AuthorizationFailure) -> Secret {
        let now = time.now()
        let session = signedIn.session
        guard let code = try? OpaqueToken(making: .authorizationCode), let hash = hasher.hash(code),
            let id = try? RecordID.make(Ticket.Kind.authorization.prefix, at: now)
        else { throw .cannotSign }
        var terms = AuthorizationRecord.Terms(
            authenticatedAt: session.authenticatedAt, session: session.ticket.id)
        terms.redirectURI = request.redirectURI == nil ? nil : redirectURI.rawValue
        terms.challenge = request.challenge.rawValue
        terms.scope = rights.scope
        terms.resources = request.resources
        terms.nonce = request.nonce
        let ticket = Ticket(
            id: TicketID(unchecked: id), kind: .authorization, hash: hash, principal: session.principal,
            client: client.id, parent: session.ticket.id, createdAt: now,
            expiresAt: now.adding(seconds: Self.codeLife), rights: session.ticket.rights.within(rights.ceiling),
            context: session.context, document: [])
        let record = AuthorizationRecord(ticket: ticket, stage: .code, terms: terms)
        let event = authorizationEvent(
            .authorizationGiven, record, actor: AuditEvent.Actor(signedIn.caller), at: now, context: context)
        do throws(StoreFailure) {
            try await store.commit(
                StoreTransaction(changes: changes + [.insertTicket(record.stored)], events: [event]))
            return code.secret
        } catch { throw .store(error) }
    }

    private func auditRefusal(
        _ client: ClientRecord, _ signedIn: SignedIn, context: RequestContext
    ) async throws(AuthorizationFailure) {
        let event = AuditEvent(
            time: time.now(), action: .authorizationRefused, outcome: .success,
            actor: AuditEvent.Actor(signedIn.caller),
            target: client.id, requestID: context.requestID)
        do throws(StoreFailure) {
            try await store.commit(StoreTransaction(events: [event]))
        } catch { throw .store(error) }
    }

    func authorizationEvent(
        _ action: AuditEvent.Action, _ record: AuthorizationRecord, reason: String? = nil, actor: AuditEvent.Actor,
        at now: Timestamp, context: RequestContext, details more: JSONObject = JSONObject()
    ) -> AuditEvent {
        var details: JSONObject = [
            "client": JSONValue(record.clientID), "rights": record.ticket.rights.json,
            "scope": JSONValue(record.terms.scope?.text ?? ""), "session": JSONValue(record.terms.session.rawValue),
        ]
        if !record.terms.resources.isEmpty { details["resources"] = JSONValue(record.terms.resources) }
        for member in more.members { details[member.name.rawValue] = member.value }
        return AuditEvent(
            time: now, action: action, outcome: reason == nil ? .success : .refused, reason: reason, actor: actor,
            target: record.id.rawValue, requestID: context.requestID, details: details)
    }
}

extension CredentialRights {
    /// No more than that; `nil` is no limit.
    func within(_ limit: NamespaceAccess?) -> CredentialRights { limit.map { confined(to: $0) } ?? self }
}
