import OAuth
import Secrets
import StrictJSON
import Testing

@Suite("Answers")
struct AnswerTests {
    @Test("a token response with all and with the least (RFC 8693 §2.2.1)")
    func tokenResponse() throws {
        let full = TokenExchangeResponse(
            accessToken: Secret(utf8: "x.y.z"), issuedTokenType: .accessToken, expiresIn: 900,
            scope: try Scope("namespace:payments role:deployer"))
        #expect(
            full.body.encodedText()
                == #"{"access_token":"x.y.z","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","#
                + #""token_type":"Bearer","expires_in":900,"scope":"namespace:payments role:deployer"}"#)
        let least = TokenExchangeResponse(
            accessToken: Secret(utf8: "gth_at_x"), issuedTokenType: .apiToken, tokenType: .notApplicable,
            expiresIn: nil, scope: nil)
        #expect(
            least.body == [
                "access_token": "gth_at_x", "token_type": "N_A",
                "issued_token_type": "urn:gatehouse:params:oauth:token-type:api-token",
            ])
        #expect(!"\(full)".contains("x.y.z"))
    }

    @Test("a lifetime that is over is not said", arguments: [0, -1, .min] as [Int64])
    func lifetime(_ seconds: Int64) {
        let response = TokenExchangeResponse(
            accessToken: Secret([]), issuedTokenType: .jwt, expiresIn: seconds, scope: nil)
        #expect(response.body["expires_in"] == nil)
    }

    @Test("metadata says what is set and nothing else (RFC 8414 §3.2)")
    func metadata() {
        var metadata = AuthorizationServerMetadata(issuer: "https://id.example.com")
        #expect(metadata.body == ["issuer": "https://id.example.com"])
        metadata.tokenEndpoint = "https://id.example.com/oauth/token"
        metadata.jwksURI = "https://id.example.com/oauth/jwks"
        metadata.introspectionEndpoint = "https://id.example.com/oauth/introspect"
        metadata.revocationEndpoint = "https://id.example.com/oauth/revoke"
        metadata.grantTypesSupported = [.tokenExchange]
        metadata.tokenEndpointAuthMethodsSupported = [.none, .clientSecretBasic, .clientSecretPost]
        metadata.scopesSupported = []
        metadata.requirePushedAuthorizationRequests = false
        #expect(
            metadata.body == [
                "issuer": "https://id.example.com",
                "token_endpoint": "https://id.example.com/oauth/token",
                "jwks_uri": "https://id.example.com/oauth/jwks",
                "introspection_endpoint": "https://id.example.com/oauth/introspect",
                "revocation_endpoint": "https://id.example.com/oauth/revoke",
                "grant_types_supported": ["urn:ietf:params:oauth:grant-type:token-exchange"],
                "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
                "require_pushed_authorization_requests": false,
            ])
    }

    @Test("every field has the name of the registry (RFC 8414 §2)")
    func names() {
        var all = AuthorizationServerMetadata(issuer: "i")
        all.authorizationEndpoint = "x"
        all.tokenEndpoint = "x"
        all.jwksURI = "x"
        all.introspectionEndpoint = "x"
        all.revocationEndpoint = "x"
        all.userinfoEndpoint = "x"
        all.registrationEndpoint = "x"
        all.endSessionEndpoint = "x"
        all.deviceAuthorizationEndpoint = "x"
        all.pushedAuthorizationRequestEndpoint = "x"
        all.serviceDocumentation = "x"
        all.scopesSupported = ["x"]
        all.responseTypesSupported = ["x"]
        all.responseModesSupported = ["x"]
        all.grantTypesSupported = [.refreshToken]
        all.codeChallengeMethodsSupported = ["x"]
        all.tokenEndpointAuthMethodsSupported = [.none]
        all.introspectionEndpointAuthMethodsSupported = [.none]
        all.revocationEndpointAuthMethodsSupported = [.none]
        all.subjectTypesSupported = ["x"]
        all.idTokenSigningAlgValuesSupported = ["x"]
        all.claimsSupported = ["x"]
        all.tokenEndpointAuthSigningAlgValuesSupported = ["x"]
        all.acrValuesSupported = ["x"]
        all.promptValuesSupported = Prompt.allCases
        all.claimsParameterSupported = false
        all.requestParameterSupported = false
        all.requestURIParameterSupported = false
        all.backchannelLogoutSupported = true
        all.backchannelLogoutSessionSupported = true
        #expect(all.body["prompt_values_supported"] == ["none", "login", "consent", "select_account"])
        all.requirePushedAuthorizationRequests = true
        all.authorizationResponseIssParameterSupported = true
        all.tlsClientCertificateBoundAccessTokens = true
        #expect(
            all.body.objectValue?.names.sorted() == [
                "acr_values_supported", "authorization_endpoint", "authorization_response_iss_parameter_supported",
                "backchannel_logout_session_supported", "backchannel_logout_supported", "claims_parameter_supported",
                "claims_supported", "code_challenge_methods_supported", "device_authorization_endpoint",
                "end_session_endpoint", "grant_types_supported", "id_token_signing_alg_values_supported",
                "introspection_endpoint", "introspection_endpoint_auth_methods_supported", "issuer", "jwks_uri",
                "prompt_values_supported", "pushed_authorization_request_endpoint", "registration_endpoint",
                "request_parameter_supported", "request_uri_parameter_supported",
                "require_pushed_authorization_requests", "response_modes_supported", "response_types_supported",
                "revocation_endpoint", "revocation_endpoint_auth_methods_supported", "scopes_supported",
                "service_documentation", "subject_types_supported", "tls_client_certificate_bound_access_tokens",
                "token_endpoint", "token_endpoint_auth_methods_supported",
                "token_endpoint_auth_signing_alg_values_supported", "userinfo_endpoint",
            ])
    }
}
