import AccessPolicy
import Broker
import Federation
import HTTPTypes
import OAuth
import ServerPlugin
import StrictJSON

/// What the token endpoint answers to a refused exchange: the client learns the RFC's code, our stable code and the
/// request id; only the log and the audit learn the cause (security rule 18).
struct ExchangeError: Hashable, Sendable {
    let error: OAuthErrorCode
    let code: String
    /// Seconds.
    let retryAfter: Int?

    /// The one table (RFC 8693 §2.2.2, RFC 6749 §5.2, interface.md).
    init(_ failure: ExchangeFailure) {
        code = failure.code
        switch failure {
        case .subjectToken(.providerUnavailable(let seconds)), .actorToken(.providerUnavailable(let seconds)):
            (error, retryAfter) = (.temporarilyUnavailable, Int(clamping: seconds))
        case .subjectToken, .actorToken, .ownToken, .ownActorToken, .tokenTypeMismatch, .replayed,
            .nothingLeftOfLifetime,
            .principalDisabled, .subjectReserved:
            (error, retryAfter) = (.invalidRequest, nil)
        case .policy(.noPolicyForProvider), .policy(.noMatchingPolicy), .policy(.audienceNotAllowed):
            (error, retryAfter) = (.invalidTarget, nil)
        case .authentication(_, let isAskedFor):
            (error, retryAfter) = (isAskedFor ? .invalidScope : .invalidTarget, nil)
        case .policy(.credentialTypeNotAllowed):
            (error, retryAfter) = (.invalidRequest, nil)
        case .policy(.scopeNotGranted):
            (error, retryAfter) = (.invalidScope, nil)
        case .cannotSign:
            (error, retryAfter) = (.serverError, nil)
        case .store:
            (error, retryAfter) = (.temporarilyUnavailable, 1)
        }
    }

    func response(requestID: String) -> Response {
        TokenEndpointError(error, code: code, retryAfter: retryAfter).response(requestID: requestID)
    }
}

/// An OAuth error body with our stable code and the request id beside the RFC's members.
struct TokenEndpointError: Hashable, Sendable, Error {
    let error: OAuthErrorCode
    let code: String
    /// What is wrong with the request's form, where that is all there is to say.
    let description: String?
    let retryAfter: Int?
    let status: Int

    /// A request that cannot be read: what is wrong with it is the client's own business, so it is told.
    init(_ error: OAuthError) {
        self.error = error.code
        code = "request." + error.code.rawValue
        description = error.description
        retryAfter = nil
        status = error.status
    }

    init(_ error: OAuthErrorCode, code: String, status: Int? = nil, retryAfter: Int? = nil) {
        self.error = error
        self.status = status ?? error.status
        self.code = code
        description = nil
        self.retryAfter = retryAfter
    }

    func response(requestID: String) -> Response {
        var response = Response.json(
            [
                "error": JSONValue(error.rawValue),
                "error_description": JSONValue("\(description ?? code) (request \(requestID))"),
                "code": JSONValue(code),
                "request_id": JSONValue(requestID),
            ], status: HTTPResponse.Status(code: status))
        response.forbidOldCaches()
        if let retryAfter { response.headers[.retryAfter] = String(retryAfter) }
        if error == .invalidClient { response.headers[.wwwAuthenticate] = "Basic realm=\"gatehouse\"" }
        return response
    }
}

extension Response {
    /// `Pragma: no-cache` beside `Cache-Control: no-store`, as RFC 6749 §5.1 asks.
    mutating func forbidOldCaches() {
        if let pragma = HTTPField.Name("Pragma") { headers[pragma] = "no-cache" }
    }
}
