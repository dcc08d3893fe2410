package import AccessPolicy
import Identifiers
import OpenSSLCrypto
package import Secrets
import StrictJSON

/// Signing up: anybody asks, and nothing in the answers tells who is here already.
extension Broker {
    /// In seconds: what is not verified by then is forgotten.
    static let signUpLife: Int64 = 3 * 86_400
    /// At most so many that wait.
    static let mostSignUps = 10_000

    /// How often one address may ask, and how often one e-mail address may be asked for.
    struct SignUpLimits: Sendable {
        let address = RateLimiter(RateLimiter.Rate(burst: 10, interval: 30))
        let email = RateLimiter(RateLimiter.Rate(burst: 3, interval: 1200))
        let questions = RateLimiter(RateLimiter.Rate(burst: 30, interval: 2))
    }

    /// What a question about an invitation answers.
    package enum Registration: Hashable, Sendable {
        case admitted(hasInvitation: Bool)
        case refused(hasInvitation: Bool)
        /// The invitation is for that address, and there is a user with it.
        case exists
    }

    /// Whether that address may sign up with that invitation, or without one. Who holds no invitation learns the policy
    /// and nothing else.
    package func validateRegistration(
        _ email: String, invitation: Secret?, context: RequestContext
    ) throws(SignUpFailure) -> Registration {
        let now = time.now()
        if let seconds = signUpLimits.questions.wait(for: RateLimiter.key(of: context.remoteAddress), at: now) {
            throw .tooOften(seconds)
        }
        guard let invitation else {
            return signUpPolicy.admits(email) ? .admitted(hasInvitation: false) : .refused(hasInvitation: false)
        }
        guard signUpPolicy.mode != .closed, let (record, _) = openInvitation(invitation, at: now),
            record.isFor(email)
        else { return .refused(hasInvitation: true) }
        if record.email != nil, index.person(email) != nil { return .exists }
        return .admitted(hasInvitation: true)
    }

    /// The state of a sign-up, for whoever knows its name: that is as long as a secret.
    package func signUp(_ name: String) throws(DirectoryFailure) -> SignUpRecord {
        guard let record = index.object(StoredObject.ID(.signUp, name)).flatMap({ SignUpRecord($0) }) else {
            throw .notFound(kind: "sign-up", name: name)
        }
        return record
    }

    package var signUps: [SignUpRecord] { index.objects(.signUp).compactMap { SignUpRecord($0) } }

    /// Takes a request in. With an invitation for that very address there is a user at once; otherwise it waits until the
    /// address is verified, whether or not there is somebody with it.
    package func signUp(
        _ request: SignUpRequest, invitation: Secret?, context: RequestContext
    ) async throws(SignUpFailure) -> SignUpRecord {
        let now = time.now()
        if let seconds = signUpLimits.address.wait(for: RateLimiter.key(of: context.remoteAddress), at: now) {
            throw .tooOften(seconds)
        }
        do throws(DirectoryFailure) {
            try request.person.checkEmail()
            try request.person.checkNames()
        } catch { throw .directory(error) }
        if let seconds = signUpLimits.email.wait(for: PersonProfile.login(request.email), at: now) {
            throw .tooOften(seconds)
        }
        while true {
            let (record, transaction, mail) = try prepare(request, invitation: invitation, at: now, context: context)
            do throws(StoreFailure) {
                try await store.commit(transaction)
            } catch {
                // An invitation that somebody else used in between is not open any more.
                guard error == .conflict || error == .alreadyExists else { throw .directory(.store(error)) }
                continue
            }
            if let mail { sendLater(mail) }
            return record
        }
    }

