import Foundation
@testable import GatehouseClient
import HTTPFetch
import Secrets
import StrictJSON
import Synchronization
import Testing

@testable import GatehouseKit

/// The stored sign-in under many commands at once: renewed once, asked for once, given up for good.
@Suite struct SignInStoredTests {
    private let fake = FakeAuthorizationServer()
    private let clock = FakeClock()
    private let home = SignInHome()
    private let name: ContextName
    private let stored: StoredSignIn

    init() throws {
        name = try ContextName("prod")
        stored = StoredSignIn(
            folder: home.folder,
            context: Context(name: name, server: try ServerAddress(FakeAuthorizationServer.issuer)),
            clock: clock.clock, call: fake.call)
    }

    /// Puts a sign-in there whose access token lasts for so many seconds more.
    private func put(
        lasting seconds: Int64, refreshToken: String?, issuer: String = FakeAuthorizationServer.issuer
    )
        async throws
    {
        var record = SignInRecord(issuer: issuer)
        record.tokens = .init(
            accessToken: Secret(utf8: "old"), expiresAt: clock.now + seconds,
            refreshToken: refreshToken.map { Secret(utf8: $0) }, scope: nil)
        record.who = "ana@example.com"
        let bytes = record.encoded
        try await home.folder.locked(name) { () async throws(CommandFailure) in
            try home.folder.newSignIn(name).commit(bytes)
        }
    }

