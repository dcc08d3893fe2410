internal import Identifiers
internal import JOSE

/// The providers in force, as one value that is replaced whole.
struct ProviderTable: Sendable {
    let providers: [Provider]
    private let exact: [Key: [Provider]]
    private let templates: [Provider]

    init(_ providers: [Provider]) {
        self.providers = providers
        var exact: [Key: [Provider]] = [:]
        var templates: [Provider] = []
        // One that signs nothing has no tokens.
        for provider in providers where provider.definition.keySource != .none {
            switch provider.definition.issuer {
            case .exactly(let issuer): exact[Key(issuer.rawValue), default: []].append(provider)
            case .template: templates.append(provider)
            }
        }
        (self.exact, self.templates) = (exact, templates)
    }

    /// The provider of that name.
    func provider(named name: ProviderName) -> Provider? { providers.first { $0.definition.name == name } }

    func provider(as name: String) -> Provider? {
        providers.first { $0.definition.name.rawValue.hasSameBytes(as: name) }
    }

    /// Whose token this says it is. Several providers may share an issuer; then the audience decides, and exactly one
    /// must fit.
    func provider(of token: UnverifiedToken) throws(FederationFailure) -> Provider {
        guard let issuer = token.claims.issuer else { throw .token(.missingClaim("iss")) }
        let named = exact[issuer] ?? []
        let candidates = named.isEmpty ? templates.filter { $0.definition.mayIssue(issuer) } : named
        guard let first = candidates.first else { throw .unknownIssuer }
        if candidates.count == 1 { return first }
        let fitting = candidates.filter { token.claims.audiences.contains(where: $0.definition.audiences.contains) }
        guard let only = fitting.first else {
            throw .token(token.claims["aud"] == nil ? .missingClaim("aud") : .wrongAudience)
        }
        guard fitting.count == 1 else { throw .ambiguousProvider }
        return only
    }
}
