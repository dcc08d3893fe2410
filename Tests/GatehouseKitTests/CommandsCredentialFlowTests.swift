import Broker
import ArgumentParser
@testable import GatehouseClient
import HTTPFetch
import StrictJSON
import Testing

@testable import GatehouseKit

/// Commands of several calls, against answers made up here.
@Suite struct CommandsCredentialFlowTests {
    private static let now: Int64 = 1_795_482_123  // 2026-11-24T01:02:03Z
    private static let prefix = "/api/web/namespaces/system/"

    private static func object(_ isActive: Bool, expires: String = "2026-12-24T01:02:03.004Z") -> String {
        #"{"object":{"metadata":{"name":"b"},"spec":{"gc_spec":{"active":\#(isActive),"type":"API_TOKEN","created_timestamp":"2026-11-24T01:02:03.004Z","expiration_timestamp":"\#(expires)","users":[]}}}}"#
    }

    private static func service(_ isActive: Bool) -> String {
        #"{"name":"b","active":\#(isActive),"type":"SERVICE_API_TOKEN","create_timestamp":"2026-11-24T01:02:03.004Z","expiry_timestamp":"2026-12-24T01:02:03.004Z","namespace_access":{"namespace_role_map":{"n":{"names":["x","y"]}}},"user_group_names":["g"]}"#
    }