    /// What so many commands at once end with.
    private func atOnce(_ count: Int, signIn: StoredSignIn.SignIn? = nil) async -> [Result<String, CommandFailure>] {
        let stored = stored
        return await withTaskGroup(of: Result<String, CommandFailure>.self) { group in
            for _ in 0..<count {
                group.addTask {
                    do throws(CommandFailure) {
                        return .success(try await stored.accessToken(signIn: signIn).revealText())
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// A person who answers, or not; counts how often they were asked.
    private final class Person: Sendable {
        private let asked = Mutex(0)
        private let answers: Bool
        private let clock: FakeClock

        init(answers: Bool, _ clock: FakeClock) { (self.answers, self.clock) = (answers, clock) }

        var count: Int { asked.withLock { $0 } }
        var signIn: StoredSignIn.SignIn {
            { (server: AuthorizationServer) async throws(CommandFailure) -> TokenGrant in
                self.asked.withLock { $0 += 1 }
                self.clock.advance(1)
                guard self.answers,
                    case .granted(let grant) = try await server.redeem(deviceCode: Secret(utf8: "DC"))
                else { throw .unanswered }
                return grant
            }
        }
    }

    // MARK: renewal

    @Test func aTokenThatLastsIsUsedAsItIs() async throws {
        try await put(lasting: 61, refreshToken: fake.refreshToken())
        #expect(try await stored.accessToken(signIn: nil).revealText() == "old")
        #expect(fake.calls.isEmpty)
    }

    @Test(arguments: [60, 0, -5000]) func twentyCommandsRenewOnce(_ seconds: Int64) async throws {
        try await put(lasting: seconds, refreshToken: fake.refreshToken())
        let results = await atOnce(20)
        #expect(try results.map { try $0.get() } == Array(repeating: "A2", count: 20))
        #expect(fake.count("/oauth/token") == 1)
        let path = home.folder.credentialsPath(name)
        #expect(try home.mode(path) == 0o600 && home.mode(home.folder.path) == 0o700)
        #expect(home.names == ["credentials-prod.json", "credentials-prod.lock"], "nothing is left beside them")
    }

    @Test func eachRenewalUsesTheTokenOfTheOneBefore() async throws {
        try await put(lasting: 0, refreshToken: fake.refreshToken())
        for expected in ["A2", "A3", "A4"] {
            #expect(try await stored.accessToken(signIn: nil).revealText() == expected)
            clock.advance(900)
        }
        #expect(try stored.record()?.who == "ana@example.com")
    }

    @Test func aServerThatKeepsTheRefreshTokenIsUnderstood() async throws {
        fake.state.withLock { $0.omitsRefreshToken = true }
        try await put(lasting: 0, refreshToken: fake.refreshToken())
        _ = try await stored.accessToken(signIn: nil)
        #expect(try stored.record()?.tokens?.refreshToken?.revealText() == "R1")
    }

    @Test func aServerThatIsAwayEndsNothing() async throws {
        try await put(lasting: 0, refreshToken: fake.refreshToken())
        fake.state.withLock { $0.failure = .unreachable(.unreachable(.connectionRefused)) }
        let failure = await #expect(throws: CommandFailure.self) { _ = try await stored.accessToken(signIn: nil) }
        #expect(failure?.status == .unreachable)
        fake.state.withLock { $0.failure = nil }
        #expect(try await stored.accessToken(signIn: nil).revealText() == "A2")
    }

    @Test func aRefusalThatIsNotAboutTheTokenEndsNothing() async throws {
        try await put(lasting: 0, refreshToken: fake.refreshToken())
        fake.state.withLock { $0.tokenError = (400, "unauthorized_client") }
        let failure = await #expect(throws: CommandFailure.self) { _ = try await stored.accessToken(signIn: nil) }
        #expect(failure?.status == .failure)
        #expect(try stored.record()?.tokens?.refreshToken != nil)
    }

    @Test func withoutARefreshTokenTheLastSecondsCount() async throws {
        try await put(lasting: 5, refreshToken: nil)
        #expect(try await stored.accessToken(signIn: nil).revealText() == "old")
        clock.advance(5)
        let failure = await #expect(throws: CommandFailure.self) { _ = try await stored.accessToken(signIn: nil) }
        #expect(failure?.status == .notSignedIn)
    }

    @Test func tokensOfAnotherServerAreSentNowhere() async throws {
        try await put(lasting: 900, refreshToken: "R", issuer: "https://other.example.com")
        let failure = await #expect(throws: CommandFailure.self) { _ = try await stored.accessToken(signIn: nil) }
        #expect(failure?.status == .notSignedIn && fake.calls.isEmpty)
    }

    // MARK: an ended sign-in

    @Test func withoutATerminalNobodyIsAsked() async throws {
        try await put(lasting: 0, refreshToken: "ended")
        let results = await atOnce(20)
        for case .failure(let failure) in results {
            #expect(failure.status == .notSignedIn)
            #expect(failure.hint == "run gatehouse login --context prod")
        }
        #expect(results.count { (try? $0.get()) == nil } == 20)
        #expect(fake.count("/oauth/token") == 1, "that it has ended is remembered")
    }

    @Test func oneCommandAsksAndAllGetTheToken() async throws {
        try await put(lasting: 0, refreshToken: "ended")
        let person = Person(answers: true, clock)
        let results = await atOnce(20, signIn: person.signIn)
        #expect(Set(try results.map { try $0.get() }).count == 1)
        #expect(person.count == 1)
    }

    @Test func whatNobodyAnsweredIsNotAskedByTheOthers() async throws {
        try await put(lasting: 0, refreshToken: "ended")
        let person = Person(answers: false, clock)
        let results = await atOnce(20, signIn: person.signIn)
        #expect(person.count == 1)
        #expect(
            results.allSatisfy { if case .failure(let failure) = $0 { failure.status == .notSignedIn } else { false } })
    }

    @Test func afterThreeInVainItStops() async throws {
        let person = Person(answers: false, clock)
        for _ in 0..<3 {
            await #expect(throws: CommandFailure.unanswered) { _ = try await stored.accessToken(signIn: person.signIn) }
            clock.advance(1)
        }
        let failure = await #expect(throws: CommandFailure.self) {
            _ = try await stored.accessToken(signIn: person.signIn)
        }
        #expect(failure?.status == .notSignedIn && failure?.text.contains("asked 3 times, and nobody answered") == true)
        #expect(person.count == 3)
        // Who signs in begins anew.
        _ = try await stored.signIn(Person(answers: true, clock).signIn)
        #expect(try stored.record()?.unanswered == nil)
    }

    @Test func aServerThatIsAwayIsNoQuestionInVain() async throws {
        fake.state.withLock { $0.failure = .unreachable(.unreachable(.connectionRefused)) }
        let person = Person(answers: true, clock)
        for _ in 0..<4 {
            let failure = await #expect(throws: CommandFailure.self) {
                _ = try await stored.accessToken(signIn: person.signIn)
            }
            #expect(failure?.status == .unreachable)
        }
        #expect(person.count == 0)
    }

    // MARK: signing in and out

    @Test func aNewSignInEndsTheOldOne() async throws {
        try await put(lasting: 900, refreshToken: fake.refreshToken())
        let record = try await stored.signIn(Person(answers: true, clock).signIn)
        #expect(record.tokens?.accessToken.revealText() == "A2")
        #expect(fake.count("/oauth/revoke token=R1&token_type_hint=refresh_token&client_id=gatehouse-cli") == 1)
        #expect(try stored.record()?.signedInAt == clock.now)
    }

    @Test func aSignInThatFailsLeavesTheOldOne() async throws {
        try await put(lasting: 900, refreshToken: fake.refreshToken())
        await #expect(throws: CommandFailure.unanswered) {
            _ = try await stored.signIn(Person(answers: false, clock).signIn)
        }
        #expect(try await stored.accessToken(signIn: nil).revealText() == "old")
        #expect(fake.count("/oauth/revoke") == 0)
    }

    @Test func signingOutEndsItEverywhere() async throws {
        try await put(lasting: 900, refreshToken: fake.refreshToken())
        #expect(try await stored.signOut(isLocal: false))
        #expect(fake.count("/oauth/revoke token=R1") == 1)
        #expect(home.names == ["credentials-prod.lock"])
        #expect(try await !stored.signOut(isLocal: false))
        let failure = await #expect(throws: CommandFailure.self) { _ = try await stored.accessToken(signIn: nil) }
        #expect(failure?.status == .notSignedIn)
    }

    @Test func signingOutOfAServerThatIsAway() async throws {
        try await put(lasting: 900, refreshToken: fake.refreshToken())
        fake.state.withLock { $0.failure = .unreachable(.timeout(.connect)) }
        let failure = await #expect(throws: CommandFailure.self) { _ = try await stored.signOut(isLocal: false) }
        #expect(failure?.status == .unreachable && failure?.hint?.contains("still alive at the server") == true)
        #expect(failure?.hint?.contains("--local") == true)
        #expect(try stored.record()?.tokens != nil)
        #expect(try await stored.signOut(isLocal: true))
        #expect(try stored.record() == nil && fake.count("/oauth/revoke") == 0)
    }
}

/// Where sign-ins are kept, and what is not used.
@Suite struct SignInFolderTests {
    private let home = SignInHome()

