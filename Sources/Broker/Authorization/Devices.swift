import AccessPolicy
import Identifiers
package import OAuth
import OpenSSLCrypto
package import Secrets
import StrictJSON

/// The device authorization grant (RFC 8628): a device asks, a person lets it in on another one.
extension Broker {
    /// Seconds.
    private static let deviceLife: Int64 = 600
    package static let devicePollInterval: Int64 = 5
    /// At most so many that wait.
    private static let mostDevices = 10_000

    struct DeviceLimits: Sendable {
        /// Asking for codes, by address.
        let requests = RateLimiter(RateLimiter.Rate(burst: 20, interval: 6))
        /// Typing codes, by session: 34 bits are not many (RFC 8628 §5.1).
        let codes = RateLimiter(RateLimiter.Rate(burst: 5, interval: 30))
        /// Asking whether it was allowed, by device.
        let polls = RateLimiter(RateLimiter.Rate(burst: 1, interval: Broker.devicePollInterval))
    }

    package func authorizeDevice(
        _ request: DeviceAuthorizationRequest, client: ClientRecord, context: RequestContext
    ) async throws(AuthorizationFailure) -> DeviceAuthorizationResponse {
        guard client.allows(.deviceCode) else { throw .notAllowed("this client has no device flow") }
        let now = time.now()
        if let seconds = deviceLimits.requests.wait(for: RateLimiter.key(of: context.remoteAddress), at: now) {
            throw .tooOften(seconds)
        }
        guard request.resources.allSatisfy({ client.allows(resource: $0, besides: settings.apiAudience) }) else {
            throw .request(OAuthError(.invalidTarget, "a resource is not one of the client's"))
        }
        let scope = client.allowed(request.scope)
        if request.scope != nil, scope == nil {
            throw .request(OAuthError(.invalidScope, "no scope is one that the client is registered for"))
        }
        guard index.devices.count < Self.mostDevices else { throw .tooOften(60) }
        guard let code = try? OpaqueToken(making: .deviceCode), let hash = hasher.hash(code),
            let userCode = try? UserCode(making: RandomBytes.make),
            let id = try? RecordID.make(Ticket.Kind.device.prefix, at: now)
        else { throw .cannotSign }
        let ticket = Ticket(
            id: TicketID(unchecked: id), kind: .device, hash: hash, principal: nil, client: client.id, createdAt: now,
            expiresAt: now.adding(seconds: Self.deviceLife), rights: .signedIn([], ceiling: NamespaceAccess.none),
            document: [])
        let record = DeviceRecord(
            ticket: ticket, scope: scope, resources: request.resources, userCodeHash: userCodeHash(userCode))
        do throws(StoreFailure) {
            try await store.commit(StoreTransaction(changes: [.insertTicket(record.stored)], events: []))
        } catch { throw .store(error) }
        return DeviceAuthorizationResponse(
            deviceCode: code.secret, userCode: userCode, verificationURI: settings.publicURL + "/device",
            expiresIn: Self.deviceLife, interval: Self.devicePollInterval)
    }

    private func userCodeHash(_ code: UserCode) -> String {
        Hexadecimal.text(hasher.derived(Array("user code:\(code.rawValue)".utf8)).reveal())
    }

    /// The device behind a code that somebody typed; `nil` when there is none that waits. Throws when they typed too many.
    package func device(
        userCode: UserCode, signedIn: SignedIn
    ) throws(AuthorizationFailure) -> (record: DeviceRecord, client: ClientRecord)? {
        let now = time.now()
        if let seconds = deviceLimits.codes.wait(for: signedIn.session.principal.rawValue, at: now) {
            throw .tooOften(seconds)
        }
        let hash = userCodeHash(userCode)
        for entry in index.devices {
            guard var record = DeviceRecord(entry.ticket), record.state == .waiting, now < entry.ticket.expiresAt,
                record.userCodeHash.hasSameBytes(as: hash), let client = client(record.clientID)
            else { continue }
            // What they do not hold they cannot give, and need not be asked for.
            record.scope = ScopeRights(record.scope, holding: signedIn.caller.access).scope
            return (record, client)
        }
        return nil
    }

