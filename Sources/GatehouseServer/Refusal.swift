import HTTPTypes
import ServerPlugin
import StrictJSON

/// What the server itself answers instead of a handler, in the shape of the route's errors.
struct Refusal: Error, Sendable {
    let status: HTTPResponse.Status
    /// The gRPC code, for routes in the shape of the original API.
    let code: Int64
    let message: String
    var headers: HTTPFields = [:]
    /// Whether nothing more may be read from this connection, because where the next request begins is in doubt.
    var closes = false

    func response(_ format: Route.ErrorFormat) -> Response {
        var response: Response
        switch format {
        case .api:
            response = .json(["code": .integer(code), "details": [], "message": JSONValue(message)], status: status)
        case .oauth:
            response = .json(
                ["error": JSONValue(Self.oauthError(status)), "error_description": JSONValue(message)], status: status)
        case .scim:
            response = .json(
                [
                    "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
                    "status": JSONValue(String(status.code)), "detail": JSONValue(message),
                ], status: status, contentType: "application/scim+json")
        }
        for field in headers { response.headers.append(field) }
        return response
    }

    /// RFC 6749 §5.2 and, where that has no word, §4.1.2.1.
    static func oauthError(_ status: HTTPResponse.Status) -> String {
        switch status.code {
        case 401: "invalid_client"
        case 403: "access_denied"
        case 429, 503: "temporarily_unavailable"
        case 500...599: "server_error"
        default: "invalid_request"
        }
    }
}

extension Refusal {
    static let badRequest = Refusal(
        status: .badRequest, code: 3, message: "The request is not valid HTTP.", closes: true)
    static let badTarget = Refusal(
        status: .badRequest, code: 3,
        message: "The request target is not a plain path: no '//', '..', encoded '/' or absolute URL.")
    static let noHost = Refusal(status: .badRequest, code: 3, message: "Send exactly one Host field.", closes: true)
    static let foreignHost = Refusal(
        status: .misdirectedRequest, code: 3,
        message: "This Host is not served here: see public_url and listen in the configuration.")
    static let foreignOrigin = Refusal(
        status: .forbidden, code: 7, message: "Requests from this Origin are not allowed.")
    static let notFound = Refusal(status: .notFound, code: 5, message: "No such path.")
    static let targetTooLong = Refusal(status: .uriTooLong, code: 3, message: "The request target is too long.")
    static let headTooLarge = Refusal(
        status: .requestHeaderFieldsTooLarge, code: 3, message: "The request has too many or too large header fields.",
        closes: true)
    static let bodyTimeout = Refusal(
        status: .requestTimeout, code: 4, message: "The request took too long to come.", closes: true)
    static let handlerTimeout = Refusal(status: .gatewayTimeout, code: 4, message: "The answer took too long.")
    static let expectationFailed = Refusal(
        status: .expectationFailed, code: 3, message: "Only 'Expect: 100-continue' is known.", closes: true)
    static let overloaded = Refusal(
        status: .serviceUnavailable, code: 14, message: "Too many requests at once: try again.",
        headers: [.retryAfter: "1"])

    static func bodyTooLarge(limit: Int) -> Refusal {
        Refusal(status: .contentTooLarge, code: 8, message: "The body is larger than \(limit) bytes.")
    }

    static func internalError(requestID: String) -> Refusal {
        Refusal(status: .internalServerError, code: 13, message: "internal error, request id \(requestID)")
    }

    static func methodNotAllowed(allow: String) -> Refusal {
        Refusal(
            status: .methodNotAllowed, code: 12, message: "This path does not know this method.",
            headers: [.allow: allow])
    }

    /// An error of the API in the shape of the route.
    init(_ error: APIError) {
        let response = error.response
        self.init(status: response.status, code: error.code.rawValue, message: error.message)
        for name in [HTTPField.Name.retryAfter, .wwwAuthenticate] {
            if let value = response.headers[name] { headers[name] = value }
        }
    }
}
