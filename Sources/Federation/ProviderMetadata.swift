package import HTTPFetch
internal import Identifiers
internal import JOSE
internal import StrictJSON

/// What a provider says of itself (OpenID Connect Discovery §3, RFC 8414 §2), checked.
///
/// Algorithms are only listed: what is accepted comes from the configuration, because real issuers advertise `none`.
package struct ProviderMetadata: Sendable, Hashable {
    package static let largestDocument = 512 * 1024

    package let issuer: String
    package let jwksURI: FetchURL
    package let authorizationEndpoint: FetchURL?
    package let tokenEndpoint: FetchURL?
    package let userinfoEndpoint: FetchURL?
    package let endSessionEndpoint: FetchURL?
    package let deviceAuthorizationEndpoint: FetchURL?
    package let pushedAuthorizationRequestEndpoint: FetchURL?
    package let revocationEndpoint: FetchURL?
    package let signingAlgorithms: [String]
    package let codeChallengeMethods: [String]
    package let tokenEndpointAuthMethods: [String]
    /// Whether an authorization request must be pushed (RFC 9126 §5).
    package let requiresPushedAuthorization: Bool
    /// Whether `iss` comes with the authorization response (RFC 9207 §3).
    package let sendsIssuer: Bool

    /// The parameters:
    /// - `expected`: the issuer, or template, that was configured; `nil` takes the document's own, for a file whose
    ///   provider nobody configured yet.
    /// - `allowedOrigins`: `outbound.allow_origins`.
    package init(
        _ bytes: [UInt8], expecting expected: String?, allowing allowedOrigins: Set<Origin> = []
    ) throws(MetadataFailure) {
        guard bytes.count <= Self.largestDocument else { throw .tooLarge }
        let document: JSONObject
        do { document = try JSONValue.parseObject(bytes, limits: .document) } catch { throw .notJSON(error) }
        guard let issuer = try Self.text(document, "issuer") else { throw .missing("issuer") }
        if let expected {
            guard issuer.hasSameBytes(as: expected) else { throw .issuerMismatch(NearMiss(expected, issuer)) }
        } else {
            let plain = Set(allowedOrigins.map { Key($0.rawValue) })
            let isIssuer = (try? Issuer(issuer, allowingPlainHTTPOrigins: plain)) != nil
            guard isIssuer || (try? IssuerTemplate(issuer, tenants: .any)) != nil else { throw .invalidIssuer }
        }
        func url(_ member: String) throws(MetadataFailure) -> FetchURL? {
            guard let text = try Self.text(document, member) else { return nil }
            do { return try FetchURL(text, allowing: allowedOrigins) } catch { throw .invalidURL(member, error) }
        }
        guard let jwksURI = try url("jwks_uri") else { throw .missing("jwks_uri") }
        (self.issuer, self.jwksURI) = (issuer, jwksURI)
        authorizationEndpoint = try url("authorization_endpoint")
        tokenEndpoint = try url("token_endpoint")
        userinfoEndpoint = try url("userinfo_endpoint")
        endSessionEndpoint = try url("end_session_endpoint")
        deviceAuthorizationEndpoint = try url("device_authorization_endpoint")
        pushedAuthorizationRequestEndpoint = try url("pushed_authorization_request_endpoint")
        revocationEndpoint = try url("revocation_endpoint")
        signingAlgorithms = try Self.texts(document, "id_token_signing_alg_values_supported")
        codeChallengeMethods = try Self.texts(document, "code_challenge_methods_supported")
        tokenEndpointAuthMethods = try Self.texts(document, "token_endpoint_auth_methods_supported")
        requiresPushedAuthorization = document["require_pushed_authorization_requests"]?.boolValue == true
        sendsIssuer = document["authorization_response_iss_parameter_supported"]?.boolValue == true
    }

    /// A member that may be absent; `null` counts as absent, since real documents have it.
    private static func text(_ document: JSONObject, _ member: String) throws(MetadataFailure) -> String? {
        guard let value = document[member], !value.isNull else { return nil }
        guard let text = value.stringValue else { throw .wrongType(member) }
        return text
    }

    private static func texts(_ document: JSONObject, _ member: String) throws(MetadataFailure) -> [String] {
        guard let value = document[member], !value.isNull else { return [] }
        guard let values = value.arrayValue else { throw .wrongType(member) }
        let texts = values.compactMap(\.stringValue)
        guard texts.count == values.count else { throw .wrongType(member) }
        return texts
    }
}
