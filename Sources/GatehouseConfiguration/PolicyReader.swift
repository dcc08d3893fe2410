internal import StrictJSON

/// From a file of `policies.d` to its policies. A file has one key, `policies`.
enum PolicyReader {
    static func read(_ root: YAMLNode, context: ReadingContext) -> [PolicyFileEntry] {
        guard case .map(let entries) = root.content else {
            context.report("a policy file is a map with the key 'policies', not \(root.kind)", at: root.position)
            return []
        }
        let map = SettingsMap(entries: entries, at: root.position, context: context)
        defer { map.finish() }
        guard case .list(let nodes)? = map.required("policies")?.node.content else {
            if let value = map["policies"] { value.report("must be a list, not \(value.node.kind)") }
            return []
        }
        return nodes.compactMap { node in
            SettingsValue(node, key: "policies", context: context).map().flatMap(policy)
        }
    }

    private static func policy(_ map: SettingsMap) -> PolicyFileEntry? {
        defer { map.finish() }
        let name = map.required("name")?.located { $0.name() }
        let provider = map.required("provider")?.located { $0.name() }
        let when = map.required("when")?.located { $0.expression() }
        let subject = map["subject"].map { $0.located { $0.expression() } }
        let grants = map.required("grant")?.list(maximum: 1000) { $0.grant() }
        let credentials = map["credentials"].map { $0.credentials() }
        let audiences = map["audiences"].map { $0.oneOrList(maximum: 100) { $0.located { $0.text(maximum: 2048) } } }
        let singleUse = map["single_use"].map { $0.bool() }
        let mode = map["mode"].map { $0.choice(PolicyFileEntry.Mode.self) }
        let examples = map["examples"].map { $0.list { $0.example() } }
        // What was written and is wrong has been reported, so a default in its place never comes into force.
        guard let name, let provider, let when, let grants else { return nil }
        return PolicyFileEntry(
            name: name, provider: provider, when: when, subject: subject ?? nil, grants: grants,
            credentialTypes: credentials??.types, maximumLifetime: credentials??.maximumLifetime,
            audiences: (audiences ?? nil) ?? [], singleUse: (singleUse ?? nil) ?? false, mode: (mode ?? nil) ?? .enforce,
            examples: (examples ?? nil) ?? [], position: map.position)
    }
}

extension SettingsValue {
    /// CEL: any scalar as it was written, on one line or several. `when: true` is the expression `true`.
    fileprivate func expression() -> String? {
        guard case .scalar(let scalar) = node.content else { return refuse("must be a CEL expression, not \(node.kind)") }
        guard scalar.text.utf8.count <= 64 << 10 else { return refuse("is longer than 64 KiB") }
        let text = scalar.text.utf8.last == UInt8(ascii: "\n") ? String(scalar.text.dropLast()) : scalar.text
        return text.isEmpty ? refuse("is empty") : text
    }

    fileprivate func grant() -> PolicyFileEntry.Grant? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        let namespace = map.required("namespace")?.located { $0.text(maximum: 64) }
        let roles = map.required("roles")?.oneOrList(maximum: 100) { $0.located { $0.text(maximum: 256) } }
        guard let namespace, let roles else { return nil }
        return PolicyFileEntry.Grant(namespace: namespace, roles: roles)
    }

    fileprivate func credentials() -> (types: [Located<String>]?, maximumLifetime: Int64?)? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        return (
            map["types"]?.oneOrList(maximum: 16) { $0.located { $0.text(maximum: 64) } },
            map["max_ttl"]?.duration(in: 1...90 * 86_400)
        )
    }

    /// `{accept: claims}` or `{refuse: claims}`.
    fileprivate func example() -> PolicyFileEntry.Example? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        let written = PolicyFileEntry.Example.Expectation.allCases.compactMap { expectation in
            map.entry(expectation.rawValue).map { (expectation, $0) }
        }
        guard written.count == 1, let (expectation, entry) = written.first else {
            return refuse("must each have one of 'accept' and 'refuse', with claims")
        }
        guard case .map = entry.value.content else {
            return refuse("must have claims as a map under '\(expectation.rawValue)'")
        }
        guard case .object(let claims)? = entry.value.json(context: context) else { return nil }
        return PolicyFileEntry.Example(expectation: expectation, claims: claims, position: entry.keyPosition)
    }
}
