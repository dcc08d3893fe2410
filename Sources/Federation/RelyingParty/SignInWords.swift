internal import JOSE

extension AnswerFault {
    /// For the log and the operator.
    package var code: String {
        switch self {
        case .redirect: "redirect"
        case .status(let status): "status_\(status)"
        case .tooLarge: "too_large"
        case .notJSON: "not_json"
        case .missing(let member): "without_\(member)"
        case .malformed(let member): "malformed_\(member)"
        case .notFetched(let code): code
        case .metadata(let failure): failure.code
        }
    }
}

extension SignInRefusal {
    /// For the log and the operator, beside `code`: what exactly, in words that are safe on one line.
    package var detail: String? {
        switch self {
        case .badAnswer(_, let fault): fault.code
        case .providerUnavailable(let endpoint): endpoint.rawValue
        case .providerError(let error), .tokenRefused(let error), .pushRefused(let error):
            error.detail.map { "\(error.code): \($0)" } ?? error.code
        case .idToken(.missingClaim(let name)), .userinfo(.missingClaim(let name)),
            .logoutToken(.missingClaim(let name)), .idToken(.wrongClaim(let name)), .userinfo(.wrongClaim(let name)),
            .logoutToken(.wrongClaim(let name)), .idToken(.malformedClaim(let name)),
            .userinfo(.malformedClaim(let name)), .logoutToken(.malformedClaim(let name)):
            name
        default: nil
        }
    }

    /// For the person at the browser: what happened and what to do. Never the provider's words.
    package var message: String {
        let again = "Start again from the sign-in page."
        let tell = "If it happens again, give your administrator the code below."
        switch self {
        case .unknownProvider, .notAClient: return "Nobody can sign in through this provider here. Choose another way."
        case .missingEndpoint, .credentialUnusable, .cannotPush, .noRandomness:
            return "Sign-in through this provider is not set up completely. Tell your administrator the code below."
        case .malformedResponse, .repeatedParameter, .codeMissing:
            return "The provider's answer cannot be read. \(again) \(tell)"
        case .stateMissing, .stateMismatch, .expired:
            return "This answer does not belong to a sign-in that this browser began in the last ten minutes. \(again)"
        case .wrongProvider, .issuerMissing, .issuerMismatch:
            return "The answer is not from the provider that you chose. \(again) \(tell)"
        case .providerError(let error) where error.isOfThePerson:
            return "The sign-in was cancelled, or the provider does not let you in here. \(again)"
        case _ where isProviderDown:
            return "The identity provider does not answer at the moment. Try again in a minute."
        case .providerError, .tokenRefused, .pushRefused: return "The provider refused the sign-in. \(again) \(tell)"
        case .authenticationTimeMissing, .authenticationTooOld:
            return "You must sign in at the provider anew for this. \(again)"
        case .authenticationContextMismatch:
            return
                "The provider did not check you in the way that is needed here, such as with a second factor. \(again)"
        case .idToken(.missingClaim), .idToken(.wrongClaim), .userinfo(.missingClaim), .userinfo(.wrongClaim):
            return "Your account at the provider is not one that may come in here. \(tell)"
        case .idToken(.expired), .idToken(.issuedInFuture), .idToken(.notYetValid), .idToken(.tooOld):
            return "The provider's clock and ours differ. \(again) \(tell)"
        case .profileIncomplete, .groupsIncomplete:
            return "Not all of your groups could be read, and with some missing you would have wrong rights. \(tell)"
        case .providerUnavailable, .badAnswer, .idTokenMissing, .idToken, .nonceMissing, .nonceMismatch,
            .authorizedPartyMissing, .authorizedPartyMismatch, .accessTokenHashMismatch, .codeHashMismatch,
            .subjectInvalid, .userinfo, .userinfoSubjectMismatch, .identityChanged:
            return "The provider answered, and the answer is not acceptable. \(again) \(tell)"
        case .logoutToken: return "The logout token is not acceptable."
        }
    }
}