    private func prepare(
        _ request: SignUpRequest, invitation: Secret?, at now: Timestamp, context: RequestContext
    ) throws(SignUpFailure) -> (SignUpRecord, StoreTransaction, Mail?) {
        let policy = signUpPolicy
        var (roles, groups, isSure) = (policy.roles, policy.groups, false)
        var changes: [StoreChange] = []
        guard let name = try? "signup-" + String(decoding: OpaqueToken.randomText(26), as: UTF8.self) else {
            throw .directory(.cannotMake)
        }
        if let invitation {
            guard policy.mode != .closed, var (record, object) = openInvitation(invitation, at: now),
                record.isFor(request.email)
            else { throw .invitation }
            (roles, groups, isSure) = (record.roles, record.groups, record.email != nil)
            record.usedBy = name
            object = object.replacing(record.document, at: now)
            changes.append(.updateObject(object))
        } else {
            guard policy.admits(request.email) else { throw .notAllowed }
        }
        guard hasRoomForSignUps else { throw .tooOften(3600) }
        var record = SignUpRecord(
            name, request, verification: policy.verification == .email ? .email : .administrator, roles: roles,
            groups: groups,
            expiresAt: now.adding(seconds: Self.signUpLife))
        record.createdAt = now
        var mail: Mail?
        if isSure {
            guard index.person(request.email) == nil else {
                throw .directory(.alreadyExists(kind: "user", name: request.email))
            }
            changes += try accept(&record, at: now)
        } else if policy.verification == .email {
            guard let token = try? OpaqueToken(making: .verification), let hash = hasher.hash(token) else {
                throw .directory(.cannotMake)
            }
            let isHere = index.person(request.email) != nil
            if !isHere { record.verificationHash = Hexadecimal.text(hash.bytes) }
            mail = SignUpMail.verification(
                record, token: isHere ? nil : token.secret, publicURL: settings.publicURL)
        }
        changes.append(
            .insertObject(StoredObject(id: record.objectID, document: record.document, createdAt: now)))
        let event = signUpEvent(.signUpRequested, record, AuditEvent.Actor(name: request.email), at: now, context)
        return (record, StoreTransaction(changes: changes, events: [event]), mail)
    }

    /// Makes the user of a sign-up: what it says of roles was checked when it was promised.
    private func accept(_ record: inout SignUpRecord, at now: Timestamp) throws(SignUpFailure) -> [StoreChange] {
        guard let id = try? RecordID.make("usr", at: now) else { throw .directory(.cannotMake) }
        let user = PrincipalRecord(
            principal: Principal(id: PrincipalID(unchecked: id), kind: .user, name: record.email, origin: nil),
            bindings: record.roles, createdAt: now,
            profile: PersonProfile(
                login: PersonProfile.login(record.email), firstName: record.firstName, lastName: record.lastName))
        record.state = .accepted
        record.user = user.principal.id
        record.verificationHash = nil
        // A group that is gone by now gives nothing.
        let members = record.groups.filter { index.group($0) != nil }
        let links = record.identity.map { origin in
            [StoreChange.linkIdentity(IdentityLink(origin: origin, principal: user.principal.id, linkedAt: now))]
        }
        return [.insertPrincipal(user)] + (links ?? []) + members.map { .addMember(group: $0, user.principal.id) }
    }

    /// The link in the e-mail: proves that the address is theirs.
    package func verifySignUp(
        _ name: String, token: Secret, context: RequestContext
    ) async throws(SignUpFailure) -> SignUpRecord {
        let now = time.now()
        if let seconds = signUpLimits.questions.wait(for: RateLimiter.key(of: context.remoteAddress), at: now) {
            throw .tooOften(seconds)
        }
        guard let opaque = OpaqueToken(parsing: token.reveal()), opaque.tokenClass == .verification,
            let hash = hasher.hash(opaque)
        else { throw .verification }
        return try await deciding(name, as: .signUpVerified, at: now, context: context) {
            (record: SignUpRecord) throws(SignUpFailure) -> AuditEvent.Actor in
            guard record.state == .pending, now < record.expiresAt,
                let wanted = record.verificationHash, wanted.hasSameBytes(as: Hexadecimal.text(hash.bytes)),
                index.person(record.email) == nil
            else { throw .verification }
            return AuditEvent.Actor(name: record.email)
        }
    }

    /// An administrator's word, who may give what it gives.
    package func approveSignUp(
        _ name: String, by caller: Caller, context: RequestContext
    ) async throws(SignUpFailure) -> SignUpRecord {
        let now = time.now()
        return try await deciding(name, as: .signUpApproved, at: now, context: context) {
            (record: SignUpRecord) throws(SignUpFailure) -> AuditEvent.Actor in
            guard record.state == .pending, now < record.expiresAt else {
                throw .directory(.wrongState("the sign-up does not wait any more"))
            }
            guard index.person(record.email) == nil else {
                throw .directory(.alreadyExists(kind: "user", name: record.email))
            }
            do throws(DirectoryFailure) {
                let groups = record.groups.compactMap { index.group($0) }
                try checkMayGrant(
                    groups.reduce(record.roles) { $0.union($1.bindings) }, by: caller, "what the sign-up gives")
            } catch { throw .directory(error) }
            return AuditEvent.Actor(caller)
        }
    }

