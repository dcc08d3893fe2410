internal import StrictJSON

/// From a file of `providers.d` and its template to a provider's settings.
enum ProviderReader {
    static func read(_ root: YAMLNode, templates: ProviderTemplates, context: ReadingContext) -> ProviderFile? {
        guard case .map(let entries) = root.content else {
            context.report("a provider file is a map of keys, not \(root.kind)", at: root.position)
            return nil
        }
        let own = SettingsMap(entries: entries, at: root.position, context: context)
        let templateName = own["template"]?.text()
        let inputs = own["inputs"]?.inputs() ?? [:]
        guard let templateName else { return file(own, template: nil) }
        guard let template = ProviderTemplate.load(templateName, from: templates, context: context) else {
            own["template"]?.unknownTemplate(templateName, among: templates.names)
            return nil
        }
        for missing in template.inputs
        where inputs[missing] == nil && !entries.contains(where: { $0.key == missing })
            && template.entries.contains(where: { $0.value.mentions(missing) && !entries.map(\.key).contains($0.key) })
        {
            context.report("template '\(templateName)' needs a value: inputs: {\(missing): ...}", at: root.position)
        }
        let overridden = Set(entries.map(\.key))
        let inherited = template.entries.filter { !overridden.contains($0.key) }
            .map { YAMLEntry(key: $0.key, at: $0.keyPosition, value: $0.value.replacing(inputs)) }
        return file(SettingsMap(entries: entries + inherited, at: root.position, context: context), template: templateName)
    }

    private static func file(_ map: SettingsMap, template: String?) -> ProviderFile? {
        defer { map.finish() }
        map.allow(["template", "inputs"])
        map.refuse(unsupported: Unsupported.provider)
        let name = map.required("name")?.located { $0.name() }
        let type = map.required("type")?.providerType()
        let algorithms = map["algorithms"].map { $0.oneOrList(maximum: 16) { $0.located { $0.text(maximum: 16) } } }
        let keyCache = map["key_cache"]?.keyCache() ?? ProviderKeyCache()
        let title = map["title"]?.text()
        let issuer = map.required("issuer")?.located { $0.text(maximum: 2048) }
        let tenants = map["tenants"]?.oneOrList { $0.located { $0.text(maximum: 256) } } ?? []
        let audiences = map.required("audiences")?.oneOrList(maximum: 100) { $0.located { $0.text(maximum: 2048) } } ?? []
        let keys = keySource(map)
        let times = (
            skew: map["clock_skew"]?.duration(in: 0...300), age: map["max_token_age"]?.duration(in: 1...30 * 86_400)
        )
        let bits = map["maximum_rsa_bits"]?.integer(in: 2048...8192)
        if let empty = map["audiences"], audiences.isEmpty, case .list(let nodes) = empty.node.content, nodes.isEmpty {
            empty.report("is empty: no token could ever be accepted")
        }
        guard let name, let type, let issuer else { return nil }
        return ProviderFile(
            name: name.value, position: name.position, template: template, title: title, type: type, issuer: issuer,
            tenants: tenants, audiences: audiences, keys: keys, algorithms: algorithms ?? nil, clockSkew: times.skew,
            maximumTokenAge: times.age, maximumRSABits: bits, keyCache: keyCache, clientID: nil, clientSecret: nil,
            scopes: [])
    }

    /// `jwks_uri`, or `jwks` as `{file: path}` or as the key set itself; both is a problem.
    private static func keySource(_ map: SettingsMap) -> Located<ProviderKeySource>? {
        let (uri, inline) = (map["jwks_uri"], map["jwks"])
        if let uri, inline != nil { return uri.refuse("and 'jwks' are both set; the keys come from one place") }
        if let uri { return uri.located { $0.url().map(ProviderKeySource.uri) } }
        return inline?.located { $0.keySet().map(ProviderKeySource.inline) }
    }
}

extension SettingsValue {
    fileprivate func providerType() -> ProviderType? {
        guard let type = choice(ProviderType.self) else { return nil }
        if let why = Unsupported.providerTypes[type] {
            return refuse("is '\(type.rawValue)', which is not supported in this version: \(why)")
        }
        return type
    }

    fileprivate func unknownTemplate(_ name: String, among names: [String]) {
        context.report(
            "there is no template of this name", at: position, suggestion: Suggestion.nearest(to: name, among: names))
    }

    fileprivate func inputs() -> [String: String]? {
        guard let map = map() else { return nil }
        var inputs: [String: String] = [:]
        for entry in map.keys { inputs[entry.key] = map[entry.key]?.text(maximum: 2048) }
        return inputs
    }

    fileprivate func keyCache() -> ProviderKeyCache? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        return ProviderKeyCache(
            refresh: map["refresh"]?.duration(in: 60...7 * 86_400),
            maximumAge: map["max_age"]?.duration(in: 60...30 * 86_400), grace: map["grace"]?.duration(in: 0...86_400),
            unknownKeyCooldown: map["unknown_key_cooldown"]?.duration(in: 1...3600))
    }

    /// A key set (RFC 7517 §5): in a file as JSON, or inline. What is in it is JOSE's to check.
    fileprivate func keySet() -> JSONObject? {
        guard case .map(let entries) = node.content else { return refuse("must be {file: path} or a key set, not \(node.kind)") }
        guard entries.count == 1, let entry = entries.first, entry.key == "file" else {
            guard case .object(let set)? = node.json(context: context) else { return nil }
            return set["keys"] == nil ? refuse("must be {file: path} or a key set with 'keys'") : set
        }
        guard let content = SettingsValue(entry.value, key: "jwks.file", context: context).publicFile() else { return nil }
        do throws(JSONError) {
            return try JSONValue.parseObject(content.bytes)
        } catch {
            return refuse("is a file that is no JSON key set: \(error)")
        }
    }
}

extension YAMLNode {
    /// Whether `{name}` occurs in a text.
    fileprivate func mentions(_ name: String) -> Bool {
        switch content {
        case .scalar(let scalar): scalar.text.contains("{\(name)}")
        case .list(let nodes): nodes.contains { $0.mentions(name) }
        case .map(let entries): entries.contains { $0.value.mentions(name) }
        }
    }
}
