import AccessPolicy
import Broker
import GatehouseTesting
import HTTPTypes
import Identifiers
import Secrets
import StrictJSON
import Testing

/// The life of credentials over the API: activate, renew, revoke, bulk revoke, rotate.
@Suite struct LifeTests {
    private static let system = API.system

    @Test func activationFlipsWhatIsReported() async throws {
        let api = try await API.make()
        let (name, secret) = try await api.token()
        let body = #"{"name":"\#(name)"}"#
        func active() async throws -> Bool? {
            try await api.get(Self.system + "api_credentials/" + name).body["object"]?["spec"]?["gc_spec"]?["active"]?
                .boolValue
        }
        #expect(try await api.post(Self.system + "activate/api_credentials", body).body == ["status": true])
        #expect(try await active() == false)
        #expect(try await api.get("/api/web/namespaces", with: .token(secret)).status == 401, "inactive")
        #expect(try await api.post(Self.system + "renew/api_credentials", body).code == 9, "activate first")
        _ = try await api.post(Self.system + "activate/api_credentials", body)
        #expect(try await active() == true)
        #expect(try await api.get("/api/web/namespaces", with: .token(secret)).status == 200)
        // Expired: reported false, so the flip leaves the flag on and a renewal brings it back (Terraform's way).
        api.world.clock.advance(seconds: 11 * 86_400)
        #expect(try await active() == false)
        _ = try await api.post(Self.system + "activate/api_credentials", body)
        #expect(try await active() == false, "still expired")
        #expect(try await api.post(Self.system + "renew/api_credentials", body).status == 200)
        #expect(try await active() == true)
        #expect(try await api.get("/api/web/namespaces", with: .token(secret)).status == 200, "the same secret")
    }

