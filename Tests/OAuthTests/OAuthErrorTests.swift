import OAuth
import StrictJSON
import Testing

@Suite("Error answers")
struct OAuthErrorTests {
    @Test(
        "every code has its text and status",
        arguments: [
            (.invalidRequest, "invalid_request", 400), (.invalidClient, "invalid_client", 401),
            (.invalidGrant, "invalid_grant", 400), (.unauthorizedClient, "unauthorized_client", 400),
            (.unsupportedGrantType, "unsupported_grant_type", 400), (.invalidScope, "invalid_scope", 400),
            (.accessDenied, "access_denied", 403), (.serverError, "server_error", 500),
            (.temporarilyUnavailable, "temporarily_unavailable", 503), (.invalidTarget, "invalid_target", 400),
            (.unsupportedTokenType, "unsupported_token_type", 400), (.invalidToken, "invalid_token", 401),
            (.insufficientScope, "insufficient_scope", 403),
            (.unsupportedResponseType, "unsupported_response_type", 400),
            (.interactionRequired, "interaction_required", 400), (.loginRequired, "login_required", 400),
            (.accountSelectionRequired, "account_selection_required", 400),
            (.consentRequired, "consent_required", 400), (.requestNotSupported, "request_not_supported", 400),
            (.requestURINotSupported, "request_uri_not_supported", 400),
            (.registrationNotSupported, "registration_not_supported", 400),
            (.unmetAuthenticationRequirements, "unmet_authentication_requirements", 400),
            (.authorizationPending, "authorization_pending", 400), (.slowDown, "slow_down", 400),
            (.expiredToken, "expired_token", 400),
        ] as [(OAuthErrorCode, String, Int)])
    func codes(_ code: OAuthErrorCode, _ text: String, _ status: Int) {
        #expect(OAuthError(code).body == ["error": .string(.init(text))])
        #expect(OAuthError(code).status == status)
        #expect(OAuthError(code, status: 418).status == 418)
        let challenged: [OAuthErrorCode] = [.invalidClient, .invalidToken, .insufficientScope]
        #expect((OAuthError(code).challenge != nil) == challenged.contains(code))
    }

    @Test(
        "a description is printable ASCII without quote and backslash, and short",
        arguments: [
            ("scope is malformed", "scope is malformed"),
            (#"say "please" \ now"#, "say 'please' ? now"),
            ("a\r\nSet-Cookie: b\u{0}\u{7F}", "a??Set-Cookie: b??"),
            ("é", "??"),
            ("", ""),
            (String(repeating: "x", count: 300), String(repeating: "x", count: 200)),
        ])
    func descriptions(_ text: String, becomes safe: String) {
        let error = OAuthError(.invalidRequest, text)
        #expect(error.description == safe)
        #expect(error.body["error_description"]?.stringValue == safe)
    }

    @Test("challenges")
    func challenges() {
        #expect(OAuthError(.invalidClient).challenge == #"Basic realm="gatehouse""#)
        #expect(OAuthError(.invalidToken).challenge == #"Bearer realm="gatehouse", error="invalid_token""#)
    }

    @Test(
        "whatever is wrong with a form is an invalid request that says where",
        arguments: [
            (.notAForm, "x-www-form-urlencoded"), (.tooLarge, "too large"), (.tooManyParameters, "too many"),
            (.unexpectedByte(at: 17), "17"), (.badEscape(at: 17), "17"), (.notUTF8(at: 17), "17"), (.nul(at: 17), "17"),
            (.unnamedParameter(at: 17), "17"), (.repeatedParameter("scope"), "twice: scope"),
            (.repeatedParameter(nil), "a parameter comes twice"),
        ] as [(FormError, String)])
    func forms(_ failure: FormError, says text: String) {
        let error = OAuthError(failure)
        #expect(error.code == .invalidRequest)
        #expect(error.status == 400)
        #expect(error.description?.contains(text) == true)
    }
}
