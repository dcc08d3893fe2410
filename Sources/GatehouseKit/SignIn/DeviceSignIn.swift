import HTTPFetch
import OAuth

/// Sign-in with a code that is typed on another device (RFC 8628): for machines without a browser.
struct DeviceSignIn: Sendable {
    let server: AuthorizationServer
    let clock: SignInClock
    /// Seconds, when somebody did not ask for this and must not be kept waiting for as long as the code lasts.
    var limit: Int64?
    let tell: @Sendable (String) -> Void

    func run() async throws(CommandFailure) -> TokenGrant {
        let codes = try await server.authorizeDevice()
        let lifetime = min(codes.expiresIn, limit ?? codes.expiresIn)
        let deadline = clock.now().addingReportingOverflow(lifetime).partialValue
        tell(
            """
            Open this page on any device:  \(Printable.line(codes.verificationURI))
            and enter the code:            \(Printable.line(codes.userCode))
            Waiting for \(HumanTime.duration(lifetime)) …

            """)
        var interval = codes.interval
        while clock.now() < deadline {
            await clock.sleep(interval)
            switch try await ask(codes, &interval) {
            case .granted(let grant): return grant
            case .refused(let refusal):
                switch refusal.code {
                case .authorizationPending: continue
                case .slowDown: interval = min(interval &+ 5, 120)  // RFC 8628 §3.5
                case .accessDenied: throw CommandFailure(.failure, "the sign-in was denied on the other device")
                case .expiredToken: throw .unanswered
                default: throw CommandFailure(refusal)
                }
            case nil: continue
            }
        }
        throw .unanswered
    }

    /// `nil` when the server could not be reached, which may pass: then less often (RFC 8628 §3.5).
    private func ask(_ codes: DeviceCodes, _ interval: inout Int64) async throws(CommandFailure) -> TokenAnswer? {
        do throws(CommandFailure) {
            return try await server.redeem(deviceCode: codes.deviceCode)
        } catch  where error.status == .unreachable {
            interval = min(interval &* 2, 120)
            return nil
        }
    }
}

extension CommandFailure {
    static var unanswered: CommandFailure {
        CommandFailure(.notSignedIn, "nobody signed in in time", hint: "run gatehouse login to try again")
    }
}
