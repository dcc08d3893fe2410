internal import Federation
internal import HTTPFetch
internal import Identifiers
internal import JOSE

/// From a file of `providers.d` and its template to a provider's definition.
struct ProviderReader {
    let templates: TemplateCatalog
    /// Origins that may be plain http, loopback or private.
    let allowOrigins: Set<Origin>
    let context: ReadingContext

    func read(_ root: YAMLNode) -> Located<ConfiguredProvider>? {
        guard case .map(let entries) = root.content else {
            context.report("a provider file is a map of keys, not \(root.kind)", at: root.position)
            return nil
        }
        let own = SettingsMap(entries: entries, at: root.position, context: context)
        guard let name = own["template"] else { return definition(own, claims: []) }
        guard let template = template(name) else { return nil }
        guard let inherited = template.entries(besides: entries, inputs: own["inputs"]?.inputs() ?? [:], at: name)
        else { return nil }
        let joined = SettingsMap(entries: entries + inherited, at: root.position, context: context)
        return definition(joined, claims: template.claims)
    }

    private func template(_ value: SettingsValue) -> ProviderTemplate? {
        guard let name = value.text(maximum: 128) else { return nil }
        if templates.names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
            return ProviderTemplate.load(name, from: templates, context: context)
        }
        return value.refuse(
            "names no template that there is", suggestion: Suggestion.nearest(to: name, among: templates.names))
    }

    private func definition(_ map: SettingsMap, claims: [KnownClaim]) -> Located<ConfiguredProvider>? {
        defer { map.finish() }
        map.allow(["template", "inputs", "title"])
        let name = map.required("name")?.located { $0.parsed(ProviderName.init) }
        let kind = map.required("type")?.choice(ProviderKind.self)
        let client = SignInReader(map: map, allowOrigins: allowOrigins).read(kind)
        let issuer = issuer(map)
        let bits = map["maximum_rsa_bits"]?.integer(in: 2048...8192).map(Int.init) ?? 4096
        let keys = keySource(map, kind, maximumRSABits: bits)
        let audiences = audiences(map, client)
        let algorithms = map["algorithms"]?.algorithms() ?? ProviderDefinition.defaultAlgorithms
        let clockSkew = map["clock_skew"]?.duration(in: 0...ProviderDefinition.largestClockSkew)
        let maximumTokenAge = map["max_token_age"]?.duration(in: 1...30 * 86_400)
        let type = map["token_types"]?.typeRule() ?? .jwt
        let cache = map["key_cache"]?.keyCache() ?? KeyCacheSettings()
        let (registration, credential): (ClientRegistration?, ClientCredential?)
        switch client {
        case .client(let ours, let proof): (registration, credential) = (ours, proof)
        case .none: (registration, credential) = (nil, nil)
        case .refused: return nil
        }
        guard let name, let kind, let issuer, let keys else { return nil }
        // One tenant would speak for the domain of another.
        if case .template = issuer, let domains = map["authoritative_domains"] {
            return domains.refuse("does not go with an issuer that has \(IssuerTemplate.placeholder); write one issuer")
        }
        do throws(InvalidValue) {
            let definition = try ProviderDefinition(
                name: name.value, kind: kind, issuer: issuer, audiences: audiences, algorithms: algorithms, type: type,
                clockSkew: clockSkew ?? 60, maximumTokenAge: maximumTokenAge, maximumRSABits: bits, keySource: keys,
                keyCache: cache, knownClaims: claims, client: registration)
            return Located(ConfiguredProvider(definition: definition, credential: credential), at: name.position)
        } catch {
            // What each field says was reported where it stands; this is what they say together.
            if audiences.isEmpty { return nil }
            context.report(error.reason, at: name.position)
            return nil
        }
    }

    /// Where people sign in, an ID token is for the client, and nothing else need be.
    private func audiences(_ map: SettingsMap, _ client: SignInReader.Answer) -> Set<Audience> {
        if let value = map["audiences"] { return value.audiences() ?? [] }
        switch client {
        case .client(let registration, _): return (try? Audience(registration.clientID)).map { [$0] } ?? []
        case .none: return map.required("audiences")?.audiences() ?? []
        case .refused: return []
        }
    }

    /// One issuer, or a template with `{tenantid}` and the tenants that may come in; `tenants: any` lets all in.
    private func issuer(_ map: SettingsMap) -> IssuerRule? {
        let (issuer, tenants) = (map.required("issuer"), map["tenants"])
        guard let issuer, let text = issuer.text(maximum: 2048) else { return nil }
        guard text.contains(IssuerTemplate.placeholder) else {
            tenants?.report("only goes with an issuer that has \(IssuerTemplate.placeholder)")
            let plain = Set(allowOrigins.map { Key($0.rawValue) })
            return issuer.parsed { text throws(InvalidValue) in
                try Issuer(text, allowingPlainHTTPOrigins: plain)
            }.map { .exactly($0) }
        }
        guard let tenants else {
            return issuer.refuse("has \(IssuerTemplate.placeholder), so 'tenants' must say whose tokens are taken")
        }
        guard let names = tenants.oneOrList({ $0.text(maximum: 64) }) else { return nil }
        guard !names.isEmpty else { return tenants.refuse("is empty: no token could ever be accepted") }
        let allowed: IssuerTemplate.Tenants = names == ["any"] ? .any : .only(Set(names.map { Key($0) }))
        return issuer.parsed { text throws(InvalidValue) in
            try IssuerTemplate(text, tenants: allowed)
        }.map { .template($0) }
    }

    /// `jwks_uri`, or `jwks` as `{file: path}` or as the key set itself, or discovery. Of OAuth 2.0 alone nothing is
    /// signed.
    private func keySource(_ map: SettingsMap, _ kind: ProviderKind?, maximumRSABits: Int) -> KeySource? {
        switch (map["jwks_uri"], map["jwks"]) {
        case (nil, nil): return kind == .oauth2 ? KeySource.none : .discovery
        case (let uri?, nil): return uri.fetchURL(allowing: allowOrigins).map { .jwksURI($0) }
        case (nil, let set?): return set.keySet(maximumRSABits: maximumRSABits).map { .keySet($0) }
        case (let uri?, _?): return uri.refuse("and 'jwks' are both set; the keys come from one place")
        }
    }
}
