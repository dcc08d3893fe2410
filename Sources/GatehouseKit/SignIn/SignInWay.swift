/// How a person signs in from here.
enum SignInWay: Hashable, Sendable {
    case browser
    /// The address is printed and nothing opened.
    case printedAddress
    case device

    /// A browser on this machine is of use to who sits at it: not over SSH, and not without a display.
    static func choose(device: Bool = false, noBrowser: Bool = false, _ environment: [String: String]) -> SignInWay {
        func has(_ name: String) -> Bool { environment[name]?.isEmpty == false }
        if device { return .device }
        if noBrowser { return .printedAddress }
        return has("SSH_CONNECTION") || !(has("DISPLAY") || has("WAYLAND_DISPLAY")) ? .device : .browser
    }

    /// Who asked for the device flow has the time that the server gives; a command that asks by itself has three minutes.
    func signIn(
        clock: SignInClock, isAsked: Bool, environment: [String: String], tell: @escaping @Sendable (String) -> Void
    ) -> StoredSignIn.SignIn {
        { (server: AuthorizationServer) async throws(CommandFailure) -> TokenGrant in
            switch self {
            case .device:
                try await DeviceSignIn(server: server, clock: clock, limit: isAsked ? nil : 180, tell: tell).run()
            case .browser:
                try await BrowserSignIn(
                    server: server, open: { Browser.open($0, environment) }, tell: tell
                ).run()
            case .printedAddress: try await BrowserSignIn(server: server, open: { _ in false }, tell: tell).run()
            }
        }
    }
}
