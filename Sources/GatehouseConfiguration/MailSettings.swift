internal import Identifiers
package import Secrets

/// `mail`: the server that e-mail is given to.
package struct MailSettings: Sendable {
    /// `smtps://host[:port]`, or `smtp://host[:port]` with STARTTLS.
    package let server: String
    /// A server on this machine may be spoken to in the open.
    package let isLoopback: Bool
    package let from: String
    package let username: String?
    package let password: Secret?
    /// A file of certificates in PEM instead of the system's.
    package let authorityFile: String?
}

extension SettingsValue {
    /// `{server: smtps://smtp.example.com, from: id@example.com, username: ..., password: ..., certificate_authority: file}`
    func mail() -> MailSettings? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        let (server, from) = (map.required("server")?.mailServer(), map.required("from")?.mailAddress())
        let (username, password) = (map["username"].map { $0.text(maximum: 256) }, map["password"].map { $0.secret() })
        let authority = map["certificate_authority"].map { $0.path() }
        if password != nil, username == nil { return refuse("has a password and no username") }
        guard let server, let from, username != .some(nil), authority != .some(nil) else { return nil }
        if let password, password == nil { return nil }
        return MailSettings(
            server: server.url, isLoopback: server.isLoopback, from: from, username: username ?? nil,
            password: password ?? nil, authorityFile: authority ?? nil)
    }

    private func mailServer() -> (url: String, isLoopback: Bool)? {
        guard let text = text(maximum: 512) else { return nil }
        let scheme = ["smtps://", "smtp://"].first { text.hasPrefix($0) }
        guard let scheme else { return refuse("must be smtps://host[:port], or smtp://host[:port] with STARTTLS") }
        let rest = String(text.dropFirst(scheme.utf8.count))
        let hasPort = rest.utf8.last != UInt8(ascii: "]") && rest.utf8.contains(UInt8(ascii: ":"))
        let address = SocketAddress(hasPort ? rest : rest + (scheme == "smtps://" ? ":465" : ":587"))
        guard let address, address.port > 0 else {
            return refuse("must be smtps://host[:port], or smtp://host[:port] with STARTTLS")
        }
        return (scheme + address.description, address.isLoopback)
    }

    private func mailAddress() -> String? {
        guard let text = text(maximum: 320) else { return nil }
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>(),;:\\\"[]".utf8.contains($0) }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard isPlain, parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
            return refuse("must be an e-mail address without a name, such as id@example.com")
        }
        return text
    }
}
