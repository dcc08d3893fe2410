internal import HTTPFetch
internal import HTTPTypes
internal import Identifiers
internal import JOSE
internal import JOSELibJWT
internal import Secrets
internal import StrictJSON

/// How a request says who sends it, and proves that (RFC 6749 §2.3, RFC 7523 §2.2, OpenID Connect Core §9).
struct ClientProof: Sendable {
    /// Seconds that an assertion counts: the time to send it.
    static let assertionLifetime: Int64 = 60
    /// Of Apple's client secret; six months are allowed, and we sign a new one each time.
    static let appleLifetime: Int64 = 300
    static let appleAudience = "https://appleid.apple.com"

    let party: RelyingParty
    let credential: ClientCredential
    /// Where it is sent.
    let endpoint: SignInEndpoint

    /// Adds the proof to a form and its header.
    func add(to form: inout QueryText, _ headers: inout HTTPFields) throws(SignInRefusal) {
        let client = party.client
        switch (client.authentication, credential) {
        case (.none, .none): form.add("client_id", client.clientID)
        case (.clientSecretBasic, .secret), (.clientSecretBasic, .appleKey):
            let pair = QueryText.escaped(client.clientID) + ":" + QueryText.escaped(try password().revealText())
            headers[.authorization] = "Basic " + Base64Text.padded(Array(pair.utf8))
        case (.clientSecretPost, .secret), (.clientSecretPost, .appleKey):
            form.add("client_id", client.clientID)
            form.add("client_secret", try password().revealText())
        case (.clientSecretJWT, .secret(let secret)): try addAssertion(.HS256, secret, nil, to: &form)
        case (.privateKeyJWT, .privateKey(let pem, let keyID, let algorithm)) where !algorithm.isSymmetric:
            try addAssertion(algorithm, pem, keyID, to: &form)
        default: throw .credentialUnusable
        }
    }

    private func password() throws(SignInRefusal) -> Secret {
        switch credential {
        case .secret(let secret) where !secret.isEmpty: return secret
        case .appleKey(let pem, let keyID, let teamID):
            var claims: JSONObject = [
                "iss": JSONValue(teamID), "aud": JSONValue(Self.appleAudience), "sub": JSONValue(party.client.clientID),
            ]
            addTimes(to: &claims, Self.appleLifetime)
            return Secret(utf8: try sign(claims, .ES256, pem, keyID))
        default: throw .credentialUnusable
        }
    }

    /// RFC 7523 §3. At the endpoint for pushed requests, `aud` is always the issuer, which every provider takes there
    /// (RFC 9126 §2): with the token endpoint, who has our request could take it there.
    private func addAssertion(
        _ algorithm: SignatureAlgorithm, _ key: Secret, _ keyID: String?, to form: inout QueryText
    ) throws(SignInRefusal) {
        let client = JSONValue(party.client.clientID)
        let audience =
            switch (party.client.assertionAudience, endpoint) {
            case (.tokenEndpoint, .token): try party.endpoint(.token).rawValue
            case (.issuer, _), (.tokenEndpoint, _): party.metadata?.issuer ?? party.definition.issuerText
            }
        var claims: JSONObject = [
            "iss": client, "sub": client, "aud": JSONValue(audience), "jti": JSONValue(try SignInSecrets.random()),
        ]
        addTimes(to: &claims, Self.assertionLifetime)
        form.add("client_id", party.client.clientID)
        form.add("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        form.add("client_assertion", try sign(claims, algorithm, key, keyID))
    }

    private func addTimes(to claims: inout JSONObject, _ lifetime: Int64) {
        let now = party.now
        claims["iat"] = .integer(now.seconds)
        claims["exp"] = .integer(now.adding(lifetime).seconds)
    }

    private func sign(
        _ claims: JSONObject, _ algorithm: SignatureAlgorithm, _ key: Secret, _ keyID: String?
    ) throws(SignInRefusal) -> String {
        do { return try LibJWT.sign(claims: claims, algorithm: algorithm, key: key, keyID: keyID) } catch {
            throw .credentialUnusable
        }
    }
}