    @Test(
        arguments: [
            (#","expiration_days":5"#, 5), (#","expirationDays":"7""#, 7), ("", 10), (#","expiration_days":0"#, 0),
            (#","expiration_days":90"#, 90),
        ] as [(String, Int64)])
    func renewalCountsFromNow(_ days: String, _ expected: Int64) async throws {
        let api = try await API.make()
        let (name, _) = try await api.token(days: 20)
        api.world.clock.advance(seconds: 3600)
        #expect(
            try await api.post(Self.system + "renew/api_credentials", #"{"name":"\#(name)"\#(days)}"#).status == 200)
        let got = try await api.get(Self.system + "api_credentials/" + name)
        let end = got.body["object"]?["spec"]?["gc_spec"]?["expiration_timestamp"]?.stringValue
        #expect(end == RFC3339.text(api.world.clock.now.adding(seconds: expected * 86_400)))
    }

    @Test(arguments: ["91", "-1", "9223372036854775807", "-9223372036854775808", "1e400", "\"x\"", "true", "[]"])
    func badDaysRenewNothing(_ days: String) async throws {
        let api = try await API.make()
        let (name, _) = try await api.token()
        let before = try await api.get(Self.system + "api_credentials/" + name)
        let answer = try await api.post(
            Self.system + "renew/api_credentials", #"{"name":"\#(name)","expiration_days":\#(days)}"#)
        #expect(
            answer.status == 400 && answer.code == 3 && answer.message.contains("expiration_days"), "\(answer.body)")
        #expect(try await api.get(Self.system + "api_credentials/" + name).body == before.body)
    }

    @Test func theTenantsLimitsHold() async throws {
        let api = try await API.make()
        let settings = try await api.call(
            .put, Self.system + "tenant/settings",
            #"{"max_credentials_expiry":{"max_api_token_expiry_days":20},"max_lifetime_days":30}"#)
        #expect(settings.status == 200 && settings.body["validation_errors"] == [], "\(settings.body)")
        let (name, _) = try await api.token(days: 20)
        #expect(
            try await api.post(
                Self.system + "api_credentials", #"{"name":"a","expiration_days":21,"spec":{"type":"API_TOKEN"}}"#
            ).code == 3)
        api.world.clock.advance(seconds: 15 * 86_400)
        let renew = { (days: Int) in
            try await api.post(
                Self.system + "renew/api_credentials", #"{"name":"\#(name)","expiration_days":\#(days)}"#)
        }
        let refused = try await renew(16)
        #expect(refused.code == 3 && refused.message.contains("30 days in all"), "\(refused.body)")
        #expect(try await renew(15).status == 200)
        let bad = try await api.call(.put, Self.system + "tenant/settings", #"{"max_lifetime_days":-4}"#)
        #expect(bad.status == 200 && bad.body["validation_errors"]?.arrayValue?.count == 1, "nothing changed")
        #expect(api.world.broker.tenantSettings.maximumLifetimeDays == 30)
    }

    @Test func revokedIsGoneAtOnce() async throws {
        let api = try await API.make()
        let (name, secret) = try await api.token()
        let body = #"{"name":"\#(name)","namespace":"system"}"#
        // With itself, as a Terraform destroy does.
        #expect(try await api.post(Self.system + "revoke/api_credentials", body, with: .token(secret)).status == 200)
        #expect(try await api.get("/api/web/namespaces", with: .token(secret)).status == 401)
        #expect(try await api.post(Self.system + "revoke/api_credentials", body).code == 5)
        #expect(try await api.get(Self.system + "api_credentials/" + name).code == 5)
        #expect(try await api.get(Self.system + "api_credentials").items.count == 1)
    }

    @Test func bulkRevocationMarksAndTellsOfEachName() async throws {
        let api = try await API.make()
        let first = try await api.token("a")
        let second = try await api.token("b")
        let person = try await api.world.person("eve", [:])
        _ = person
        let body = #"{"name_selector":{"names":["\#(first.name)","nobody","\#(second.name)"]}}"#
        let answer = try await api.post(Self.system + "bulk_revoke/api_credentials", body)
        #expect(answer.status == 200)
        #expect(
            answer.body.objectValue?.names == [
                "credentials_failed", "credentials_marked_for_deletion", "error_message",
            ])
        #expect(answer.body["credentials_marked_for_deletion"] == [JSONValue(first.name), JSONValue(second.name)])
        #expect(answer.body["credentials_failed"] == ["nobody"])
        #expect(answer.body["error_message"]?.stringValue?.isEmpty == false)
        #expect(try await api.get("/api/web/namespaces", with: .token(first.secret)).status == 401, "at once")
        let got = try await api.get(Self.system + "api_credentials/" + first.name)
        #expect(got.body["object"]?["system_metadata"]?["deletion_timestamp"]?.isNull == false)
        #expect(try await api.post(Self.system + "activate/api_credentials", #"{"name":"\#(first.name)"}"#).code == 9)
        api.world.clock.advance(seconds: 1)
        try await api.world.broker.cleanUp()
        #expect(try await api.get(Self.system + "api_credentials/" + first.name).code == 5, "swept")
    }

    @Test func bulkRevocationOfTheExpired() async throws {
        let api = try await API.make()
        let old = try await api.token("old", days: 1)
        let young = try await api.token("young", days: 20)
        _ = try await api.serviceToken("service", days: 1)
        api.world.clock.advance(seconds: 2 * 86_400)
        let answer = try await api.post(
            Self.system + "bulk_revoke/api_credentials", #"{"expired_selector":{"all":{}}}"#)
        #expect(answer.body["credentials_marked_for_deletion"] == [JSONValue(old.name)], "the family's only")
        #expect(try await api.get("/api/web/namespaces", with: .token(young.secret)).status == 200)
        let typed = try await api.post(
            Self.system + "bulk_revoke/service_credentials",
            #"{"expired_selector":{"credential_type":"SERVICE_API_TOKEN"}}"#)
        #expect(typed.body["credentials_marked_for_deletion"]?.arrayValue?.count == 1)
        let wrong = try await api.post(
            Self.system + "bulk_revoke/service_credentials", #"{"expired_selector":{"credential_type":"API_TOKEN"}}"#)
        #expect(wrong.code == 3 && wrong.message.contains("credential_type"))
    }

    @Test(arguments: [
        (#"{}"#, "bulkrevoke_choice"),
        (#"{"expired_selector":{"all":{}},"name_selector":{"names":["a"]}}"#, "bulkrevoke_choice"),
        (#"{"expired_selector":{}}"#, "expired_selector"),
        (#"{"expired_selector":{"all":{},"credential_type":"API_TOKEN"}}"#, "expired_selector"),
        (#"{"name_selector":{}}"#, "names"), (#"{"name_selector":{"names":[]}}"#, "names"),
        (#"{"name_selector":{"names":["a","a"]}}"#, "names"), (#"{"name_selector":{"names":[1]}}"#, "names"),
        (#"{"name_selector":{"names":"a"}}"#, "names"), (#"{"name_selector":{"names":[""]}}"#, "names"),
        (#"{"name_selector":[]}"#, "name_selector"), ("{", "JSON"),
        (#"{"name_selector":{},"name_selector":{}}"#, "JSON"),
    ])
    func badSelectorsMarkNothing(_ body: String, _ word: String) async throws {
        let api = try await API.make()
        let (_, secret) = try await api.token()
        for family in ["api_credentials", "service_credentials"] {
            let answer = try await api.post(Self.system + "bulk_revoke/" + family, body)
            #expect(answer.status == 400 && answer.code == 3 && answer.message.contains(word), "\(answer.body)")
        }
        #expect(try await api.get("/api/web/namespaces", with: .token(secret)).status == 200)
        let names = (0..<201).map { #""n\#($0)""# }.joined(separator: ",")
        #expect(
            try await api.post(Self.system + "bulk_revoke/api_credentials", #"{"name_selector":{"names":[\#(names)]}}"#)
                .code == 3)
        let elsewhere = try await api.post("/api/web/namespaces/default/bulk_revoke/api_credentials", body)
        #expect(elsewhere.code == 3 && elsewhere.message.contains("namespace"))
    }

    @Test func rotationLeavesTheOldSecretItsGrace() async throws {
        let api = try await API.make()
        let (name, old) = try await api.token()
        _ = try await api.get("/api/web/namespaces", with: .token(old))
        let rotated = try await api.post(
            Self.system + "rotate/api_credentials", #"{"name":"\#(name)","grace_seconds":7200}"#)
        #expect(rotated.status == 200 && rotated.body["generation"] == 2, "\(rotated.body)")
        #expect(rotated.data != old && rotated.name == name)
        #expect(
            rotated.body["retires_timestamp"]?.stringValue == RFC3339.text(api.world.clock.now.adding(seconds: 7200)))
        for secret in [old, rotated.data] {
            #expect(try await api.get("/api/web/namespaces", with: .token(secret)).status == 200)
        }
        // Each generation's last use, and a warning while the old one is used.
        let usage = try await api.get(Self.system + "usage/api_credentials/" + name)
        let generations = try #require(usage.body["generations"]?.arrayValue)
        #expect(generations.map { $0["generation"] } == [2, 1])
        #expect(generations.allSatisfy { $0["last_used_timestamp"]?.isNull == false })
        #expect(usage.body["warning"]?.stringValue?.contains("still used") == true)
        let retire = Self.system + "retire/api_credentials"
        #expect(try await api.post(retire, #"{"name":"\#(name)"}"#).code == 9, "still used")
        #expect(
            try await api.post(Self.system + "rotate/api_credentials", #"{"name":"\#(name)"}"#).code == 9, "under way")
        let caller = try api.world.broker.authenticate(authorization: ["Bearer " + old], from: "127.0.0.1")
        #expect(caller.notices.map(\.field) == ["X-Gatehouse-Credential-Retires"])
        // Retired by itself at its deadline.
        api.world.clock.advance(seconds: 7200)
        #expect(try await api.get("/api/web/namespaces", with: .token(old)).status == 401)
        #expect(try await api.get("/api/web/namespaces", with: .token(rotated.data)).status == 200)
        #expect(try await api.post(retire, #"{"name":"\#(name)"}"#).code == 9, "nothing to retire")
        // And by force, at once.
        let again = try await api.post(Self.system + "rotate/api_credentials", #"{"name":"\#(name)"}"#)
        #expect(again.body["generation"] == 3)
        #expect(try await api.get("/api/web/namespaces", with: .token(rotated.data)).status == 200)
        #expect(try await api.post(retire, #"{"name":"\#(name)","force":true}"#).status == 200)
        #expect(try await api.get("/api/web/namespaces", with: .token(rotated.data)).status == 401)
        #expect(try await api.get("/api/web/namespaces", with: .token(again.data)).status == 200)
        // Without grace the old one is dead at once.
        let last = try await api.post(Self.system + "rotate/api_credentials", #"{"name":"\#(name)","grace_seconds":0}"#)
        #expect(last.body["retires_timestamp"] == .null)
        #expect(try await api.get("/api/web/namespaces", with: .token(again.data)).status == 401)
    }

    @Test func aRetiredSecretRevokesNothing() async throws {
        let api = try await API.make()
        let (name, old) = try await api.token()
        let rotated = try await api.post(
            Self.system + "rotate/api_credentials", #"{"name":"\#(name)","grace_seconds":60}"#)
        api.world.clock.advance(seconds: 61)
        try await api.world.broker.revoke(presented: .init(utf8: old), context: TestWorld.context)
        #expect(try await api.get("/api/web/namespaces", with: .token(rotated.data)).status == 200)
        try await api.world.broker.revoke(presented: .init(utf8: rotated.data), context: TestWorld.context)
        #expect(try await api.get("/api/web/namespaces", with: .token(rotated.data)).status == 401)
    }

    @Test func anInactiveTokenIsRevokedByWhoHoldsIt() async throws {
        let api = try await API.make()
        let (name, secret) = try await api.token()
        _ = try await api.post(Self.system + "activate/api_credentials", #"{"name":"\#(name)"}"#)
        try await api.world.broker.revoke(presented: .init(utf8: secret), context: TestWorld.context)
        #expect(try await api.post(Self.system + "activate/api_credentials", #"{"name":"\#(name)"}"#).code == 5)
    }

    @Test func revokingItselfEndsWhateverItIs() async throws {
        let api = try await API.make()
        let (_, secret) = try await api.token()
        #expect(try await api.post(Self.system + "revoke_self", with: .token(secret)).body == ["status": true])
        #expect(try await api.post(Self.system + "revoke_self", with: .token(secret)).status == 401)
        let workload = try await api.world.exchange(try api.world.issuer.token(now: api.world.now)).token.revealText()
        #expect(try await api.post(Self.system + "revoke_self", with: .token(workload)).status == 200)
        #expect(try await api.post(Self.system + "revoke_self", with: .token(workload)).status == 401)
    }

    @Test func theSameQuestionWithTheSameKeyHasTheSameAnswer() async throws {
        let api = try await API.make()
        let key = try #require(HTTPField.Name("Idempotency-Key"))
        let body = #"{"name":"a","spec":{"type":"API_TOKEN"}}"#
        let path = Self.system + "api_credentials"
        let first = try await api.post(path, body, headers: [key: "k-1"])
        let again = try await api.post(path, body, headers: [key: "k-1"])
        #expect(first.status == 200 && again.body == first.body)
        #expect(try await api.post(path, body, headers: [key: "k-2"]).name != first.name)
        let other = try await api.post(path, #"{"name":"b","spec":{"type":"API_TOKEN"}}"#, headers: [key: "k-1"])
        #expect(other.code == 3 && other.message.contains("Idempotency-Key"))
        for bad in ["", " ", String(repeating: "x", count: 256), "ä"] {
            #expect(try await api.post(path, body, headers: [key: bad]).code == 3, "\(bad)")
        }
        // Another caller with the same key asks another question.
        let (_, secret) = try await api.token("other")
        #expect(try await api.post(path, body, with: .token(secret), headers: [key: "k-1"]).name != first.name)
        // Not in the store as it is, and over after a day.
        #expect(api.world.broker.index.credentialCount == 5)
        api.world.clock.advance(seconds: 86_401)
        #expect(try await api.post(path, body, headers: [key: "k-1"]).name != first.name)
    }

    @Test func whatEndsSoonIsListedSoonestFirst() async throws {
        let api = try await API.make()
        for days in [30, 5, 40, 1] { _ = try await api.token("d\(days)", days: days) }
        let all = try await api.get(Self.system + "expiring/api_credentials?within_days=35")
        #expect(all.items.compactMap { $0["name"]?.stringValue?.prefix(2) } == ["d1", "d5", "d3"])
        #expect(all.items.first?["seconds_left"] == 86_400)
        let page = try await api.get(Self.system + "expiring/api_credentials?page_limit=1&within_days=35")
        let next = try #require(page.body["next_page_start"]?.stringValue)
        let rest = try await api.get(
            Self.system + "expiring/api_credentials?page_limit=5&within_days=35&page_start=\(next)")
        #expect(rest.items.count == 2 && rest.body["next_page_start"] == "")
        for bad in ["within_days=-1", "within_days=x", "page_limit=1001", "page_start=x"] {
            #expect(try await api.get(Self.system + "expiring/api_credentials?" + bad).code == 3, "\(bad)")
        }
    }

    @Test func aListingComesInPagesOrStreamed() async throws {
        let api = try await API.make()
        for number in 0..<7 { _ = try await api.token("n\(number)") }
        var (names, start): ([String], String) = ([], "")
        repeat {
            let page = try await api.get(
                Self.system + "api_credentials?page_limit=3" + (start.isEmpty ? "" : "&page_start=\(start)"))
            names += page.items.compactMap { $0["name"]?.stringValue }
            start = try #require(page.body["next_page_start"]?.stringValue)
        } while !start.isEmpty
        let all = try await api.get(Self.system + "api_credentials?report_fields=x&page_start=")
        #expect(names == all.items.compactMap { $0["name"]?.stringValue } && names.count == 8)
        #expect(all.body.objectValue?.names == ["items"])
        try await api.addCredentials(1200)
        #expect(try await api.get(Self.system + "api_credentials").items.count == 1208, "read in parts")
        try await api.addCredentials(10_000, from: 1200)
        #expect(try await api.get(Self.system + "api_credentials").items.count == 10_000, "and capped")
    }
}

extension API {
    /// Straight into the store.
    func addCredentials(_ count: Int, from first: Int = 0) async throws {
        let owner = try world.administrator().principal.id
        for start in stride(from: first, to: first + count, by: 500) {
            let changes = (start..<min(start + 500, first + count)).map { number in
                StoreChange.insertCredential(StoreFixtures.credential(number, name: "zz-\(number)", owner: owner))
            }
            try await world.store.commit(StoreTransaction(changes: changes, events: []))
        }
    }
}