    private func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }

    // MARK: pages

    @Test func onePageStaysAsItCame() async throws {
        let body = #"{ "items": [{"name":"a"}],  "next_page_start": "" }"#
        let server = FakeServer(.success(body))
        let listing = try await CredentialPages("/l").all(server.call)
        #expect(listing.response.body == Array(body.utf8))
        #expect(!listing.hasMore && server.calls == ["GET /l?page_limit=1000"])
        let old = FakeServer(.success(#"{"items":[]}"#))
        #expect(try await CredentialPages("/l").all(old.call).items.isEmpty)
    }

    @Test func pagesAreFollowedToTheEnd() async throws {
        let server = FakeServer(
            .success(#"{"items":[{"name":"a"}],"next_page_start":"p+2"}"#),
            .success(#"{"items":[],"next_page_start":"p3"}"#),
            .success(#"{"items":[{"name":"b"}],"next_page_start":""}"#))
        let listing = try await CredentialPages("/l", query: [("q", "1")]).all(server.call)
        #expect(CredentialRow.rows(listing.items).map(\.name) == ["a", "b"])
        #expect(
            String(decoding: listing.response.body, as: UTF8.self)
                == #"{"items":[{"name":"a"},{"name":"b"}],"next_page_start":""}"#)
        #expect(
            server.calls == [
                "GET /l?q=1&page_limit=1000", "GET /l?q=1&page_limit=1000&page_start=p%2B2",
                "GET /l?q=1&page_limit=1000&page_start=p3",
            ])
    }

    @Test func aLimitEndsIt() async throws {
        let server = FakeServer(
            .success(#"{"items":[{"name":"a"}],"next_page_start":"2"}"#),
            .success(#"{"items":[{"name":"b"}],"next_page_start":"3"}"#))
        let listing = try await CredentialPages("/l", limit: 2).all(server.call)
        #expect(listing.items.count == 2 && listing.hasMore)
        #expect(server.calls == ["GET /l?page_limit=2", "GET /l?page_limit=1&page_start=2"])
        let generous = FakeServer(.success(#"{"items":[{"name":"a"},{"name":"b"}]}"#))
        let cut = try await CredentialPages("/l", limit: 1).all(generous.call)
        #expect(cut.items.count == 1 && cut.hasMore)
    }

    @Test func aServerThatTurnsInCirclesIsLeft() async throws {
        let page = #"{"items":[],"next_page_start":"x"}"#
        let server = FakeServer(.success(page), .success(page), .success(page))
        await #expect(throws: ClientFailure.notUnderstood(status: 200)) {
            try await CredentialPages("/l").all(server.call)
        }
        #expect(server.calls.count == 2)
        await #expect(throws: ClientFailure.notUnderstood(status: 200)) {
            try await CredentialPages("/l").all(FakeServer(.success("{}")).call)
        }
    }

    // MARK: activate

    @Test(
        arguments: [
            ("b", object(false), "b is active", 2), ("b --off", object(true), "b is off", 2),
            ("b", object(true), "b is active already; nothing was done", 1),
            ("b --off", object(false), "b is inactive already; nothing was done", 1),
            (
                "b --off", object(false, expires: "2026-11-01T00:00:00.000Z"),
                "b is expired already; nothing was done", 1
            ),
            (
                "b", object(false, expires: "2026-11-01T00:00:00.000Z"),
                "b is activated; it has expired: renew it, too",
                2
            ),
            ("b --service", service(false), "b is active", 2),
            ("b --service", service(true), "b is active already; nothing was done", 1),
        ])
    func activate(_ line: String, _ present: String, _ said: String, _ calls: Int) async throws {
        let server = FakeServer(.success(present), .success(#"{"status":true}"#))
        let command = try CredentialActivateCommand.parse(words(line))
        #expect(try await command.change(now: Self.now, server.call).1 == said)
        #expect(server.calls.count == calls)
        let family = command.place.family.rawValue
        #expect(server.calls.first == "GET \(Self.prefix)\(family)/b")
        if calls == 2 {
            #expect(
                server.calls.last == #"POST \#(Self.prefix)activate/\#(family) {"name":"b","namespace":"system"}"#)
        }
    }

    @Test func anActivationThatWasNotConfirmed() async throws {
        let server = FakeServer(.success(Self.object(false)), .failure(.unreachable(.timeout(.response))))
        let command = try CredentialActivateCommand.parse(["b"])
        let failure = await #expect(throws: CommandFailure.self) {
            try await command.change(now: Self.now, server.call)
        }
        #expect(failure?.status == .unreachable && failure?.hint?.contains("looks at the state first") == true)
    }

    // MARK: replace

    @Test func replaceShowsWhatIsAndWhatWillBe() async throws {
        let command = try CredentialReplaceCommand.parse(words("b --service --role n:z --group h"))
        let server = FakeServer(.success(Self.service(true)), .success(#"{"name":"b"}"#))
        var shown = ""
        _ = try await command.replace(.typing("b"), show: { shown += $0 }, server.call)
        #expect(shown == "is       roles n:x,n:y  groups g\nwill be  roles n:z  groups h\n")
        #expect(server.calls.count == 2 && server.calls.last?.hasPrefix("PUT ") == true)
        let asked = FakeServer(.success(#"{"name":"b"}"#))
        _ = try await command.replace(nil, show: { _ in }, asked.call)
        #expect(asked.calls.count == 1)
    }

    @Test(arguments: ["", "B", "b ", nil])
    func replaceChangesNothingWithoutTheName(_ typed: String?) async throws {
        let command = try CredentialReplaceCommand.parse(words("b --service --clear"))
        let server = FakeServer(.success(Self.service(true)))
        let failure = await #expect(throws: CommandFailure.self) {
            _ = try await command.replace(.typing(typed), show: { _ in }, server.call)
        }
        #expect(failure?.status == .usage && server.calls.count == 1)
    }

    // MARK: revoke

    private func revoke(
        _ names: [String], _ server: FakeServer
    ) async throws -> (
        done: [String], failure: CommandFailure?
    ) {
        let command = try CredentialRevokeCommand.parse(names)
        var done: [String] = []
        let failures = try await command.revoke(
            names.map { ($0, try command.place.request("revoke", $0)) }, server.call
        ) { name, _ in done.append(name) }
        return (done, failures.failure)
    }

    @Test func aRefusalOfOneDoesNotStopTheOthers() async throws {
        let good = #"{"status":true}"#
        let server = FakeServer(.success(good), .failure(FakeServer.refusal(404, "5")), .success(good))
        let (done, failure) = try await revoke(["a", "b", "c"], server)
        #expect(done == ["a", "c"] && server.calls.count == 3)
        #expect(failure?.status == .failure && failure?.messages == ["b: m"])
        #expect(try await revoke(["a"], FakeServer(.success(good))).failure == nil)
    }

    @Test(
        arguments: [
            (.unreachable(.timeout(.response)), .unreachable, "not known"),
            (.unreachable(.unreachable(.connectionRefused)), .unreachable, "still live"),
            (
                .notSignedIn(.init(status: 401, code: "16", message: "m", requestID: nil), hadCredential: true),
                .notSignedIn, "get a new one"
            ),
        ] as [(ClientFailure, CommandStatus, String)])
    func aServerThatIsGoneStopsIt(_ cause: ClientFailure, _ status: CommandStatus, _ hint: String) async throws {
        let server = FakeServer(.success(#"{"status":true}"#), .failure(cause))
        let (done, failure) = try await revoke(["a", "b", "c"], server)
        #expect(done == ["a"] && server.calls.count == 2)
        #expect(failure?.status == status && failure?.hint?.contains(hint) == true)
        #expect(failure?.messages.last == "c: not tried, it is as it was")
    }

    @Test(
        arguments: [
            (["a"], "a", true), (["a"], "1", false), (["a"], "", false), (["a", "b"], "2", true),
            (["a", "b"], "a", false), (["a", "b"], "02", false), (["a"], nil, false),
        ] as [([String], String?, Bool)])
    func confirming(_ names: [String], _ typed: String?, _ isDone: Bool) {
        var shown = ""
        if isDone {
            #expect(throws: Never.self) {
                try CredentialRevokeCommand.confirm(names, .typing(typed), show: { shown += $0 })
            }
        } else {
            let failure = #expect(throws: CommandFailure.self) {
                try CredentialRevokeCommand.confirm(names, .typing(typed), show: { shown += $0 })
            }
            #expect(failure?.status == .usage)
        }
        #expect(shown == (names.count == 1 ? "" : "  a\n  b\n"))
    }

    @Test func withoutATerminalNothingIsAsked() {
        let failure = #expect(throws: CommandFailure.self) {
            try CredentialRevokeCommand.confirm(["a"], .nobody, show: { _ in })
        }
        #expect(failure?.status == .usage && failure?.hint == "add --yes")
    }

    // MARK: bulk-revoke

    private static let listed = """
        {"items":[{"name":"old","type":"API_TOKEN","active":false,"expiry_timestamp":"2026-11-11T00:00:00.000Z"},\
        {"name":"cert","type":"API_CERTIFICATE","active":false,"expiry_timestamp":"2026-11-11T00:00:00.000Z"},\
        {"name":"off","type":"API_TOKEN","active":false,"expiry_timestamp":"2026-12-11T00:00:00.000Z"}]}
        """

    @Test(
        arguments: [
            ("x y x", [], "2 credentials:\n  x\n  y\n", "2"),
            ("x", [], "1 credential:\n  x\n", "1"),
            ("--expired", [listed], "2 credentials:\n  old\n  cert\n", "2"),
            ("--expired --type token", [listed], "1 credential:\n  old\n", "1"),
        ])
    func bulkRevokeShowsTheCountFirst(_ line: String, _ before: [String], _ said: String, _ count: String) async throws
    {
        let command = try CredentialBulkRevokeCommand.parse(words(line))
        for typed in [count, "0"] {
            let server =
                before.first.map { FakeServer(.success($0), .success("{}")) } ?? FakeServer(.success("{}"))
            var shown = ""
            let response = try? await command.revoke(
                try command.request(), .typing(typed), now: Self.now, show: { shown += $0 }, server.call)
            #expect(shown == said)
            #expect((response != nil) == (typed == count))
            #expect(server.calls.count == before.count + (typed == count ? 1 : 0))
        }
    }

    @Test func whenNothingHasExpiredNothingIsCalled() async throws {
        let command = try CredentialBulkRevokeCommand.parse(words("--expired --type kubeconfig"))
        let server = FakeServer(.success(Self.listed))
        let response = try await command.revoke(
            try command.request(), .typing("0"), now: Self.now, show: { _ in }, server.call)
        #expect(response == nil && server.calls.count == 1)
    }

    // MARK: needs-renewal

    @Test(
        arguments: [
            ("b", "2026-12-24T01:02:03.004Z", false, "b expires in 30d: does not need renewal"),
            ("b --expires-in 30d", "2026-12-24T01:02:03.004Z", true, "b expires in 30d: needs renewal"),
            ("b --expires-in 29d", "2026-12-24T01:02:03.004Z", false, "b expires in 30d: does not need renewal"),
            ("b --expires-in 100%", "2026-12-24T01:02:03.004Z", true, "b expires in 30d: needs renewal"),
            ("b --expires-in 0%", "2026-11-24T01:02:03.004Z", true, "b expired just now: needs renewal"),
            ("b", "2026-11-01T00:00:00.000Z", true, "b expired 23d ago: needs renewal"),
            ("b", "", false, "b does not expire"),
        ])
    func needsRenewal(_ line: String, _ expires: String, _ needs: Bool, _ said: String) async throws {
        let command = try CredentialNeedsRenewalCommand.parse(words(line))
        let server = FakeServer(.success(Self.object(true, expires: expires)))
        let (_, verdict) = try await command.judge(now: Self.now, server.call)
        #expect(verdict == .init(needsRenewal: needs, line: said))
    }

    @Test(
        arguments: [
            (0, 100, 66, .percent(33), false), (0, 100, 67, .percent(33), true), (0, 100, 90, .percent(20), true),
            (0, 100, 50, .percent(20), false), (0, 100, 93, .seconds(7), true), (0, 100, 92, .seconds(7), false),
            (100, 0, 50, .percent(0), true), (100, 200, 0, .percent(100), false),
        ] as [(Int64, Int64, Int64, RenewalThreshold, Bool)])
    func thresholds(_ created: Int64, _ expires: Int64, _ now: Int64, _ threshold: RenewalThreshold, _ isReached: Bool)
    {
        #expect(threshold.isReached(created: created, expires: expires, now: now) == isReached)
    }

    /// Exit code 1 means "does not need renewal": a refusal is another thing.
    @Test(
        arguments: [
            (FakeServer.refusal(404, "5"), .usage), (FakeServer.refusal(403, "7"), .usage),
            (.notUnderstood(status: 200), .usage), (.unreachable(.timeout(.connect)), .unreachable),
            (
                .notSignedIn(.init(status: 401, code: "16", message: "m", requestID: nil), hadCredential: false),
                .notSignedIn
            ),
        ] as [(ClientFailure, CommandStatus)])
    func aRefusalIsNoAnswer(_ cause: ClientFailure, _ status: CommandStatus) async throws {
        let command = try CredentialNeedsRenewalCommand.parse(["b"])
        let failure = await #expect(throws: CommandFailure.self) {
            try await command.judge(now: Self.now, FakeServer(.failure(cause)).call)
        }
        #expect(failure?.status == status)
        let broken = await #expect(throws: CommandFailure.self) {
            try await command.judge(now: Self.now, FakeServer(.success(Self.object(true, expires: "soon"))).call)
        }
        #expect(broken?.status == .usage)
    }
}
