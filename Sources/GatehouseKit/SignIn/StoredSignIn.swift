import GatehouseClient
import OAuth
import Secrets

/// The sign-in of a context: kept fresh, asked for again when it has ended, given up. One command at a time changes it;
/// the others wait and take what it got.
struct StoredSignIn: Sendable {
    typealias SignIn = @Sendable (AuthorizationServer) async throws(CommandFailure) -> TokenGrant

    let folder: SignInFolder
    let context: Context
    let clock: SignInClock
    let call: AuthorizationServer.Call

    /// After so many that nobody answered, no command asks by itself any more.
    static let mostUnanswered: Int64 = 3

    /// The access token for a call. `signIn` asks the person who is there; `nil` when nobody is.
    func accessToken(signIn: SignIn?) async throws(CommandFailure) -> Secret {
        let began = clock.now()
        if let token = try record()?.freshToken(now: began) { return token }
        return try await folder.locked(context.name) { () async throws(CommandFailure) in
            let stored = try record()
            if let token = stored?.freshToken(now: clock.now()) { return token }
            var record = stored ?? SignInRecord(issuer: issuer)
            if let token = try await refresh(&record) { return token }
            // Without a refresh token to take its place, its last seconds count.
            if let token = record.token(lastingBeyond: clock.now()) { return token }
            return try await signInAgain(&record, began: began, signIn)
        }
    }

    /// Somebody asked for it. Two at once are one: the second takes what the first got.
    func signIn(
        _ signIn: SignIn, waiting: () -> Void = {}
    ) async throws(CommandFailure) -> SignInRecord {
        let began = clock.now()
        return try await folder.locked(context.name, waiting: waiting) { () async throws(CommandFailure) in
            let before = try record()
            if let before, before.freshToken(now: clock.now()) != nil, let time = before.signedInAt, time > began {
                return before
            }
            let server = try await discover()
            var record = SignInRecord(issuer: issuer)
            try await take(try await signIn(server), from: server, &record)
            // Of what was there before nobody has the tokens any more; that it ends is good manners, not a condition.
            if let old = before?.tokens?.refreshToken { try? await server.revoke(refreshToken: old) }
            return record
        }
    }

    /// Ends it at the server and forgets it here; `isLocal` forgets alone. `false` when there was nothing to end.
    func signOut(isLocal: Bool) async throws(CommandFailure) -> Bool {
        try await folder.locked(context.name) { () async throws(CommandFailure) in
            let record = isLocal ? nil : try record()
            if let token = record?.tokens?.refreshToken {
                do throws(CommandFailure) {
                    try await (try await discover()).revoke(refreshToken: token)
                } catch {
                    throw CommandFailure(
                        error.status, messages: error.messages,
                        hint: "the sign-in is still alive at the server, and still stored here: "
                            + "run gatehouse logout again, or gatehouse logout --local to forget it here alone")
                }
            }
            try folder.removeSignIn(context.name)
            return isLocal || record?.tokens != nil
        }
    }

    /// What is stored for this server. Tokens of another one, which the context had before, count as none.
    func record() throws(CommandFailure) -> SignInRecord? {
        guard let record = try folder.signIn(context.name), record.issuer.utf8.elementsEqual(issuer.utf8) else {
            return nil
        }
        return record
    }

    // MARK: under the lock

    private var issuer: String { context.server.description }

    private func discover() async throws(CommandFailure) -> AuthorizationServer {
        try await AuthorizationServer.discover(context.server, call)
    }

    /// A new access token for the refresh token; `nil` when there is none or it has ended, which is then remembered.
    private func refresh(_ record: inout SignInRecord) async throws(CommandFailure) -> Secret? {
        guard let token = record.tokens?.refreshToken else { return nil }
        let server = try await discover()
        let file = try folder.newSignIn(context.name)
        defer { file.abandon() }
        switch try await server.refresh(token) {
        case .granted(let grant):
            record.take(grant, now: clock.now())
            try file.commit(record.encoded)
            return grant.accessToken
        case .refused(let refusal) where refusal.code == .invalidGrant:
            record.tokens = nil
            try file.commit(record.encoded)
            return nil
        case .refused(let refusal): throw CommandFailure(refusal)
        }
    }

    private func signInAgain(
        _ record: inout SignInRecord, began: Int64, _ signIn: SignIn?
    ) async throws(CommandFailure) -> Secret {
        guard let signIn else { throw notSignedIn("not signed in at \(issuer)") }
        let unanswered = record.unanswered
        guard (unanswered?.count ?? 0) < Self.mostUnanswered else {
            throw notSignedIn("not signed in at \(issuer); asked \(Self.mostUnanswered) times, and nobody answered")
        }
        // Whoever had the lock meanwhile has asked already.
        if let unanswered, unanswered.at >= began {
            throw notSignedIn("not signed in at \(issuer); another command asked, and nobody answered")
        }
        let server = try await discover()
        record.unanswered = .init(count: (unanswered?.count ?? 0) &+ 1, at: clock.now())
        try store(record)
        do throws(CommandFailure) {
            let grant = try await signIn(server)
            try await take(grant, from: server, &record)
            return grant.accessToken
        } catch {
            record.unanswered?.at = clock.now()
            try store(record)
            throw error
        }
    }

    /// Stores what a person has just allowed. What cannot be stored must not live on unseen.
    private func take(
        _ grant: TokenGrant, from server: AuthorizationServer, _ record: inout SignInRecord
    ) async throws(CommandFailure) {
        var taken = record
        taken.tokens = nil
        taken.take(grant, now: clock.now())
        taken.signedInAt = clock.now()
        do throws(CommandFailure) {
            try store(taken)
        } catch {
            if let token = grant.refreshToken { try? await server.revoke(refreshToken: token) }
            throw error
        }
        record = taken
    }

    private func store(_ record: SignInRecord) throws(CommandFailure) {
        try folder.newSignIn(context.name).commit(record.encoded)
    }

    private func notSignedIn(_ message: String) -> CommandFailure {
        CommandFailure(.notSignedIn, message, hint: "run gatehouse login --context \(context.name)")
    }
}