    @Test(
        arguments: [
            (["HOME": "/h"], "/h/.config/gatehouse"), (["HOME": "/h", "XDG_CONFIG_HOME": "/x"], "/x/gatehouse"),
            (["HOME": "/h", "XDG_CONFIG_HOME": "x"], "/h/.config/gatehouse"),
            (["HOME": "/h", "XDG_CONFIG_HOME": ""], "/h/.config/gatehouse"), (["HOME": "h"], nil), ([:], nil),
        ] as [([String: String], String?)])
    func places(_ environment: [String: String], _ path: String?) { #expect(SignInFolder(environment)?.path == path) }

    private func keep() async throws {
        try await home.folder.changeContexts { (contexts: inout Contexts) throws(CommandFailure) in
            guard let name = try? ContextName("a"), let server = try? ServerAddress("https://a.example") else { return }
            contexts.put(Context(name: name, server: server))
            contexts.makeCurrent(name)
        }
    }

    @Test func whatIsKeptIsOursAlone() async throws {
        try await keep()
        #expect(try home.mode(home.folder.path) == 0o700)
        #expect(try home.mode(home.folder.path + "/contexts.json") == 0o600)
        #expect(try home.folder.contexts().current?.server.description == "https://a.example")
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o602]) func aFileThatOthersMayUse(_ mode: Int) async throws {
        try await keep()
        try home.setMode(mode, home.folder.path + "/contexts.json")
        let failure = #expect(throws: CommandFailure.self) { try home.folder.contexts() }
        #expect(
            failure?.status == .usage && failure?.hint?.contains("chmod 600 \(home.folder.path)/contexts.json") == true)
    }

    @Test(arguments: [0o755, 0o770, 0o701]) func aFolderThatIsOpenToOthers(_ mode: Int) async throws {
        try await keep()
        try home.setMode(mode, home.folder.path)
        let failure = #expect(throws: CommandFailure.self) { try home.folder.contexts() }
        #expect(failure?.hint == "chmod 700 \(home.folder.path)")
        await #expect(throws: CommandFailure.self) { try await keep() }
    }

    @Test(arguments: ["", "{}", "[]", #"{"issuer":1}"#, #"{"issuer":"i","access_token":"a"}"#, "{\"issuer\":\"i\"} x"])
    func aFileThatIsNotOurs(_ text: String) async throws {
        try await keep()
        let name = try ContextName("a")
        try home.folder.newSignIn(name).commit(Array(text.utf8))
        let failure = #expect(throws: CommandFailure.self) { _ = try home.folder.signIn(name) }
        #expect(failure?.status == .usage && failure?.hint?.contains("gatehouse login") == true)
    }

    @Test func twentyChangesAtOnceLoseNothing() async throws {
        let folder = home.folder
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let context = Context(
                        name: try ContextName("c\(number)"), server: try ServerAddress("https://c\(number).example"))
                    try await folder.changeContexts { (contexts: inout Contexts) throws(CommandFailure) in
                        contexts.put(context)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try folder.contexts().all.count == 20)
    }

    @Test func theLockIsGivenOnAfterAFailure() async throws {
        let name = try ContextName("a")
        await #expect(throws: CommandFailure.unanswered) {
            try await home.folder.locked(name) { () async throws(CommandFailure) in throw .unanswered }
        }
        #expect(try await home.folder.locked(name) { () async throws(CommandFailure) in 1 } == 1)
    }
}
