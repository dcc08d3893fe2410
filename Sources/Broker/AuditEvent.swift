package import AccessPolicy
package import StrictJSON

/// What happened, who did it, to what, and how it ended. Written in the transaction of the change it tells of.
package struct AuditEvent: Hashable, Sendable {
    package enum Action: String, CaseIterable, Hashable, Sendable {
        case tokenExchanged = "token.exchange"
        /// How many tokens were refused before anybody was known, by code, in the last minute.
        case tokensRefused = "token.refused"
        case tokenRevoked = "token.revoke"
        case credentialCreated = "credential.create"
        case credentialActivated = "credential.activate"
        case credentialDeactivated = "credential.deactivate"
        case credentialRenewed = "credential.renew"
        case credentialRotated = "credential.rotate"
        case credentialRetired = "credential.retire"
        /// Roles and groups of a service credential.
        case credentialReplaced = "credential.replace"
        /// Ended by a bulk revocation, removed later.
        case credentialMarked = "credential.mark"
        case credentialRevoked = "credential.revoke"
        /// A serial that is about to be signed: stored before the signature.
        case certificateIntended = "certificate.intend"
        case authorityMade = "certificate_authority.make"
        case settingsChanged = "settings.change"
        case providerCreated = "provider.create"
        case providerReplaced = "provider.replace"
        case providerDeleted = "provider.delete"
        /// Which claims feed which attributes.
        case providerMapped = "provider.mappers"
        case provisioningSwitched = "provider.scim"
        case bootstrapAdministrator = "bootstrap.administrator"
        case signingKeyRotated = "signing_key.rotate"
        case namespaceCreated = "namespace.create"
        case namespaceRemoved = "namespace.remove"
        case userCreated = "user.create"
        case userReplaced = "user.replace"
        case userEnabled = "user.enable"
        case userDisabled = "user.disable"
        case userRemoved = "user.remove"
        case groupCreated = "group.create"
        case groupReplaced = "group.replace"
        case groupRemoved = "group.remove"
        case roleCreated = "role.create"
        case roleReplaced = "role.replace"
        case roleRemoved = "role.remove"
        case signedIn = "session.start"
        case sessionEnded = "session.end"
        /// The provider said something else of somebody than before.
        case sessionConfirmed = "session.confirm"
        case identityLinked = "identity.link"
        case clientCreated = "client.create"
        case clientReplaced = "client.replace"
        case clientRemoved = "client.remove"
        case consentGiven = "consent.give"
        case consentWithdrawn = "consent.withdraw"
        /// An authorization code, or an answer to a device.
        case authorizationGiven = "authorization.give"
        case authorizationRefused = "authorization.refuse"
        /// The first tokens of an authorization.
        case authorizationRedeemed = "authorization.redeem"
        case authorizationRefreshed = "authorization.refresh"
        case authorizationRevoked = "authorization.revoke"
        /// `client_credentials`.
        case clientTokenIssued = "client.token"
        case userTokenIssued = "user_token.issue"
        case userTokenRedeemed = "user_token.redeem"
        case identitySuspended = "identity.suspend"
        case identityReinstated = "identity.reinstate"
        case providerSwitched = "provider.switch"
        case invitationCreated = "invitation.create"
        case invitationRevoked = "invitation.revoke"
        case signUpRequested = "signup.request"
        /// By the link in an e-mail.
        case signUpVerified = "signup.verify"
        case signUpApproved = "signup.approve"
        case signUpDeclined = "signup.decline"
        case authenticationCreated = "authentication.create"
        case authenticationReplaced = "authentication.replace"
        case authenticationRemoved = "authentication.remove"
        case cleanedUp = "store.clean_up"
    }

    package enum Outcome: String, CaseIterable, Hashable, Sendable { case success, refused }

    /// Who acted: a principal of ours, or what an outside token said before it was refused (then unverified).
    package struct Actor: Hashable, Sendable {
        package let principal: String?
        package let name: String?
        package let credential: String?
        package let provider: String?

        package init(principal: String? = nil, name: String? = nil, credential: String? = nil, provider: String? = nil)
        {
            self.principal = principal
            self.name = name
            self.credential = credential
            self.provider = provider
        }

        package init(_ caller: Caller) {
            self.init(
                principal: caller.principal.id.rawValue, name: caller.principal.name, credential: caller.credentialID,
                provider: caller.principal.origin?.provider)
        }
    }

    package let time: Timestamp
    package let action: Action
    package let outcome: Outcome
    /// A stable code when refused: `policy.no_match`.
    package let reason: String?
    package let actor: Actor
    /// What was acted on: a credential id, a `jti`.
    package let target: String?
    package let namespace: String?
    package let requestID: String
    package let details: JSONObject

    package init(
        time: Timestamp, action: Action, outcome: Outcome, reason: String? = nil, actor: Actor, target: String? = nil,
        namespace: String? = nil, requestID: String, details: JSONObject = JSONObject()
    ) {
        self.time = time
        self.action = action
        self.outcome = outcome
        self.reason = reason
        self.actor = actor
        self.target = target
        self.namespace = namespace
        self.requestID = requestID
        self.details = details
    }

    /// The bytes that are stored, chained and exported: a JSON object with members in fixed order, absent ones left out.
    package func encoded() -> [UInt8] {
        var object = JSONObject()
        object["time"] = JSONValue(RFC3339.text(time))
        object["action"] = JSONValue(action.rawValue)
        object["outcome"] = JSONValue(outcome.rawValue)
        object["reason"] = reason.map { JSONValue($0) }
        var actorObject = JSONObject()
        actorObject["principal"] = actor.principal.map { JSONValue($0) }
        actorObject["name"] = actor.name.map { JSONValue($0) }
        actorObject["credential"] = actor.credential.map { JSONValue($0) }
        actorObject["provider"] = actor.provider.map { JSONValue($0) }
        object["actor"] = .object(actorObject)
        object["target"] = target.map { JSONValue($0) }
        object["namespace"] = namespace.map { JSONValue($0) }
        object["request_id"] = JSONValue(requestID)
        if !details.isEmpty { object["details"] = .object(details) }
        return JSONValue.object(object).encoded()
    }
}
