public import AccessPolicy
public import HTTPTypes
public import Identifiers

/// One request, its body read and its access checked.
public struct Request: Sendable {
    public let method: HTTPRequest.Method
    /// The path as sent, without the query.
    public let path: String
    /// What stands behind `?`, as sent; `nil` when there is none.
    public let query: String?
    public let headers: HTTPFields
    public let body: [UInt8]
    /// Percent-decoded, by the names in the route's template.
    public let parameters: [Key: String]
    /// Who asks; `nil` only on routes with open access.
    public let caller: Caller?
    /// Also in the answer's `X-Request-Id`, the access log and the audit log.
    public let id: String
    /// The peer's address, or the client's as a trusted proxy tells it.
    public let remoteAddress: String

    public init(
        method: HTTPRequest.Method, path: String, query: String? = nil, headers: HTTPFields = [:], body: [UInt8] = [],
        parameters: [Key: String] = [:], caller: Caller? = nil, id: String, remoteAddress: String
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.parameters = parameters
        self.caller = caller
        self.id = id
        self.remoteAddress = remoteAddress
    }

    /// A parameter of the route's template.
    public func parameter(_ name: String) throws(APIError) -> String {
        guard let value = parameters[Key(name)] else {
            throw APIError(.internalError, "the route has no parameter '\(name)'")
        }
        return value
    }

    /// The namespace in the path. One that is not even a name cannot exist: 404.
    public func namespace(_ name: String = "namespace") throws(APIError) -> NamespaceName {
        guard let value = try? NamespaceName(try parameter(name)) else { throw .namespaceNotFound }
        return value
    }

    /// Who asks, on a route that needs somebody.
    public func authenticated() throws(APIError) -> Caller {
        guard let caller else { throw .unauthenticated }
        return caller
    }
}
