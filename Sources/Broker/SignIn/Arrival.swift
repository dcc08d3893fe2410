import AccessPolicy
import Federation
import Identifiers
import JOSE
import OpenSSLCrypto
import Secrets
import StrictJSON

/// Who it is of ours that signs in, and what must be written for it.
struct Arrival: Sendable {
    enum Way: String, Sendable {
        case known
        /// By e-mail address, through a provider that speaks for its domain.
        case linked
        case signedUp = "signed_up"
        case invited
    }

    let record: PrincipalRecord
    let way: Way
    let identity: SignedInIdentity
    let changes: [StoreChange]

    func events(_ browser: BrowserContext, at now: Timestamp) -> [AuditEvent] {
        guard way != .known else { return [] }
        let actor = AuditEvent.Actor(
            principal: record.principal.id.rawValue, name: record.principal.name, provider: identity.provider)
        let details: JSONObject = [
            "email": JSONValue(record.principal.name), "issuer": JSONValue(identity.issuer),
            "roles": record.bindings.json, "subject": JSONValue(identity.subject), "way": JSONValue(way.rawValue),
        ]
        func event(_ action: AuditEvent.Action) -> AuditEvent {
            AuditEvent(
                time: now, action: action, outcome: .success, actor: actor, target: record.principal.id.rawValue,
                namespace: NamespaceName.system.rawValue, requestID: browser.request.requestID, details: details)
        }
        return (way == .linked ? [] : [event(.userCreated)]) + [event(.identityLinked)]
    }
}

/// Who comes in (security rule 6): an identity is provider, issuer and subject. An e-mail address makes nobody somebody
/// who is here already, unless the provider speaks for the address's domain.
extension Broker {
    func arrive(
        _ identity: SignedInIdentity, invitation: Secret?, at now: Timestamp
    ) throws(SignInFailure) -> Arrival {
        if let id = index.principal(of: identity.origin) {
            guard let known = index.principal(id) else { throw .notAdmitted }
            guard known.record.isEnabled else { throw .userDisabled }
            return Arrival(record: known.record, way: .known, identity: identity, changes: [])
        }
        guard let name = try? ProviderName(identity.provider), let email = verifiedEmail(identity, provider: name)
        else { throw .noVerifiedEmail }
        if let person = index.person(email) {
            guard speaks(name, for: email) else { throw .notAdmitted }
            guard person.record.isEnabled else { throw .userDisabled }
            // The first of a kind: another identity of the same provider is another person with a recycled address.
            guard
                !index.origins(of: person.principal.id).contains(where: { $0.provider.hasSameBytes(as: name.rawValue) })
            else { throw .notAdmitted }
            return Arrival(
                record: person.record, way: .linked, identity: identity,
                changes: [link(identity, to: person.principal.id, at: now)])
        }
        return try newcomer(identity, email: email, invitation: invitation, at: now)
    }

    private func newcomer(
        _ identity: SignedInIdentity, email: String, invitation: Secret?, at now: Timestamp
    ) throws(SignInFailure) -> Arrival {
        let policy = signUpPolicy
        var (roles, groups, way) = (policy.roles, policy.groups, Arrival.Way.signedUp)
        var changes: [StoreChange] = []
        guard let id = try? RecordID.make("usr", at: now) else { throw .cannotMake }
        if let invitation {
            guard policy.mode != .closed, var (record, object) = openInvitation(invitation, at: now),
                record.isFor(email)
            else { throw .invitation }
            (roles, groups, way) = (record.roles, record.groups, .invited)
            record.usedBy = id
            object = object.replacing(record.document, at: now)
            changes.append(.updateObject(object))
        } else {
            guard policy.admits(email) else { throw .notAdmitted }
            switch policy.verification {
            case .administrator: throw .awaitsApproval
            case .email, .provider: break
            }
        }
        let request = PersonRequest(
            email: email, firstName: Self.personName(identity.claims["given_name"]),
            lastName: Self.personName(identity.claims["family_name"]), management: .provider, roles: roles,
            groups: groups)
        do throws(DirectoryFailure) { try request.checkEmail() } catch { throw .noVerifiedEmail }
        let record = PrincipalRecord(
            principal: Principal(
                id: PrincipalID(unchecked: id), kind: .user, name: email, origin: nil), bindings: roles,
            createdAt: now,
            profile: PersonProfile(
                login: PersonProfile.login(email), firstName: request.firstName, lastName: request.lastName))
        changes.append(.insertPrincipal(record))
        // A group that is gone by now gives nothing.
        changes += groups.filter { index.group($0) != nil }.map { .addMember(group: $0, record.principal.id) }
        changes.append(link(identity, to: record.principal.id, at: now))
        return Arrival(record: record, way: way, identity: identity, changes: changes)
    }

    private func link(_ identity: SignedInIdentity, to principal: PrincipalID, at now: Timestamp) -> StoreChange {
        .linkIdentity(IdentityLink(origin: identity.origin, principal: principal, linkedAt: now))
    }

    /// A name as a provider says it, when it can be one of ours.
    static func personName(_ claim: JSONValue?) -> String {
        guard let text = claim?.stringValue, text.utf8.count <= PersonRequest.longestName,
            text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return "" }
        return text
    }

    /// The address that the provider vouches for: `email_verified` is the boolean true, or it is not said at all by a
    /// provider that gives out the addresses of that domain itself (decision 23).
    func verifiedEmail(_ identity: SignedInIdentity, provider: ProviderName) -> String? {
        let claim = self.provider(named: provider.rawValue)?.emailClaim ?? ProviderRecord.standardEmailClaim
        guard let email = identity.claims[claim]?.stringValue else { return nil }
        switch identity.claims["email_verified"] {
        case nil: return speaks(provider, for: email) ? email : nil
        case let said?: return said.boolValue == true ? email : nil
        }
    }

    /// Whether the provider speaks for the domain of an address, by the word of an operator.
    private func speaks(_ provider: ProviderName, for email: String) -> Bool {
        guard let definition = providers.definitions.first(where: { $0.name == provider }),
            case .exactly = definition.issuer,
            let domain = PersonProfile.login(email).split(separator: "@").last.map(String.init)
        else { return false }
        return definition.client?.authoritativeDomains.contains { $0.hasSameBytes(as: domain) } ?? false
    }
}
