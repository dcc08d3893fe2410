import APIConventions
import AccessPolicy
import Broker
import Federation
import Identifiers
import Secrets
import ServerPlugin

/// An authentication policy as it is sent: the contract's `cookie_params` and `oidc_auth`, and beside them what governs
/// credentials (`access_params`) and where sign-in applies it (`applies_to`).
struct AuthenticationBody {
    private let broker: Broker

    init(_ broker: Broker) { self.broker = broker }

    func read(
        _ body: RequestBody, _ metadata: ObjectMetadata, named name: String, in namespace: NamespaceName
    ) throws(APIError) -> AuthenticationRecord {
        let spec = try body.required("spec", try body.object("spec"))
        var record = AuthenticationRecord(name, in: namespace)
        record.description = metadata.description
        (record.labels, record.annotations) = (metadata.labels, metadata.annotations)
        record.isDisabled = metadata.isDisabled
        if let access = try spec.object("access_params") {
            record.rules = try rules(access)
            record.coversTenant = try access.boolean("covers_tenant") ?? false
        }
        if let cookie = try spec.object("cookie_params") { record.cookie = try self.cookie(cookie, record) }
        if let oidc = try spec.object("oidc_auth") { record.oidc = try self.oidc(oidc, record) }
        if let places = try spec.object("applies_to") {
            record.hosts = try hosts(places)
            record.pathPrefixes = try prefixes(places)
        }
        guard record.cookie != nil || record.oidc != nil || !record.rules.isEmpty else {
            throw body.invalid("spec", "must have oidc_auth, cookie_params, or access_params that ask for something")
        }
        return record
    }

    // MARK: Credentials

    private func rules(_ body: RequestBody) throws(APIError) -> AuthenticationRules {
        var rules = AuthenticationRules()
        for text in try body.texts("mechanisms") {
            guard let mechanism = AuthenticationMechanism.allCases.first(where: { $0.rawValue.hasSameBytes(as: text) })
            else {
                let names = AuthenticationMechanism.allCases.map(\.rawValue).joined(separator: ", ")
                throw body.invalid("mechanisms", "must be of \(names)")
            }
            rules.mechanisms.insert(mechanism)
        }
        for text in try body.texts("credential_types") {
            guard CredentialType.allCases.contains(where: { $0.rawValue.hasSameBytes(as: text) }) else {
                let names = CredentialType.allCases.map(\.rawValue).joined(separator: ", ")
                throw body.invalid("credential_types", "must be of \(names)")
            }
            rules.credentialTypes.insert(text)
        }
        if let seconds = try body.integer("max_lifetime"), seconds != 0 {
            let most = TenantSettings.largestDays * 86_400
            guard (60...most).contains(seconds) else {
                throw body.invalid("max_lifetime", "must be 60 to \(most) seconds, or 0 for no bound")
            }
            rules.maximumLifetime = seconds
        }
        rules.requiredContextClasses = try names(body, "required_acr")
        rules.requiredMethods = try names(body, "required_amr")
        let networks = try body.texts("source_networks")
        guard networks.count <= 64 else { throw body.invalid("source_networks", "must be at most 64") }
        for (index, text) in networks.enumerated() {
            do throws(InvalidValue) { rules.sourceNetworks.append(try IPNetwork(text)) } catch {
                throw body.invalid("source_networks[\(index)]", error.reason)
            }
        }
        return rules
    }

    private func names(_ body: RequestBody, _ field: String) throws(APIError) -> [String] {
        let names = try body.texts(field)
        guard names.count <= 16, names.allSatisfy({ TextRule.isLine($0, atMost: 256) }) else {
            throw body.invalid(field, "must be at most 16, of at most 256 bytes without control characters")
        }
        return names
    }

    // MARK: Cookies

    private func cookie(
        _ body: RequestBody, _ record: AuthenticationRecord
    ) throws(APIError) -> AuthenticationRecord.CookieParameters {
        var cookie = AuthenticationRecord.CookieParameters()
        cookie.cookieExpiry = try seconds(body, "cookie_expiry", most: 86_400)
        cookie.cookieRefreshInterval = try seconds(body, "cookie_refresh_interval", most: 86_400)
        cookie.sessionExpiry = try seconds(body, "session_expiry", most: 1_296_000)
        if cookie.cookieExpiry > 0, cookie.cookieRefreshInterval > cookie.cookieExpiry {
            throw body.invalid("cookie_refresh_interval", "must not be longer than cookie_expiry")
        }
        let (pair, reference) = (try body.object("auth_hmac"), try body.object("kms_key_hmac"))
        if let pair {
            guard reference == nil else {
                throw body.invalid(
                    "kms_key_hmac", "must not be given beside auth_hmac: the cookie has one source of keys")
            }
            guard let primary = try key(pair, "prim_key", record) else {
                throw pair.invalid("prim_key", "is required")
            }
            cookie.keys = .given(primary: primary, secondary: try key(pair, "sec_key", record))
        } else if reference != nil {
            cookie.keys = .keyReference
        }
        return cookie
    }

    private func seconds(_ body: RequestBody, _ name: String, most: Int64) throws(APIError) -> Int64 {
        let seconds = try body.integer(name) ?? 0
        guard (0...most).contains(seconds) else { throw body.invalid(name, "must be 0 to \(most) seconds") }
        return seconds
    }

