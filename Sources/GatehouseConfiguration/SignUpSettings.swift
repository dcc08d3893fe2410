package import AccessPolicy

/// `sign_up`: who may become a user by themselves, as long as no administrator has said so over the API.
package struct SignUpSettings: Hashable, Sendable {
    package enum Mode: String, CaseIterable, Sendable {
        case closed, invitation, domains, open
    }

    package let mode: Mode
    /// Lower case; for `domains`.
    package let domains: [String]
    /// What whoever comes in is given, beside what the access policies say.
    package let roles: NamespaceAccess
}

extension SettingsValue {
    /// `{mode: domains, domains: [example.com], namespaces: {payments: [developer]}}`
    func signUp() -> SignUpSettings? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        let mode = map.required("mode")?.choice(SignUpSettings.Mode.self)
        let domains = map["domains"].map { $0.mailDomains() } ?? []
        let roles = map["namespaces"].map { $0.namespaceRoles() } ?? NamespaceAccess.none
        guard let mode, let domains, let roles else { return nil }
        guard (mode == .domains) == !domains.isEmpty else {
            return refuse("must have domains with mode 'domains', and with no other")
        }
        return SignUpSettings(mode: mode, domains: domains, roles: roles)
    }

    /// Domains as they stand behind the `@` of an address.
    func mailDomains() -> [String]? {
        oneOrList(maximum: 1000) { value -> String? in
            guard let text = value.text(maximum: 253) else { return nil }
            guard HostName.isValid(text), text.contains("."), !text.hasPrefix("."), !text.hasSuffix("."),
                !text.utf8.contains(where: { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
            else { return value.refuse("must be a domain in lower case, such as example.com") }
            return text
        }
    }
}
