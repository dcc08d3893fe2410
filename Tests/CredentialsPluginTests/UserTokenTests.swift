import Broker
import GatehouseTesting
import HTTPTypes
import Secrets
import StrictJSON
import Testing

/// One-time tokens for a configured service.
@Suite struct UserTokenTests {
    private static let path = "/api/config/namespaces/system/was/user_token"

    private func api(_ service: String? = "https://scan.example/sso") async throws -> API {
        API(try await TestWorld(userTokenService: service))
    }

    private func redeem(_ api: API, _ token: String, with: API.With = .administrator) async throws -> API.Answer {
        try await api.post(Self.path + "/redeem", #"{"token":"\#(token)"}"#, with: with)
    }

    @Test func aTokenTellsTheServiceOnceWhoItIs() async throws {
        let api = try await api()
        let made = try await api.get(Self.path)
        try Contract.identity.check(made.body, against: try #require(Contract.identity.operation(.get, Self.path)))
        #expect(made.body["redirect_url"] == "https://scan.example/sso")
        let token = try #require(made.body["token"]?.stringValue)
        let first = try await redeem(api, token)
        #expect(first.status == 200 && first.body["user_id"] == made.body["user_id"], "\(first.body)")
        let second = try await redeem(api, token)
        #expect(second.code == 3 && second.message == "Field token must be a user token that was not used before.")
        let actions = try await api.world.audit().compactMap { $0["action"]?.stringValue }
        #expect(actions.suffix(2) == ["user_token.issue", "user_token.redeem"])
    }

    @Test func fiftyAtOnceRedeemItOnce() async throws {
        let api = try await api()
        let token = try #require(try await api.get(Self.path).body["token"]?.stringValue)
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 { group.addTask { try await redeem(api, token).status } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 200 } == 1 && statuses.count { $0 == 400 } == 49)
    }

    @Test func itIsNoOtherTokenAndNoOtherTokenIsIt() async throws {
        let api = try await api()
        let token = try #require(try await api.get(Self.path).body["token"]?.stringValue)
        #expect(try await api.get("/api/web/namespaces", with: .token(token)).status == 401)
        let access = try await api.world.exchange(try api.world.issuer.token(now: api.world.now)).token.revealText()
        #expect(try await redeem(api, access).code == 3)
        #expect(try await redeem(api, String(token.dropLast(4)) + "AAAA").code == 3)
        #expect(try await redeem(api, "nothing").code == 3)
        // Of another service, and too late.
        let other = try await self.api("https://other.example/")
        let foreign = try #require(try await other.get(Self.path).body["token"]?.stringValue)
        #expect(try await redeem(api, foreign).code == 3)
        api.world.clock.advance(seconds: 66)
        #expect(try await redeem(api, token).code == 3)
    }

    @Test func onlyWhoMayReadTokensRedeemsThem() async throws {
        let api = try await api()
        let token = try #require(try await api.get(Self.path).body["token"]?.stringValue)
        let stranger = try await api.serviceToken("stranger", namespace: "default")
        #expect(try await redeem(api, token, with: .token(stranger.secret)).code == 7)
        let service = try await api.serviceToken("scan", role: "monitor", namespace: "system")
        #expect(try await redeem(api, token, with: .token(service.secret)).status == 200)
    }

    @Test func withoutAServiceThereAreNone() async throws {
        let answer = try await api(nil).get(Self.path)
        #expect(answer.code == 9)
        #expect(answer.message == "Not in this state: no service is configured: set 'user_token' in gatehouse.yaml.")
    }
}
