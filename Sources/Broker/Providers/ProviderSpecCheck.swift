import Federation
import Identifiers

/// What must hold of a spec before it is kept. Types, required members and enums were checked where it was read.
extension ProviderSpec {
    /// The name of a member in a request's body, for messages.
    func path(_ name: String) -> String { "spec.\(form.rawValue).\(name)" }

    func path(_ field: ProviderProposal.Field) -> String {
        switch field {
        case .issuer: path("issuer")
        case .audiences: path(form == .workload ? "audiences" : "client_id")
        case .algorithms: path("algorithms")
        case .clockSkew: path("allowed_clock_skew")
        case .keys: path("jwks_url")
        case .client: path("client_id")
        }
    }

    /// With its issuer said. The product lets it out and then checks none; here it is given, or follows from Google's
    /// name or Azure's tenant (contract README §3, security rule 6).
    func resolved() throws(ProviderFailure) -> ProviderSpec {
        var spec = self
        if form == .azure, issuer.isEmpty { spec.issuer = Self.azureIssuer(authorizationURL) }
        guard !spec.effectiveIssuer.isEmpty else {
            throw .invalid(
                field: path("issuer"),
                reason: "is required: the 'issuer' of the provider's /.well-known/openid-configuration")
        }
        if Self.azureTenant(spec.effectiveIssuer).map({ !Self.isTenant($0) }) ?? false {
            throw .invalid(
                field: path("issuer"),
                reason: "must name one tenant by its GUID: with 'common', 'organizations' or a place holder, everybody"
                    + " of every tenant could come in")
        }
        return spec
    }

    /// Lengths, characters and URLs.
    func check(with registry: ProviderRegistry) throws(ProviderFailure) {
        for field in Self.fields(of: form) {
            switch field.value {
            case .text(let keyPath, let limit):
                guard self[keyPath: keyPath].isEmpty || TextRule.isLine(self[keyPath: keyPath], atMost: limit) else {
                    throw .invalid(
                        field: path(field.name), reason: "must be at most \(limit) bytes without control characters")
                }
            case .url(let keyPath):
                let text = self[keyPath: keyPath]
                if !text.isEmpty, let obstacle = registry.obstacle(toFetching: text) {
                    throw .invalid(field: path(field.name), reason: obstacle)
                }
            case .flag, .seconds, .texts, .prompt, .secret, .alwaysTrue: break
            }
        }
        guard hostedDomain.isEmpty || TextRule.isDomain(hostedDomain) else {
            throw .invalid(
                field: path("hosted_domain"), reason: "must be a domain name in lower case, such as example.com")
        }
        guard authoritativeDomains.count <= 100, authoritativeDomains.allSatisfy({ TextRule.isDomain($0) }) else {
            throw .invalid(
                field: path("authoritative_domains"),
                reason: "must be at most 100 domain names in lower case, such as example.com")
        }
    }

    /// What its name begins with: its display name in a name's letters, or its type; short enough for the suffix.
    var slug: String {
        let type =
            switch form {
            case .azure: "azure"
            case .google: "google"
            case .generic: "oidc"
            case .okta: "okta"
            case .workload: "workload"
            }
        var bytes: [UInt8] = []
        for byte in displayName.utf8 {
            let lower = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
            if Self.isNameByte(lower) {
                bytes.append(lower)
            } else if let last = bytes.last, last != UInt8(ascii: "-") {
                bytes.append(UInt8(ascii: "-"))
            }
        }
        let text = String(decoding: bytes.prefix(48), as: UTF8.self)
        let end = text.utf8.reversed().prefix { $0 == UInt8(ascii: "-") }.count
        let slug = String(text.dropLast(end))
        return slug.isEmpty ? type : slug
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }

    // MARK: Azure

    private static let azureHosts = [
        "https://login.microsoftonline.com/", "https://login.microsoftonline.us/",
        "https://login.partner.microsoftonline.cn/", "https://sts.windows.net/",
    ]

    /// `https://login.microsoftonline.com/<tenant>/oauth2/v2.0/authorize` belongs to the issuer
    /// `https://login.microsoftonline.com/<tenant>/v2.0`.
    private static func azureIssuer(_ authorizationURL: String) -> String {
        guard let host = azureHost(authorizationURL), let tenant = azureTenant(authorizationURL) else { return "" }
        return "\(host)\(tenant)/v2.0"
    }

    /// The first part of the path, at Azure's hosts; `nil` elsewhere.
    private static func azureTenant(_ url: String) -> String? {
        guard let host = azureHost(url) else { return nil }
        return String(decoding: url.utf8.dropFirst(host.utf8.count).prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self)
    }

    private static func azureHost(_ url: String) -> String? { azureHosts.first { url.utf8.starts(with: $0.utf8) } }

    /// A GUID: names of tenants change hands, and tokens never carry them.
    private static func isTenant(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return parts.map(\.count) == [8, 4, 4, 4, 12]
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x66).contains($0) || $0 == UInt8(ascii: "-")
            }
    }
}
