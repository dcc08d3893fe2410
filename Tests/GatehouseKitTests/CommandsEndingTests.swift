import GatehouseClient
import HTTPFetch
import Testing

@testable import GatehouseKit

@Suite struct CommandsEndingTests {
    private static func refusal(_ status: Int, _ code: String = "x") -> ClientFailure.Refusal {
        .init(status: status, code: code, message: "m", requestID: "r1")
    }

    @Test(
        arguments: [
            (.invalidServer("is bad"), .usage), (.unreachable(.unreachable(.connectionRefused)), .unreachable),
            (.unreachable(.timeout(.response)), .unreachable),
            (.unreachable(.tlsFailed(.certificateExpired)), .unreachable),
            (.notSignedIn(refusal(401), hadCredential: true), .notSignedIn),
            (.notSignedIn(refusal(401), hadCredential: false), .notSignedIn),
            (.unavailable(refusal(503), retryAfter: 3), .unreachable), (.refused(refusal(400)), .failure),
            (.refused(refusal(403)), .failure), (.refused(refusal(404)), .failure),
            (.notUnderstood(status: 200), .failure),
        ] as [(ClientFailure, CommandStatus)])
    func exitCodes(_ failure: ClientFailure, _ status: CommandStatus) {
        let ending = CommandEnding(failure)
        #expect(ending.status == status)
        #expect(ending.standardError.hasPrefix("error: "))
        #expect(ending.standardOutput.isEmpty)
    }

    @Test func everyFailureSaysWhatToDoNext() {
        let failures: [ClientFailure] = [
            .invalidServer("x"), .unreachable(.cancelled), .notSignedIn(Self.refusal(401), hadCredential: false),
            .notSignedIn(Self.refusal(401), hadCredential: true), .unavailable(Self.refusal(503), retryAfter: nil),
            .notUnderstood(status: 200), .refused(Self.refusal(403)), .refused(Self.refusal(400, "policy.no_match")),
            .refused(Self.refusal(400, "token.expired")), .refused(Self.refusal(400, "policy.scope_not_granted")),
        ]
        for failure in failures { #expect(CommandEnding(failure).standardError.contains("\nhint: ")) }
    }

    @Test(
        arguments: [
            (ClientFailure.unreachable(.unreachable(.connectionRefused)), "still live"),
            (.unreachable(.timeout(.response)), "not known"),
            (.unreachable(.unreachable(.connectionClosed)), "not known"),
            (.unavailable(refusal(503), retryAfter: nil), "still live"),
        ])
    func aRevocationThatWasNotConfirmed(_ failure: ClientFailure, _ words: String) {
        let failure = CommandFailure(revoking: failure, "credential")
        #expect(failure.status == .unreachable)
        #expect(failure.hint?.contains(words) == true)
    }

    @Test func theRequestIDIsNamedOnce() {
        #expect(CommandEnding(ClientFailure.refused(Self.refusal(400))).standardError.contains("m (request r1)"))
        let named = ClientFailure.Refusal(status: 400, code: "x", message: "m (request r1)", requestID: "r1")
        #expect(CommandEnding(ClientFailure.refused(named)).standardError == "error: m (request r1)\n")
    }

    @Test func exitCodesAreStable() {
        #expect(CommandStatus.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5])
        #expect(CommandStatus.table.split(separator: "\n").count == 6)
    }

    @Test func aVerdictSaysNothingMore() {
        let ending = CommandEnding(CommandFailure.verdict(.denied))
        #expect(ending.status == .denied)
        #expect(ending.standardError.isEmpty)
    }

    @Test func aMessageCannotSteerTheTerminal() {
        let hostile = ClientFailure.Refusal(
            status: 400, code: "x", message: "a\u{1B}]0;b\u{07}\nerror: c\u{202E}", requestID: nil)
        let text = CommandEnding(ClientFailure.refused(hostile)).standardError
        #expect(!text.unicodeScalars.contains("\u{1B}") && !text.unicodeScalars.contains("\u{202E}"))
        #expect(text.split(separator: "\n").count == 1)
    }
}
