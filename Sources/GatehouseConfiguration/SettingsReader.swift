internal import Identifiers
internal import JOSE

/// From the keys of `gatehouse.yaml` to settings.
enum SettingsReader {
    /// `nil` when something that cannot be left out is missing or wrong; the context has the problems. `folder` is that
    /// of the first file, where the defaults of paths lie.
    static func read(_ map: SettingsMap, folder: String) -> GatehouseSettings? {
        defer { map.finish() }
        map.refuse(unsupported: Unsupported.settings)
        let tls = map["tls"].map { $0.tls() }
        let listeners = map["listen"].map { $0.listeners(tls: tls ?? nil) }
        let publicURL = map.required("public_url")?.publicURL()
        let database = map["database"].map { $0.database() }
        let plugins = map["plugins"].map { $0.plugins() }
        let defaultListener = ListenerSettings(address: SocketAddress(host: "127.0.0.1", port: 8080), tls: tls ?? nil)
        // Everything is read before anything is given up, so that all problems show.
        let (proxy, limits, tenant) = (
            map["proxy"].map { $0.proxy() }, map["limits"].map { $0.limits() }, map["tenant"].map { $0.tenant() }
        )
        let (providers, policies) = (map["providers"]?.folder(), map["policies"]?.folder())
        let clients = map["clients"]?.folder()
        let sessions = map["sessions"]?.sessions()
        let signUp = map["sign_up"]?.signUp()
        let keys = map["keys"].map { $0.keys() }
        let origins = map["outbound"].map { $0.outbound() }
        let bootstrap = map["bootstrap"].map { $0.bootstrap() }
        let certificates = map["certificates"].map { $0.certificates() }
        let mail = map["mail"].map { $0.mail() }
        let userToken = map["user_token"].map { $0.userTokenService() }
        let ignores = map["authentication_policies"].map { $0.ignoresAuthenticationPolicies() }
        guard let publicURL else { return nil }
        var settings = GatehouseSettings(
            listeners: (listeners ?? [defaultListener]) ?? [], publicURL: publicURL, proxy: proxy ?? nil,
            database: (database ?? nil) ?? .sqlite(path: FilePath.resolve("var/gatehouse.db", in: folder)),
            providersFolder: providers, policiesFolder: policies,
            keysFolder: (keys ?? nil)?.folder ?? FilePath.resolve("var/keys", in: folder),
            signingAlgorithm: (keys ?? nil)?.algorithm ?? .ES256,
            allowedOrigins: (origins ?? nil) ?? [], bootstrapToken: bootstrap ?? nil,
            limits: (limits ?? nil) ?? .standard, tenant: (tenant ?? nil) ?? "default",
            certificates: (certificates ?? nil) ?? CertificateConfiguration(),
            plugins: (plugins ?? nil) ?? PluginName.standard)
        settings.clientsFolder = clients
        settings.sessionIdle = sessions?.idle ?? SessionLifetimes.idle
        settings.sessionAbsolute = sessions?.absolute ?? SessionLifetimes.absolute
        settings.signUp = signUp
        settings.mail = mail ?? nil
        settings.userTokenService = userToken ?? nil
        settings.ignoresAuthenticationPolicies = (ignores ?? nil) ?? false
        return settings
    }
}

extension SettingsValue {
    fileprivate func publicURL() -> WebURL? {
        guard let url = url() else { return nil }
        if !url.isSecure, !url.isLoopback { return refuse("must begin with https:// unless it is a loopback address") }
        if url.path == "/" { return refuse("must not end in '/': it is the issuer of every token, byte by byte") }
        guard url.path.isEmpty else { return refuse("must have no path: everything is served from the root") }
        do throws(InvalidValue) {
            _ = try Issuer(url.text, allowingPlainHTTPOrigins: url.isLoopback ? [Key(url.origin)] : [])
            return url
        } catch {
            return refuse(error.reason)
        }
    }

    /// `{url: https://service.example/sso}`
    fileprivate func userTokenService() -> WebURL? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        guard let value = map.required("url"), let url = value.url() else { return nil }
        guard url.isSecure || url.isLoopback else {
            return refuse("must begin with https:// unless it is a loopback address")
        }
        return url
    }

    fileprivate func ignoresAuthenticationPolicies() -> Bool? {
        guard let text = text() else { return nil }
        switch text {
        case "enforce": return false
        case "ignore": return true
        default: return refuse("must be enforce or ignore")
        }
    }

    fileprivate func database() -> GatehouseSettings.Database? {
        guard let text = text() else { return nil }
        let scheme = String(text.prefix { $0 != ":" })
        if let why = Unsupported.databases[scheme] { return refuse("is not supported in this version: \(why)") }
        let path = String(text.dropFirst("sqlite:".count))
        guard text.hasPrefix("sqlite:"), !path.isEmpty, !path.hasPrefix("//") else {
            return refuse("must be sqlite:PATH, such as sqlite:./var/gatehouse.db")
        }
        return .sqlite(path: FilePath.resolve(path, in: FilePath.folder(of: position.file)))
    }

    fileprivate func keys() -> (folder: String, algorithm: SignatureAlgorithm)? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        map.refuse(unsupported: Unsupported.keys)
        let algorithm = map["algorithm"].map { $0.signingAlgorithm() }
        guard let folder = map.required("dir")?.path(), algorithm != .some(nil) else { return nil }
        return (folder, (algorithm ?? nil) ?? .ES256)
    }

    /// Those that we sign with: one for each kind of key that verifiers everywhere know.
    private func signingAlgorithm() -> SignatureAlgorithm? {
        guard let text = text() else { return nil }
        let known: [SignatureAlgorithm] = [.ES256, .RS256, .EdDSA]
        return known.first { $0.rawValue.utf8.elementsEqual(text.utf8) } ?? refuse("must be one of ES256, RS256, EdDSA")
    }

    /// A folder that is there.
    fileprivate func folder() -> String? {
        guard let path = path() else { return nil }
        return context.surroundings.files.list(path) == nil
            ? refuse("must be a folder, and there is none of that name") : path
    }

    fileprivate func outbound() -> [String]? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        return map["allow_origins"]?.oneOrList(maximum: 256) { $0.origin() } ?? []
    }

    /// What the API calls the tenant: `{name: acme}`.
    fileprivate func tenant() -> String? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        return map.required("name")?.name()
    }

    /// `{file: path}` is where the token is kept: there may be none yet. Any other form of a secret gives it.
    fileprivate func bootstrap() -> GatehouseSettings.BootstrapToken? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        guard let token = map.required("admin_token") else { return nil }
        if case .map(let entries) = token.node.content, entries.count == 1, let entry = entries.first,
            entry.key == "file"
        {
            return SettingsValue(entry.value, key: "admin_token.file", context: context).path().map { .kept(file: $0) }
        }
        return token.secret().map { .given($0) }
    }
}
