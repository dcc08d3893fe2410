public import HTTPTypes
public import StrictJSON

/// What goes back. The server adds `X-Request-Id`, `Date`, `Content-Length` and the security headers.
public struct Response: Sendable {
    public var status: HTTPResponse.Status
    public var headers: HTTPFields
    public var body: [UInt8]
    /// The parts behind `body`, asked for one by one as the client reads them, until `nil`: for what should not be in
    /// memory as a whole. One that throws breaks the answer off, so that the client sees that it is not all there.
    public var rest: NextPart?

    public typealias NextPart = @Sendable () async throws -> [UInt8]?

    public init(status: HTTPResponse.Status, headers: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A JSON answer. Not cached unless the caller says otherwise: most answers here are about rights or carry secrets.
    public static func json(
        _ value: JSONValue, status: HTTPResponse.Status = .ok, contentType: String = "application/json",
        cacheControl: String = "no-store"
    ) -> Response {
        Response(
            status: status, headers: [.contentType: contentType, .cacheControl: cacheControl], body: value.encoded())
    }
}
