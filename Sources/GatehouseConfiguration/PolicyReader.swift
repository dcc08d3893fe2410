internal import AccessPolicy
internal import Identifiers
internal import StrictJSON

/// From a file of `policies.d` to its policies, as written. A file has one key, `policies`. Whether a condition
/// compiles and the examples hold is for `PolicySet` to say: such a policy is refused alone.
enum PolicyReader {
    static func read(_ root: YAMLNode, context: ReadingContext) -> [PolicyDefinition] {
        guard case .map(let entries) = root.content else {
            context.report("a policy file is a map with the key 'policies', not \(root.kind)", at: root.position)
            return []
        }
        let map = SettingsMap(entries: entries, at: root.position, context: context)
        defer { map.finish() }
        return map.required("policies")?.list(maximum: 10_000) { $0.map().flatMap(policy) } ?? []
    }

    private static func policy(_ map: SettingsMap) -> PolicyDefinition? {
        defer { map.finish() }
        let name = map.required("name")?.name()
        let provider = map.required("provider")?.name()
        let when = map.required("when")?.expression()
        let subject = map["subject"]?.expression()
        let grants = map.required("grant")?.list { $0.grant() }
        let credentials = map["credentials"]?.credentials()
        let audiences = map["audiences"]?.oneOrList(maximum: PolicyLimits.audiences) { $0.text(maximum: 1024) } ?? []
        let singleUse = map["single_use"]?.bool() ?? false
        let mode = map["mode"]?.choice(PolicyDefinition.Mode.self) ?? .enforce
        let examples = map["examples"]?.list(maximum: PolicyLimits.examples) { $0.example() } ?? []
        // What was written and is wrong has been reported, so a default in its place never comes into force.
        guard let name, let provider, let when, let grants else { return nil }
        return PolicyDefinition(
            name: name, position: PolicyPosition(map.position), provider: provider, when: when.text,
            whenPosition: when.position, subject: subject?.text, subjectPosition: subject?.position, grant: grants,
            credentialTypes: credentials?.types.map(\.rawValue) ?? [], maximumLifetime: credentials?.maximumLifetime,
            audiences: audiences, singleUse: singleUse, mode: mode, examples: examples)
    }
}

extension PolicyPosition {
    init(_ position: ConfigurationPosition) {
        self.init(file: position.file, line: position.line, column: position.column)
    }
}

extension SettingsValue {
    /// CEL: any scalar as it was written, on one line or several, and no variables of the environment in it.
    /// `when: true` is the expression `true`. The place is of the expression's first character, where that can be told.
    fileprivate func expression() -> (text: String, position: PolicyPosition?)? {
        guard case .scalar(let scalar) = node.content else {
            return refuse("must be a CEL expression, not \(node.kind)")
        }
        guard scalar.text.utf8.count <= 64 << 10 else { return refuse("is longer than 64 KiB") }
        let text = scalar.text.utf8.last == UInt8(ascii: "\n") ? String(scalar.text.dropLast()) : scalar.text
        guard !text.isEmpty else { return refuse("is empty") }
        switch scalar.style {
        case .plain: return (text, PolicyPosition(position))
        case .quoted
        where !text.utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "'") || $0 < 0x20 }):
            return (text, PolicyPosition(file: position.file, line: position.line, column: position.column + 1))
        case .quoted, .block: return (text, nil)
        }
    }

    fileprivate func grant() -> GrantDefinition? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        let namespace = map.required("namespace")?.parsed(NamespacePattern.init)
        let roles = map.required("roles")?.oneOrList(maximum: 100) { $0.parsed(RoleName.init) }
        guard let namespace, let roles else { return nil }
        return GrantDefinition(namespace: namespace, roles: roles)
    }

    fileprivate func credentials() -> (types: [PolicyCredentialType], maximumLifetime: Int64?)? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        return (
            map["types"]?.oneOrList(maximum: 16) { $0.choice(PolicyCredentialType.self) } ?? [],
            map["max_ttl"]?.duration(in: 1...PolicyLimits.maximumLifetime)
        )
    }

    /// `{accept: claims}` or `{refuse: claims}`.
    fileprivate func example() -> PolicyExample? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        let written = PolicyExample.Kind.allCases.compactMap { kind in map.entry(kind.rawValue).map { (kind, $0) } }
        guard written.count == 1, let (kind, entry) = written.first else {
            return refuse("must each have one of 'accept' and 'refuse', with claims")
        }
        guard case .map = entry.value.content else {
            return refuse("must have claims as a map under '\(kind.rawValue)'")
        }
        guard case .object(let claims)? = entry.value.json(context: context) else { return nil }
        return PolicyExample(kind, claims: claims, position: PolicyPosition(entry.keyPosition))
    }

    /// Text that a domain type takes or refuses with a reason.
    func parsed<Value>(_ parse: (String) throws(InvalidValue) -> Value) -> Value? {
        guard let text = text() else { return nil }
        do throws(InvalidValue) {
            return try parse(text)
        } catch {
            return refuse(error.reason)
        }
    }
}
