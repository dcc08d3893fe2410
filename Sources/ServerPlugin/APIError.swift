public import AccessPolicy
public import HTTPTypes
public import StrictJSON

/// A refusal in the shape of the original API: a gRPC code and a message (contract README 2.6).
public struct APIError: Error, Hashable, Sendable {
    /// gRPC's numbers, with the HTTP status that grpc-gateway gives each.
    public enum Code: Int64, CaseIterable, Hashable, Sendable {
        case unknown = 2
        case invalidArgument = 3
        case deadlineExceeded = 4
        case notFound = 5
        case alreadyExists = 6
        case permissionDenied = 7
        case resourceExhausted = 8
        case failedPrecondition = 9
        case aborted = 10
        case outOfRange = 11
        case internalError = 13
        case unavailable = 14
        case unauthenticated = 16

        public var status: HTTPResponse.Status {
            switch self {
            case .invalidArgument, .failedPrecondition, .outOfRange: .badRequest
            case .unauthenticated: .unauthorized
            case .permissionDenied: .forbidden
            case .notFound: .notFound
            case .alreadyExists, .aborted: .conflict
            case .resourceExhausted: .tooManyRequests
            case .unknown, .internalError: .internalServerError
            case .unavailable: .serviceUnavailable
            case .deadlineExceeded: .gatewayTimeout
            }
        }
    }

    public let code: Code
    /// For the person who reads it: what, where, and how to mend it. Never a secret, never another's name.
    public let message: String
    /// Seconds after which a retry makes sense.
    public let retryAfter: Int?

    public init(_ code: Code, _ message: String, retryAfter: Int? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    /// `{"code":5,"details":[],"message":"..."}`, members in this order.
    public var body: JSONValue { ["code": .integer(code.rawValue), "details": [], "message": JSONValue(message)] }

    public var response: Response {
        var response = Response.json(body, status: code.status)
        if let retryAfter { response.headers[.retryAfter] = String(retryAfter) }
        if code == .unauthenticated { response.headers[.wwwAuthenticate] = "Bearer" }
        return response
    }

    public static let unauthenticated = APIError(
        .unauthenticated, "No valid credential: send 'Authorization: APIToken <token>' or 'Bearer <token>'.")
    public static let permissionDenied = APIError(.permissionDenied, "Not permitted for this credential.")
    /// A credential of an application namespace, on what belongs to the tenant.
    public static let confined = APIError(
        .permissionDenied, "Not permitted: this credential is confined to its namespace.")
    /// An application's token, on what is its person's own.
    public static let delegated = APIError(
        .permissionDenied, "Not permitted: this token was given for an application; ask for scope 'api'.")
    /// Held, and not usable with this credential.
    public static func withheld(_ denial: WithheldAccess.Denial) -> APIError {
        APIError(.permissionDenied, "Not permitted: \(denial.message).")
    }
    /// Also for a namespace the caller may not know of.
    public static let namespaceNotFound = APIError(.notFound, "No such namespace.")
}
