internal import Federation
internal import JOSE
internal import Secrets

/// What we prove to a provider that we are its client: a secret, a key, or Apple's key. One of them, and the
/// authentication method that goes with it.
struct ClientCredentialReader {
    typealias Authentication = ClientRegistration.Authentication

    /// A MAC key must be as long as its digest (RFC 7518 §3.2).
    static let shortestMACKey = 32

    let map: SettingsMap

    /// `nil` after a problem was reported.
    func read() -> (authentication: Authentication, credential: ClientCredential)? {
        let method = map["token_endpoint_auth_method"].map { $0.choice(Authentication.self) }
        let (secret, key, apple) = (map["client_secret"], map["private_key"], map["apple"])
        let details = (map["private_key_id"], map["private_key_algorithm"])
        let written = [secret, key, apple].compactMap(\.self)
        if let first = written.first, let second = written.dropFirst().first {
            return second.refuse("and '\(first.key)' are both set; the proof is one of them")
        }
        if key == nil {
            details.0?.report("needs 'private_key'")
            details.1?.report("needs 'private_key'")
            if details.0 != nil || details.1 != nil { return nil }
        }
        let credential: ClientCredential? =
            if let secret { secret.secret().map { .secret($0) } } else if let key {
                privateKey(key, details.0, details.1)
            } else if let apple { apple.appleKey() } else { ClientCredential.none }
        guard let credential, method != .some(nil) else { return nil }
        let authentication = (method ?? nil) ?? Self.standard(credential)
        return fits(authentication, credential, written.first) ? (authentication, credential) : nil
    }

    /// The method where the file names none: that of RFC 6749 §2.3.1, and Apple's own.
    private static func standard(_ credential: ClientCredential) -> Authentication {
        switch credential {
        case .none: .none
        case .secret: .clientSecretBasic
        case .privateKey: .privateKeyJWT
        case .appleKey: .clientSecretPost
        }
    }

    private func fits(
        _ authentication: Authentication, _ credential: ClientCredential, _ written: SettingsValue?
    ) -> Bool {
        switch (authentication, credential) {
        case (.none, .none), (.clientSecretBasic, .secret), (.clientSecretPost, .secret),
            (.clientSecretBasic, .appleKey), (.clientSecretPost, .appleKey), (.privateKeyJWT, .privateKey):
            return true
        case (.clientSecretJWT, .secret(let secret)):
            guard secret.count < Self.shortestMACKey else { return true }
            written?.report("must have at least \(Self.shortestMACKey) bytes for client_secret_jwt")
        case (_, .none):
            let needed = authentication == .privateKeyJWT ? "private_key" : "client_secret"
            map.context.report(
                "key '\(needed)' is missing, which token_endpoint_auth_method '\(authentication.rawValue)' needs",
                at: map.position)
        default:
            written?.report("does not go with token_endpoint_auth_method '\(authentication.rawValue)'")
        }
        return false
    }

    private func privateKey(
        _ value: SettingsValue, _ keyID: SettingsValue?, _ algorithm: SettingsValue?
    ) -> ClientCredential? {
        let keyID = keyID.map { $0.text(maximum: 256) }
        let named = algorithm.map { $0.keyPairAlgorithm() }
        guard let pem = value.secret(), keyID != .some(nil), named != .some(nil) else { return nil }
        let candidates = (named ?? nil).map { [$0] } ?? [.RS256, .ES256, .ES384, .ES512, .EdDSA]
        guard let algorithm = candidates.first(where: { (try? SigningKey(pem: pem, algorithm: $0)) != nil }) else {
            return value.refuse(
                named == nil
                    ? "must be an unencrypted private key in PEM"
                    : "must be an unencrypted private key in PEM, of the kind of private_key_algorithm")
        }
        return .privateKey(pem: pem, keyID: keyID ?? nil, algorithm: algorithm)
    }
}

extension SettingsValue {
    fileprivate func keyPairAlgorithm() -> SignatureAlgorithm? {
        let known = SignatureAlgorithm.allCases.filter { !$0.isSymmetric }.map(\.rawValue)
        guard let text = text(maximum: 64) else { return nil }
        if let algorithm = SignatureAlgorithm(rawValue: text), !algorithm.isSymmetric { return algorithm }
        return refuse(
            "must be of " + known.joined(separator: ", "), suggestion: Suggestion.nearest(to: text, among: known))
    }

    /// `{team_id, key_id, key: {file: AuthKey.p8}}`
    fileprivate func appleKey() -> ClientCredential? {
        guard let map = map() else { return nil }
        defer { map.finish() }
        let (team, keyID) = (map.required("team_id")?.text(maximum: 64), map.required("key_id")?.text(maximum: 64))
        guard let key = map.required("key"), let pem = key.secret(), let team, let keyID else { return nil }
        guard (try? SigningKey(pem: pem, algorithm: .ES256)) != nil else {
            return key.refuse("must be the .p8 file of Apple, an unencrypted P-256 key in PEM")
        }
        return .appleKey(pem: pem, keyID: keyID, teamID: team)
    }
}
