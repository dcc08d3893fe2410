public import HTTPTypes

/// One operation: what is asked, who may ask, how much may be sent, and what answers.
public struct Route: Sendable {
    /// How the server's own refusals (401, 413, ...) look on this route.
    public enum ErrorFormat: Sendable {
        /// `{"code": 5, "details": [], "message": "..."}` (contract README 2.6).
        case api
        /// `{"error": "...", "error_description": "..."}` (RFC 6749 §5.2).
        case oauth
        /// `{"schemas": [...], "status": "401", "detail": "..."}` (RFC 7644 §3.12).
        case scim
    }

    /// Whether the request waits its turn under overload, or has a lane that stays open (health, revoke, sign-out).
    public enum Lane: Sendable { case normal, reserved }

    /// Runs on the connection's event loop, so it must not block: await, or give blocking work a thread of its own.
    public typealias Handler = @Sendable (Request) async throws -> Response

    public let method: HTTPRequest.Method
    public let path: PathTemplate
    public let access: Access
    /// In bytes. Larger bodies are answered 413 before the handler runs.
    public let bodyLimit: Int
    public let errors: ErrorFormat
    public let lane: Lane
    /// Whether any Host and Origin may ask: only for documents that are public and the same for everybody.
    public let isPublicDocument: Bool
    /// Whether pages of any other site may send a browser here with a form: only where that changes nothing, as where it is
    /// answered with a redirect to ourselves.
    public let takesForeignForms: Bool
    /// Whether the API's description speaks of it. Not of routes that exist to say what is wrong.
    public let isDescribed: Bool
    public let handler: Handler

    public static let defaultBodyLimit = 64 * 1024

    public init(
        _ method: HTTPRequest.Method, _ path: PathTemplate, access: Access, bodyLimit: Int = Route.defaultBodyLimit,
        errors: ErrorFormat = .api, lane: Lane = .normal, isPublicDocument: Bool = false,
        takesForeignForms: Bool = false, isDescribed: Bool = true, handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.bodyLimit = bodyLimit
        self.errors = errors
        self.lane = lane
        self.isPublicDocument = isPublicDocument
        self.takesForeignForms = takesForeignForms
        self.isDescribed = isDescribed
        self.handler = handler
    }
}