    /// At least as long as what HMAC-SHA-256 makes of it (RFC 2104 §3).
    private static let shortestKey = 32

    private func key(
        _ body: RequestBody, _ name: String, _ record: AuthenticationRecord
    ) throws(APIError) -> AuthenticationRecord.CookieParameters.Key? {
        guard let secret = try self.secret(body, name) else { return nil }
        guard secret.reveal().count >= Self.shortestKey else {
            throw body.invalid(name, "must be a key of at least \(Self.shortestKey) bytes")
        }
        var expiresAt: Timestamp?
        if let text = try body.text(name + "_expiry") {
            expiresAt = RFC3339.parse(text)
            guard expiresAt != nil else { throw body.invalid(name + "_expiry", "must be a time as in RFC 3339") }
        }
        return AuthenticationRecord.CookieParameters.Key(sealed: try seal(secret, name, record), expiresAt: expiresAt)
    }

    // MARK: Secrets

    private static let inline = "string:///"

    /// The contract's SecretType: what it says stays inside, and no message quotes any of it.
    private func secret(_ body: RequestBody, _ name: String) throws(APIError) -> Secret? {
        guard let holder = try body.object(name) else { return nil }
        guard try holder.object("blindfold_secret_info") == nil else {
            throw holder.invalid(
                "blindfold_secret_info", "names a secret store that this server does not have; send clear_secret_info")
        }
        guard let clear = try holder.object("clear_secret_info") else {
            throw holder.invalid("clear_secret_info", "is required")
        }
        let url = try clear.required("url", try clear.text("url"))
        guard url.utf8.starts(with: Self.inline.utf8),
            let bytes = Base64Text.decode(url.utf8.dropFirst(Self.inline.utf8.count)), !bytes.isEmpty,
            bytes.count <= 4096
        else {
            throw clear.invalid("url", "must be \(Self.inline) and the secret in base64, at most 4,096 bytes of it")
        }
        return Secret(bytes)
    }

    private func seal(
        _ secret: Secret, _ purpose: String, _ record: AuthenticationRecord
    ) throws(APIError) -> [UInt8] {
        do throws(DirectoryFailure) {
            return try broker.sealed(secret, for: purpose, of: record.name, in: record.namespace)
        } catch {
            throw APIError(error)
        }
    }

    // MARK: OpenID Connect

    private func oidc(
        _ body: RequestBody, _ record: AuthenticationRecord
    ) throws(APIError) -> AuthenticationRecord.OIDCParameters {
        let clientID = try body.required("oidc_client_id", try body.text("oidc_client_id"))
        guard TextRule.isLine(clientID, atMost: 256) else {
            throw body.invalid("oidc_client_id", "must be 1 to 256 bytes without control characters")
        }
        guard let secret = try secret(body, "client_secret") else { throw body.invalid("client_secret", "is required") }
        let (wellKnown, explicit) = (
            try body.text("oidc_well_known_config_url"), try body.object("oidc_auth_params")
        )
        let endpoints: AuthenticationRecord.OIDCParameters.Endpoints
        switch (wellKnown, explicit) {
        case (let url?, nil):
            endpoints = .wellKnown(try checked(url, body, "oidc_well_known_config_url"))
        case (nil, let params?):
            endpoints = .explicit(
                authorization: try url(params, "auth_endpoint_url"),
                endSession: try url(params, "end_session_endpoint_url"), token: try url(params, "token_endpoint_url"))
        default:
            throw body.invalid(
                "oidc_well_known_config_url", "must be given, or oidc_auth_params instead of it: exactly one")
        }
        return AuthenticationRecord.OIDCParameters(
            clientID: clientID, sealedSecret: try seal(secret, "client_secret", record), endpoints: endpoints)
    }

    private func url(_ body: RequestBody, _ name: String) throws(APIError) -> String {
        try checked(try body.required(name, try body.text(name)), body, name)
    }

    private func checked(_ url: String, _ body: RequestBody, _ name: String) throws(APIError) -> String {
        guard url.utf8.count <= 128 else { throw body.invalid(name, "must be 1 to 128 bytes") }
        if let obstacle = broker.providers.obstacle(toFetching: url) { throw body.invalid(name, obstacle) }
        return url
    }

    // MARK: Places

    private func hosts(_ body: RequestBody) throws(APIError) -> [String] {
        let hosts = try body.texts("hosts")
        let isName = { (host: String) in
            TextRule.isLine(host, atMost: 253)
                && host.utf8.allSatisfy { byte in
                    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: ".")
                        || byte == UInt8(ascii: "-")
                }
        }
        guard hosts.count <= 64, hosts.allSatisfy(isName) else {
            throw body.invalid("hosts", "must be at most 64 host names in lower case, without port and wildcard")
        }
        return hosts
    }

    private func prefixes(_ body: RequestBody) throws(APIError) -> [String] {
        let prefixes = try body.texts("path_prefixes")
        guard prefixes.count <= 64, prefixes.allSatisfy({ $0.hasPrefix("/") && TextRule.isLine($0, atMost: 256) })
        else {
            throw body.invalid("path_prefixes", "must be at most 64 paths that begin with /")
        }
        return prefixes
    }
}
