internal import AccessPolicy
internal import Identifiers
internal import JOSE
internal import OAuth
internal import Secrets
internal import StrictJSON

/// From a file of `clients.d` to its clients. A file has one key, `clients`.
enum ClientReader {
    static func read(_ root: YAMLNode, context: ReadingContext) -> [Located<ClientDefinition>] {
        guard case .map(let entries) = root.content else {
            context.report("a client file is a map with the key 'clients', not \(root.kind)", at: root.position)
            return []
        }
        let map = SettingsMap(entries: entries, at: root.position, context: context)
        defer { map.finish() }
        return map.required("clients")?.list(maximum: 10_000) { $0.map().flatMap(client) } ?? []
    }

    private static func client(_ map: SettingsMap) -> Located<ClientDefinition>? {
        defer { map.finish() }
        let metadata = ClientMetadataReader(map: map).read()
        let secrets = secrets(map)
        let roles = map["namespaces"].map { $0.namespaceRoles() } ?? NamespaceAccess.none
        // A problem of the metadata would be told again as one of the secrets.
        guard let metadata, let secrets, secretsFit(metadata, secrets, map), let roles else { return nil }
        let definition = ClientDefinition(metadata: metadata, secrets: secrets, roles: roles)
        return Located(definition, at: map["client_id"]?.position ?? map.position)
    }

    /// `client_secret`, or `client_secrets` with one or two.
    private static func secrets(_ map: SettingsMap) -> [Secret]? {
        switch (map["client_secret"], map["client_secrets"]) {
        case (nil, nil): return []
        case (let one?, nil): return one.clientSecret().map { [$0] }
        case (nil, let several?): return several.clientSecrets()
        case (let one?, _?): return one.refuse("and 'client_secrets' are both set; write all into 'client_secrets'")
        }
    }

    private static func secretsFit(_ metadata: ClientMetadata, _ secrets: [Secret], _ map: SettingsMap) -> Bool {
        let method = "token_endpoint_auth_method '\(metadata.tokenEndpointAuthMethod.rawValue)'"
        switch metadata.tokenEndpointAuthMethod {
        case .clientSecretBasic, .clientSecretPost:
            guard secrets.isEmpty else { return true }
            map.context.report("key 'client_secret' is missing, which \(method) needs", at: map.position)
        case .none, .privateKeyJWT:
            guard !secrets.isEmpty else { return true }
            (map["client_secret"] ?? map["client_secrets"])?.report("does not go with \(method)")
        }
        return false
    }
}

extension SettingsValue {
    /// What cannot be guessed: 16 random bytes in the shortest way to write them.
    private static let shortestClientSecret = 16

    fileprivate func clientSecret() -> Secret? {
        guard let secret = secret() else { return nil }
        return secret.count >= Self.shortestClientSecret
            ? secret : refuse("must have at least \(Self.shortestClientSecret) bytes")
    }

    fileprivate func clientSecrets() -> [Secret]? {
        guard let secrets = list({ $0.clientSecret() }) else { return nil }
        guard let first = secrets.first, secrets.count <= 2 else { return refuse("must be one secret or two") }
        guard !secrets.dropFirst().contains(where: { $0.matches(first) }) else { return refuse("has the same twice") }
        return secrets
    }

    /// `{payments: [deployer], "*": monitor}`
    func namespaceRoles() -> NamespaceAccess? {
        guard let map = map() else { return nil }
        var access = NamespaceAccess.none
        var isGood = true
        for entry in map.keys {
            let names = map[entry.key]?.oneOrList(maximum: 100) { $0.parsed(RoleName.init) }
            do throws(InvalidValue) {
                let pattern = try NamespacePattern(entry.key)
                if let names { access.add(Set(names), in: pattern) } else { isGood = false }
            } catch {
                context.report("'\(key)' \(error.reason)", at: entry.keyPosition)
                isGood = false
            }
        }
        return isGood ? access : nil
    }
}