    private func deciding(
        _ name: String, as action: AuditEvent.Action, at now: Timestamp, context: RequestContext,
        _ check: (SignUpRecord) throws(SignUpFailure) -> AuditEvent.Actor
    ) async throws(SignUpFailure) -> SignUpRecord {
        while true {
            guard let object = index.object(StoredObject.ID(.signUp, name)), var record = SignUpRecord(object) else {
                throw .directory(.notFound(kind: "sign-up", name: name))
            }
            let actor = try check(record)
            let changes = try accept(&record, at: now) + [.updateObject(object.replacing(record.document, at: now))]
            let event = signUpEvent(action, record, actor, at: now, context)
            do throws(StoreFailure) {
                try await store.commit(StoreTransaction(changes: changes, events: [event]))
                return record
            } catch {
                guard error == .conflict || error == .alreadyExists else { throw .directory(.store(error)) }
            }
        }
    }

    package func declineSignUp(
        _ name: String, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (Void, StoreTransaction) in
            guard let object = index.object(StoredObject.ID(.signUp, name)), var record = SignUpRecord(object) else {
                throw .notFound(kind: "sign-up", name: name)
            }
            guard record.state == .pending else { throw .wrongState("the sign-up does not wait any more") }
            record.state = .declined
            record.verificationHash = nil
            let now = time.now()
            let event = signUpEvent(.signUpDeclined, record, AuditEvent.Actor(caller), at: now, context)
            let change = StoreChange.updateObject(object.replacing(record.document, at: now))
            return ((), StoreTransaction(changes: [change], events: [event]))
        }
    }

    var hasRoomForSignUps: Bool {
        index.objects(.signUp).count(where: { SignUpRecord($0)?.state == .pending }) < Self.mostSignUps
    }

    func signUpEvent(
        _ action: AuditEvent.Action, _ record: SignUpRecord, _ actor: AuditEvent.Actor, at now: Timestamp,
        _ context: RequestContext
    ) -> AuditEvent {
        AuditEvent(
            time: now, action: action, outcome: .success, actor: actor, target: record.user?.rawValue ?? record.name,
            namespace: NamespaceName.system.rawValue, requestID: context.requestID,
            details: [
                "email": JSONValue(record.email), "groups": JSONValue(record.groups), "roles": record.roles.json,
                "state": JSONValue(record.state.rawValue),
            ])
    }

    /// What is over, for the clean-up: changes and no events, as nothing of it is anybody's.
    func outlivedSignUps(at now: Timestamp, limit: Int) -> [StoreChange] {
        let invitations = index.objects(.invitation).filter { object in
            InvitationRecord(object).map { $0.expiresAt < now } ?? false
        }
        let signUps = index.objects(.signUp).filter { object in
            SignUpRecord(object).map { $0.expiresAt < now } ?? false
        }
        return (invitations + signUps).prefix(limit).map { .deleteObject($0.id, revision: $0.revision) }
    }

    /// Where an invitation leads.
    package func invitationURL(_ token: Secret) -> String {
        "\(settings.publicURL)/sign-up?invitation=\(token.revealText())"
    }

    package func sendInvitation(_ record: InvitationRecord, token: Secret) {
        guard let email = record.email else { return }
        let days = max(1, (record.expiresAt.seconds - time.now().seconds) / 86_400)
        sendLater(
            SignUpMail.invitation(
                to: email, url: invitationURL(token), publicURL: settings.publicURL, days: days))
    }

    /// The answer does not wait for it: how long it takes would tell who is here.
    func sendLater(_ mail: Mail) {
        guard let sender = self.mail else { return }
        let refusals = refusals
        Task {
            do { try await sender.send(mail) } catch { refusals.count("mail.not_sent") }
        }
    }
}

extension InvitationRecord {
    func isFor(_ address: String) -> Bool {
        email.map { PersonProfile.login($0).hasSameBytes(as: PersonProfile.login(address)) } ?? true
    }
}

/// What is written to those who sign up.
enum SignUpMail {
    static func verification(_ record: SignUpRecord, token: Secret?, publicURL: String) -> Mail {
        guard let token else {
            return Mail(
                to: record.email, subject: "You have an account already",
                text: """
                    Somebody asked for an account at \(publicURL) with this e-mail address, and there is one already.
                    If it was you: sign in. If not, nothing needs to be done.
                    """)
        }
        return Mail(
            to: record.email, subject: "Confirm your e-mail address",
            text: """
                Somebody asked for an account at \(publicURL) with this e-mail address.
                If it was you, confirm it within three days:

                \(publicURL)/sign-up/\(record.name)?token=\(token.revealText())

                If not, nothing needs to be done: without this link there will be no account.
                """)
    }

    static func invitation(to email: String, url: String, publicURL: String, days: Int64) -> Mail {
        Mail(
            to: email, subject: "You are invited to \(publicURL)",
            text: """
                You are invited to \(publicURL). The link can be used once, within \(days) days:

                \(url)
                """)
    }
}
