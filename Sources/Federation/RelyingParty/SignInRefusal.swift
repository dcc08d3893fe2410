package import JOSE

/// What of a provider we spoke with, or wanted to.
package enum SignInEndpoint: String, Sendable, Hashable, CaseIterable {
    case metadata, authorization, token, userinfo, keys, profile, groups
    case pushedAuthorization = "pushed_authorization"
}

/// What about an answer is wrong. Nothing of its text is kept.
package enum AnswerFault: Sendable, Hashable {
    /// Redirects are not followed: a code or a token would go where nobody configured.
    case redirect
    case status(Int)
    case tooLarge
    /// HTML, two members of one name, something pasted behind.
    case notJSON
    case missing(String)
    case malformed(String)
    /// Not had at all, and time will not mend it: a certificate, an address that is refused.
    case notFetched(String)
    case metadata(MetadataFailure)
}

/// Why nobody is signed in.
package enum SignInRefusal: Error, Hashable, Sendable {
    // Our own set-up.
    case unknownProvider
    /// The provider has no client registration.
    case notAClient
    case missingEndpoint(SignInEndpoint)
    /// The credential is none of the kind that the registration names, or its key cannot sign.
    case credentialUnusable
    /// The registration insists on pushing the request, and the provider has no such endpoint.
    case cannotPush
    case noRandomness

    // What the browser brought.
    case malformedResponse
    case repeatedParameter
    case stateMissing
    case stateMismatch
    /// It took longer than `PendingSignIn.lifetime`.
    case expired
    /// The answer is for a sign-in with another provider, or with what this one was before it was changed.
    case wrongProvider
    /// The metadata promises `iss`, and there is none (RFC 9207 §2.4).
    case issuerMissing
    case issuerMismatch
    case codeMissing
    case providerError(ProviderError)

    // What the provider answered to us.
    case providerUnavailable(SignInEndpoint)
    case badAnswer(SignInEndpoint, AnswerFault)
    case tokenRefused(ProviderError)
    case pushRefused(ProviderError)
    case idTokenMissing
    case idToken(TokenRejection)
    case nonceMissing
    case nonceMismatch
    case authorizedPartyMissing
    case authorizedPartyMismatch
    case accessTokenHashMismatch
    case codeHashMismatch
    case subjectInvalid
    case authenticationTimeMissing
    case authenticationTooOld
    case authenticationContextMismatch
    case userinfo(TokenRejection)
    case userinfoSubjectMismatch
    /// A list that the profile is made of has more pages than we read, or leads elsewhere.
    case profileIncomplete
    case groupsIncomplete
    /// A refresh told of somebody else (OpenID Connect Core §12.2).
    case identityChanged

    case logoutToken(TokenRejection)

    /// A name for logs, metrics and pages; it does not change between releases.
    package var code: String {
        switch self {
        case .unknownProvider: "signin.unknown_provider"
        case .notAClient: "signin.not_configured"
        case .missingEndpoint(let endpoint): "signin.no_\(endpoint.rawValue)_endpoint"
        case .credentialUnusable: "signin.client_credential_unusable"
        case .cannotPush: "signin.cannot_push"
        case .noRandomness: "signin.no_randomness"
        case .malformedResponse: "signin.malformed_response"
        case .repeatedParameter: "signin.repeated_parameter"
        case .stateMissing: "signin.state_missing"
        case .stateMismatch: "signin.state_mismatch"
        case .expired: "signin.expired"
        case .wrongProvider: "signin.wrong_provider"
        case .issuerMissing: "signin.issuer_missing"
        case .issuerMismatch: "signin.issuer_mismatch"
        case .codeMissing: "signin.code_missing"
        case .providerError: "signin.provider_error"
        case .providerUnavailable: "signin.provider_unavailable"
        case .badAnswer(let endpoint, _): "signin.bad_\(endpoint.rawValue)_answer"
        case .tokenRefused: "signin.token_refused"
        case .pushRefused: "signin.push_refused"
        case .idTokenMissing: "signin.id_token_missing"
        case .idToken(let rejection): "signin.id_token_\(rejection.code)"
        case .nonceMissing: "signin.nonce_missing"
        case .nonceMismatch: "signin.nonce_mismatch"
        case .authorizedPartyMissing: "signin.azp_missing"
        case .authorizedPartyMismatch: "signin.azp_mismatch"
        case .accessTokenHashMismatch: "signin.at_hash_mismatch"
        case .codeHashMismatch: "signin.c_hash_mismatch"
        case .subjectInvalid: "signin.subject_invalid"
        case .authenticationTimeMissing: "signin.auth_time_missing"
        case .authenticationTooOld: "signin.authentication_too_old"
        case .authenticationContextMismatch: "signin.acr_mismatch"
        case .userinfo(let rejection): "signin.userinfo_\(rejection.code)"
        case .userinfoSubjectMismatch: "signin.userinfo_subject_mismatch"
        case .profileIncomplete: "signin.profile_incomplete"
        case .groupsIncomplete: "signin.groups_incomplete"
        case .identityChanged: "signin.identity_changed"
        case .logoutToken(let rejection): "logout.\(rejection.code)"
        }
    }

    /// Whether all is well but for how the person proved who they are, which was asked for in particular.
    package var isUnmetDemand: Bool {
        switch self {
        case .authenticationTimeMissing, .authenticationTooOld, .authenticationContextMismatch: true
        default: false
        }
    }

    /// Whether trying again later may help, and nothing else.
    package var isProviderDown: Bool {
        switch self {
        case .providerUnavailable: true
        case .providerError(let error), .tokenRefused(let error), .pushRefused(let error): error.isOutage
        default: false
        }
    }
}
