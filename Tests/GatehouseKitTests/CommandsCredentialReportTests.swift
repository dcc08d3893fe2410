import Broker
import GatehouseClient
import HTTPFetch
import StrictJSON
import Testing

@testable import GatehouseKit

@Suite struct CommandsCredentialReportTests {
    private static let now: Int64 = 1_795_482_123

    @Test func serviceCredentials() throws {
        let item: JSONValue = [
            "name": "ci-x1", "type": "SERVICE_API_TOKEN", "active": true, "user_email": "svc-ci",
            "create_timestamp": "2026-11-24T01:02:03.004Z", "expiry_timestamp": "2026-12-24T01:02:03.004Z",
            "namespace_access": [
                "namespace_role_map": ["pay": ["names": ["deployer", "monitor"]], "*": ["names": ["v"]]]
            ],
            "user_group_names": ["ops\u{1B}[31m"],
        ]
        let bare: JSONValue = ["name": "old-x2", "namespace_access": nil, "user_group_names": []]
        let rows = CredentialRow.rows([item, bare, ["no": "name"]])
        try Golden.expect(
            CredentialRow.table(rows, of: .service, now: Self.now), "credential-list-service.txt")
    }

    @Test func usage() throws {
        let answer: JSONValue = [
            "name": "ci-x1", "last_used_timestamp": "2026-11-24T00:02:03.004Z",
            "generations": [
                [
                    "generation": 2, "current": true, "created_timestamp": "2026-11-23T01:02:03.004Z",
                    "last_used_timestamp": nil, "retires_timestamp": nil,
                ],
                [
                    "generation": 1, "current": false, "created_timestamp": "2026-10-23T01:02:03.004Z",
                    "last_used_timestamp": "2026-11-24T00:02:03.004Z", "retires_timestamp": "2026-11-25T01:02:03.004Z",
                ],
            ], "warning": "generation 1 is\u{07} still used",
        ]
        try Golden.expect(try #require(CredentialUsage(answer)).text(now: Self.now), "credential-usage.txt")
        let never = try #require(CredentialUsage(["name": "n", "last_used_timestamp": nil, "generations": []]))
        #expect(never.text(now: Self.now) == "n   last used never\n")
        #expect(CredentialUsage(["generations": []]) == nil)
    }

    @Test func expiring() throws {
        let rows = [
            [
                "name": "a-x1", "type": "API_TOKEN", "active": true, "user_email": "demo@local",
                "expiry_timestamp": "2026-11-25T01:02:03.004Z", "last_used_timestamp": nil, "seconds_left": 90_000,
            ],
            [
                "name": "b-x2", "type": "API_CERTIFICATE", "active": false, "user_email": "demo@local",
                "expiry_timestamp": "2026-12-04T01:02:03.004Z", "last_used_timestamp": "2026-11-24T00:02:03.004Z",
            ],
        ].compactMap { (item: JSONValue) in ExpiringRow(item) }
        try Golden.expect(ExpiringRow.table(rows, now: Self.now), "credential-expiring.txt")
    }

    @Test(
        arguments: [
            (
                ["credentials_marked_for_deletion": ["a", "b"], "credentials_failed": [], "error_message": ""],
                ["a", "b"], "✓ revoked a\n✓ revoked b\n2 revoked, 0 not\n"
            ),
            (
                [
                    "credentials_marked_for_deletion": ["a"], "credentials_failed": ["b"],
                    "error_message": "not\u{1B} found",
                ],
                ["a", "b"], "✓ revoked a\n✗ not revoked b\n1 revoked, 1 not: not\u{FFFD} found\n"
            ),
            (
                ["credentials_marked_for_deletion": ["a"], "credentials_failed": nil], ["a", "b"],
                "✓ revoked a\n✗ not revoked b\n1 revoked, 1 not\n"
            ),
            ([:], [], "0 revoked, 0 not\n"),
        ] as [(JSONValue, [String], String)])
    func bulkRevoke(_ answer: JSONValue, _ asked: [String], _ text: String) throws {
        #expect(try #require(BulkRevokeReport(answer, asked: asked)).text(.plain) == text)
        #expect(BulkRevokeReport([], asked: asked) == nil)
    }

    @Test func whoAmI() throws {
        let answer: JSONValue = [
            "name": "demo@local", "email": "demo@local", "tenant": "acme\u{1B}", "type": "USER",
            "group_names": ["g", "h"],
            "namespace_roles": [["namespace": "pay", "role": "x"]],
            "namespace_access": ["namespace_role_map": ["pay": ["names": ["x"]], "system": ["names": ["admin"]]]],
        ]
        let report = try #require(WhoAmIReport(answer))
        #expect(
            report.text == """
                name    demo@local
                email   demo@local
                type    USER
                tenant  acme\u{FFFD}
                groups  g,h
                roles   pay:x,system:admin

                """)
        #expect(WhoAmIReport(["email": "x"]) == nil)
        #expect(
            WhoAmIReport(["name": "n", "namespace_roles": [["namespace": "a", "role": "b"], ["role": "c"]]])?.text
                == "name    n\ngroups  -\nroles   a:b\n")
    }

    @Test func rotation() throws {
        let with = try FakeServer.response(#"{"retires_timestamp":"2026-11-25T01:02:03.004Z"}"#)
        #expect(CredentialRotateCommand.notes(with, now: Self.now) == ["the old token ends in 24h"])
        let without = try FakeServer.response(#"{"retires_timestamp":null}"#)
        #expect(CredentialRotateCommand.notes(without, now: Self.now) == ["the old token has ended"])
        let used = CommandFailure(retiring: FakeServer.refusal(400, "9"), isForced: false)
        #expect(used.hint?.contains("--force") == true)
        #expect(CommandFailure(retiring: FakeServer.refusal(400, "9"), isForced: true).hint == nil)
        let gone = CommandFailure(retiring: .unreachable(.unreachable(.connectionRefused)), isForced: false)
        #expect(gone.hint?.contains("still live") == true)
    }

    @Test(
        arguments: [
            (404, "5", "scim-token create"), (400, "9", "identity provider"), (403, "7", "no role"),
        ])
    func scimTokens(_ status: Int, _ code: String, _ hint: String) {
        let failure = SCIMTokenCommand.failure(FakeServer.refusal(status, code))
        #expect(failure.status == .failure && failure.hint?.contains(hint) == true)
    }

    @Test func aCredentialThatIsNotThere() {
        #expect(CommandFailure(credential: FakeServer.refusal(404, "5")).hint?.contains("--service") == true)
        #expect(CommandFailure(credential: FakeServer.refusal(400)) == CommandFailure(FakeServer.refusal(400)))
    }

    @Test func notesOfTheCredentialThatIsUsed() throws {
        let response = ClientResponse(
            status: 200, requestID: nil, body: [], json: nil, credentialExpires: "2026-11-25T01:02:03.004Z",
            credentialRetires: "soon\u{1B}")
        #expect(
            ClientSession.notes(response, now: Self.now) == [
                "note: the credential of this call expires in 24h: renew or rotate it",
                "note: this call was made with the old token of a rotation, which ends soon\u{1B}",
            ])
        #expect(try ClientSession.notes(FakeServer.response("{}"), now: Self.now).isEmpty)
    }
}