    /// What the person said. Answers whether there was still something to decide.
    package func decide(
        _ record: DeviceRecord, isAllowed: Bool, signedIn: SignedIn, context: RequestContext
    ) async throws(AuthorizationFailure) -> Bool {
        let now = time.now()
        guard now < record.ticket.expiresAt else { return false }
        var next = record
        let rights = ScopeRights(record.scope, holding: signedIn.caller.access)
        next.state = isAllowed ? .allowed : .denied
        next.session = signedIn.session.ticket.id
        next.authenticatedAt = signedIn.session.authenticatedAt
        next.ticket.revision &+= 1
        if isAllowed {
            next.ticket.principal = signedIn.session.principal
            next.ticket.parent = signedIn.session.ticket.id
            next.ticket.rights = signedIn.session.ticket.rights.within(rights.ceiling)
            next.ticket.context = signedIn.session.context
        }
        let event = AuditEvent(
            time: now, action: isAllowed ? .authorizationGiven : .authorizationRefused, outcome: .success,
            actor: AuditEvent.Actor(signedIn.caller), target: record.ticket.id.rawValue, requestID: context.requestID,
            details: [
                "client": JSONValue(record.clientID), "grant": "device_code",
                "scope": JSONValue(rights.scope?.text ?? ""),
            ])
        do throws(StoreFailure) {
            try await store.commit(StoreTransaction(changes: [.updateTicket(next.stored)], events: [event]))
            return true
        } catch {
            guard error == .conflict else { throw .store(error) }
            return false
        }
    }

    /// The device asks whether it was let in (RFC 8628 §3.4): once it was, its code gives tokens a single time.
    package func redeem(
        deviceCode: Secret, client: ClientRecord, context: RequestContext
    ) async throws(AuthorizationFailure) -> TokenResponse {
        guard client.allows(.deviceCode) else { throw .notAllowed("this client has no device flow") }
        let now = time.now()
        guard let opaque = OpaqueToken(parsing: deviceCode.reveal()), opaque.tokenClass == .deviceCode,
            let hash = hasher.hash(opaque), let entry = index.ticket(hash), let device = DeviceRecord(entry.ticket)
        else { throw .grant(.unknown) }
        guard device.clientID.hasSameBytes(as: client.id) else { throw .grant(.wrongClient) }
        guard now < device.ticket.expiresAt else { throw .device(.expired) }
        switch device.state {
        case .denied: throw .device(.denied)
        case .waiting:
            let isTooFast = deviceLimits.polls.wait(for: device.ticket.id.rawValue, at: now) != nil
            throw .device(isTooFast ? .tooFast : .pending)
        case .allowed: return try await redeem(device, client: client, at: now, context: context)
        }
    }

    private func redeem(
        _ device: DeviceRecord, client: ClientRecord, at now: Timestamp, context: RequestContext
    ) async throws(AuthorizationFailure) -> TokenResponse {
        guard let principal = device.ticket.principal, let session = device.session,
            let refresh = try? OpaqueToken(making: .refreshToken),
            let hash = hasher.hash(refresh), let id = try? RecordID.make(Ticket.Kind.authorization.prefix, at: now)
        else { throw .grant(.unknown) }
        let mayRefresh = client.allows(.refreshToken)
        var terms = AuthorizationRecord.Terms(authenticatedAt: device.authenticatedAt, session: session)
        terms.scope = device.scope
        terms.resources = device.resources
        terms.isOffline = mayRefresh && device.scope?.contains("offline_access") == true
        let end =
            terms.isOffline
            ? now.adding(seconds: Self.offlineLife) : index.ticket(session)?.ticket.expiresAt ?? now
        let ticket = Ticket(
            id: TicketID(unchecked: id), kind: .authorization, hash: hash, principal: principal, client: client.id,
            parent: terms.isOffline ? nil : session, createdAt: now, expiresAt: end, rights: device.ticket.rights,
            context: device.ticket.context, document: [])
        var record = AuthorizationRecord(ticket: ticket, stage: .granted, terms: terms, redeemedAt: now)
        let owner = try owner(of: record, at: now)
        let tokenTerms = TokenTerms(client: client, scope: terms.scope, resources: terms.resources, now: now)
        let access = try accessToken(of: record, owner: owner, tokenTerms, from: source(context.remoteAddress))
        if !mayRefresh { record.ticket.expiresAt = min(end, now.adding(seconds: access.expiresIn)) }
        let idToken = try idToken(of: record, owner: owner, tokenTerms, accessToken: access.token, nonce: nil)
        let event = authorizationEvent(
            .authorizationRedeemed, record, actor: actor(owner, client), at: now, context: context,
            details: ["device": JSONValue(device.ticket.id.rawValue), "token": JSONValue(access.id)])
        do throws(StoreFailure) {
            try await store.commit(
                StoreTransaction(
                    changes: [
                        .deleteTicket(device.ticket.id, revision: device.ticket.revision),
                        .insertTicket(record.stored),
                    ], events: [event]))
        } catch { throw error == .conflict ? .grant(.repeated) : .store(error) }
        return TokenResponse(
            accessToken: access.token, expiresIn: access.expiresIn, refreshToken: mayRefresh ? refresh.secret : nil,
            scope: access.scope, idToken: idToken)
    }
}
