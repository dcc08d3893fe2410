@testable import GatehouseClient
import HTTPFetch
import Secrets
import StrictJSON
import Synchronization
import Testing

@testable import GatehouseKit

/// The metadata of the server, and the flow of RFC 8628.
@Suite struct SignInServerTests {
    private let fake = FakeAuthorizationServer()
    private let clock = FakeClock()
    private let told = Told()

    private func discover() async throws -> AuthorizationServer {
        try await AuthorizationServer.discover(try ServerAddress(FakeAuthorizationServer.issuer), fake.call)
    }

    @Test(
        arguments: [
            (["issuer": "https://evil.example"], "calls itself https://evil.example"),
            (["issuer": "https://id.example.com/"], "calls itself"), (["issuer": .null], "not Gatehouse's"),
            (["token_endpoint": .null], "names no token_endpoint"),
            (["token_endpoint": "https://evil.example/t"], "token_endpoint is not on the server"),
            (["token_endpoint": "https://id.example.com.evil.example/t"], "token_endpoint is not on the server"),
            (["token_endpoint": "https://id.example.com:444/t"], "token_endpoint is not on the server"),
            (["token_endpoint": "https://id.example.com@evil.example/t"], "token_endpoint is not on the server"),
            (["authorization_endpoint": "http://id.example.com/a"], "authorization_endpoint is not on the server"),
            (["authorization_endpoint": "https://id.example.com/a#b"], "authorization_endpoint is not on the server"),
            (["revocation_endpoint": 1], "revocation_endpoint is not on the server"),
            (["device_authorization_endpoint": "javascript:x"], "device_authorization_endpoint is not on the server"),
        ] as [([String: JSONValue], String)])
    func metadataThatIsRefused(_ changes: [String: JSONValue], _ words: String) async throws {
        fake.state.withLock { $0.metadata = FakeAuthorizationServer.metadata(changes) }
        let failure = await #expect(throws: CommandFailure.self) { _ = try await discover() }
        #expect(failure?.status == .failure && failure?.text.contains(words) == true, "\(failure?.text ?? "")")
    }

    @Test func aServerThatIsGone() async throws {
        fake.state.withLock { $0.failure = .unreachable(.unreachable(.connectionRefused)) }
        let failure = await #expect(throws: CommandFailure.self) { _ = try await discover() }
        #expect(failure?.status == .unreachable)
    }

    @Test(arguments: [(404, CommandStatus.failure), (503, .unreachable), (429, .unreachable), (302, .failure)])
    func otherStatuses(_ status: Int, _ ending: CommandStatus) async throws {
        let call: AuthorizationServer.Call = { (_: ClientRequest) async throws(ClientFailure) in
            ClientResponse(status: status, requestID: nil, body: [], json: nil)
        }
        let failure = await #expect(throws: CommandFailure.self) {
            _ = try await AuthorizationServer.discover(try ServerAddress(FakeAuthorizationServer.issuer), call)
        }
        #expect(failure?.status == ending)
    }

    @Test(
        arguments: [
            [:], ["access_token": "a"], ["access_token": "", "token_type": "Bearer"],
            ["access_token": "a", "token_type": "DPoP"], ["access_token": 1, "token_type": "Bearer"],
        ] as [JSONValue])
    func answersThatAreNoTokens(_ answer: JSONValue) { #expect(TokenGrant(answer) == nil) }

    // MARK: device

    private func device(_ errors: [String], limit: Int64? = nil) async throws -> TokenGrant {
        fake.state.withLock { $0.deviceErrors = errors }
        return try await DeviceSignIn(server: try await discover(), clock: clock.clock, limit: limit, tell: told.tell)
            .run()
    }

    @Test(
        arguments: [
            ([], [5]), (["authorization_pending"], [5, 5]), (["slow_down"], [5, 10]),
            (["authorization_pending", "slow_down", "authorization_pending", "slow_down"], [5, 5, 10, 10, 15]),
        ] as [([String], [Int64])])
    func theDeviceWaitsAsItIsTold(_ errors: [String], _ slept: [Int64]) async throws {
        let grant = try await device(errors)
        #expect(grant.refreshToken != nil)
        #expect(clock.slept == slept)
        #expect(told.text.contains("https://id.example.com/device") && told.text.contains("WDJB-MJHT"))
        #expect(!told.text.contains("DC"), "the device code is never told")
        #expect(fake.calls.last?.contains("device_code=DC&client_id=gatehouse-cli") == true)
    }

    @Test(
        arguments: [
            (["authorization_pending", "access_denied"], .failure, "denied on the other device"),
            (["expired_token"], .notSignedIn, "nobody signed in in time"),
            (["invalid_grant"], .failure, "invalid_grant"), (["nonsense"], .failure, "nonsense"),
        ] as [([String], CommandStatus, String)])
    func theDeviceGivesUp(_ errors: [String], _ status: CommandStatus, _ words: String) async throws {
        let failure = await #expect(throws: CommandFailure.self) { _ = try await device(errors) }
        #expect(failure?.status == status && failure?.text.contains(words) == true)
    }

    @Test func theDeviceStopsWithItsCode() async throws {
        let failure = await #expect(throws: CommandFailure.self) {
            _ = try await device(Array(repeating: "authorization_pending", count: 500))
        }
        #expect(failure == .unanswered)
        #expect(clock.slept.reduce(0, +) == 600)
    }

    @Test func aCommandThatAsksByItselfWaitsForThreeMinutes() async throws {
        await #expect(throws: CommandFailure.unanswered) {
            _ = try await device(Array(repeating: "authorization_pending", count: 500), limit: 180)
        }
        #expect(clock.slept.reduce(0, +) == 180)
    }

    @Test func aServerThatIsAwayIsAskedLessOften() async throws {
        let (fake, clock) = (fake, clock)
        let call: AuthorizationServer.Call = { (request: ClientRequest) async throws(ClientFailure) in
            guard request.path != "/oauth/token" || clock.slept.count > 2 else {
                throw .unreachable(.timeout(.connect))
            }
            return try await fake.call(request)
        }
        let flaky = try await AuthorizationServer.discover(try ServerAddress(FakeAuthorizationServer.issuer), call)
        _ = try await DeviceSignIn(server: flaky, clock: clock.clock, tell: told.tell).run()
        #expect(clock.slept == [5, 10, 20])
    }

    @Test(
        arguments: [
            ["device_code": "d", "user_code": "u", "verification_uri": "https://evil.example/device", "expires_in": 9],
            ["device_code": "d", "user_code": "u", "verification_uri": "https://id.example.com/device"],
            ["user_code": "u", "verification_uri": "https://id.example.com/device", "expires_in": 9], [:],
        ] as [JSONValue])
    func codesThatAreRefused(_ codes: JSONValue) async throws {
        fake.state.withLock { $0.codesOfDevice = codes }
        let failure = await #expect(throws: CommandFailure.self) { _ = try await device([]) }
        #expect(failure?.status == .failure)
    }
}
