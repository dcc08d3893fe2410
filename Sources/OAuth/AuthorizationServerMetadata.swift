package import StrictJSON

/// What this server can do, for clients to read (RFC 8414 §2, OpenID Connect Discovery §3).
///
/// Set what is served and nothing else: what is `nil` or empty is left out, as RFC 8414 §3.2 wants. Only the issuer is
/// always there. RFC 8414 also requires `response_types_supported`.
package struct AuthorizationServerMetadata: Sendable {
    package var issuer: String
    // Endpoints
    package var authorizationEndpoint: String?
    package var tokenEndpoint: String?
    package var jwksURI: String?
    package var introspectionEndpoint: String?
    package var revocationEndpoint: String?
    package var userinfoEndpoint: String?
    package var registrationEndpoint: String?
    package var endSessionEndpoint: String?  // RP-Initiated Logout §2.1
    package var deviceAuthorizationEndpoint: String?  // RFC 8628 §4
    package var pushedAuthorizationRequestEndpoint: String?  // RFC 9126 §5
    package var serviceDocumentation: String?
    // What they take
    package var scopesSupported: [String] = []
    package var responseTypesSupported: [String] = []
    package var responseModesSupported: [String] = []
    package var grantTypesSupported: [GrantType] = []
    package var codeChallengeMethodsSupported: [String] = []  // RFC 7636 §6.2
    package var tokenEndpointAuthMethodsSupported: [ClientAuthentication.Method] = []
    package var tokenEndpointAuthSigningAlgValuesSupported: [String] = []  // private_key_jwt
    package var introspectionEndpointAuthMethodsSupported: [ClientAuthentication.Method] = []
    package var revocationEndpointAuthMethodsSupported: [ClientAuthentication.Method] = []
    // OpenID Connect
    package var subjectTypesSupported: [String] = []
    package var idTokenSigningAlgValuesSupported: [String] = []
    package var claimsSupported: [String] = []
    package var acrValuesSupported: [String] = []
    package var promptValuesSupported: [Prompt] = []  // Initiating User Registration via OpenID Connect
    package var claimsParameterSupported: Bool?
    package var requestParameterSupported: Bool?
    /// Say `false`: what is left out means `true` (OpenID Connect Discovery §3).
    package var requestURIParameterSupported: Bool?
    package var backchannelLogoutSupported: Bool?  // Back-Channel Logout §2.1
    package var backchannelLogoutSessionSupported: Bool?
    // Promises
    package var requirePushedAuthorizationRequests: Bool?  // RFC 9126 §5
    package var authorizationResponseIssParameterSupported: Bool?  // RFC 9207 §3
    package var tlsClientCertificateBoundAccessTokens: Bool?  // RFC 8705 §3.3

    package init(issuer: String) { self.issuer = issuer }

    package var body: JSONValue {
        var object = JSONObject()
        object["issuer"] = JSONValue(issuer)
        for (name, text) in texts { object[name] = text.map { JSONValue($0) } }
        for (name, list) in lists where !list.isEmpty { object[name] = JSONValue(list) }
        for (name, flag) in flags { object[name] = flag.map { .bool($0) } }
        return .object(object)
    }

    private var texts: [(String, String?)] {
        [
            ("authorization_endpoint", authorizationEndpoint),
            ("token_endpoint", tokenEndpoint),
            ("jwks_uri", jwksURI),
            ("introspection_endpoint", introspectionEndpoint),
            ("revocation_endpoint", revocationEndpoint),
            ("userinfo_endpoint", userinfoEndpoint),
            ("registration_endpoint", registrationEndpoint),
            ("end_session_endpoint", endSessionEndpoint),
            ("device_authorization_endpoint", deviceAuthorizationEndpoint),
            ("pushed_authorization_request_endpoint", pushedAuthorizationRequestEndpoint),
            ("service_documentation", serviceDocumentation),
        ]
    }

    private var lists: [(String, [String])] {
        [
            ("scopes_supported", scopesSupported),
            ("response_types_supported", responseTypesSupported),
            ("response_modes_supported", responseModesSupported),
            ("grant_types_supported", grantTypesSupported.map(\.rawValue)),
            ("code_challenge_methods_supported", codeChallengeMethodsSupported),
            ("token_endpoint_auth_methods_supported", tokenEndpointAuthMethodsSupported.map(\.rawValue)),
            ("token_endpoint_auth_signing_alg_values_supported", tokenEndpointAuthSigningAlgValuesSupported),
            (
                "introspection_endpoint_auth_methods_supported",
                introspectionEndpointAuthMethodsSupported.map(\.rawValue)
            ),
            ("revocation_endpoint_auth_methods_supported", revocationEndpointAuthMethodsSupported.map(\.rawValue)),
            ("subject_types_supported", subjectTypesSupported),
            ("id_token_signing_alg_values_supported", idTokenSigningAlgValuesSupported),
            ("claims_supported", claimsSupported),
            ("acr_values_supported", acrValuesSupported),
            ("prompt_values_supported", promptValuesSupported.map(\.rawValue)),
        ]
    }

    private var flags: [(String, Bool?)] {
        [
            ("require_pushed_authorization_requests", requirePushedAuthorizationRequests),
            ("authorization_response_iss_parameter_supported", authorizationResponseIssParameterSupported),
            ("tls_client_certificate_bound_access_tokens", tlsClientCertificateBoundAccessTokens),
            ("claims_parameter_supported", claimsParameterSupported),
            ("request_parameter_supported", requestParameterSupported),
            ("request_uri_parameter_supported", requestURIParameterSupported),
            ("backchannel_logout_supported", backchannelLogoutSupported),
            ("backchannel_logout_session_supported", backchannelLogoutSessionSupported),
        ]
    }
}
