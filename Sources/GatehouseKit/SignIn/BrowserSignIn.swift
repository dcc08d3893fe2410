import OAuth

/// Sign-in in the browser of this machine: a code with PKCE, which comes back to a loopback address (RFC 8252).
struct BrowserSignIn: Sendable {
    let server: AuthorizationServer
    /// Whether a browser was started.
    let open: @Sendable (String) -> Bool
    var limit = Duration.seconds(180)
    let tell: @Sendable (String) -> Void

    func run() async throws(CommandFailure) -> TokenGrant {
        let listener = try LoopbackListener()
        let start = try AuthorizationStart(server, redirectURI: listener.redirectURI)
        let isOpen = open(start.url)
        tell(
            (isOpen ? "Your browser opens to sign you in. If it does not, open this:" : "Open this to sign in:")
                + "\n\n  \(Printable.line(start.url))\n\nWaiting for \(HumanTime.duration(limit.components.seconds)) …\n"
        )
        guard let (parameters, connection) = await listener.callback(state: start.state, within: limit) else {
            throw .unanswered
        }
        do throws(CommandFailure) {
            let code = try SignInCallback.code(parameters, issuer: server.issuer)
            switch try await server.redeem(code: code, verifier: start.verifier, redirectURI: start.redirectURI) {
            case .granted(let grant):
                connection.answer(.signedIn)
                return grant
            case .refused(let refusal): throw CommandFailure(refusal)
            }
        } catch {
            connection.answer(.failed)
            throw error
        }
    }
}
