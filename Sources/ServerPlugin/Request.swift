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
    public var headers: HTTPFields { makeHeaders() }
    public let body: [UInt8]
    /// Percent-decoded, by the names in the route's template.
    public let parameters: [Key: String]
    /// Who asks; `nil` only on routes with open access.
    public let caller: Caller?
    /// Also in the answer's `X-Request-Id`, the access log and the audit log.
    public let id: String
    /// The peer's address, or the client's as a trusted proxy tells it.
    public let remoteAddress: String
    /// Most handlers do not ask for a field, and making all of them costs more than such a handler.
    private let makeHeaders: @Sendable () -> HTTPFields

    public init(
        method: HTTPRequest.Method, path: String, query: String? = nil, headers: HTTPFields = [:], body: [UInt8] = [],
        parameters: [Key: String] = [:], caller: Caller? = nil, id: String, remoteAddress: String
    ) {
        self.init(
            method: method, path: path, query: query, makingHeaders: { headers }, body: body, parameters: parameters,
            caller: caller, id: id, remoteAddress: remoteAddress)
    }

    package init(
        method: HTTPRequest.Method, path: String, query: String?,
        makingHeaders makeHeaders: @escaping @Sendable () -> HTTPFields, body: [UInt8], parameters: [Key: String],
        caller: Caller?, id: String, remoteAddress: String
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.makeHeaders = makeHeaders
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

    /// The first parameter of that name in the query, decoded (URL standard §5.1); `nil` when there is none or it is empty.
    /// Others are ignored, as clients send some that we do not know.
    public func queryParameter(_ name: String) throws(APIError) -> String? {
        for pair in (query ?? "").utf8.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = parts.first, Self.decoded(key)?.hasSameBytes(as: name) ?? false else { continue }
            guard let value = Self.decoded(parts.count > 1 ? parts[1] : "".utf8[...]) else {
                throw APIError(.invalidArgument, "Query parameter \(name) is not percent-encoded UTF-8.")
            }
            return value.isEmpty ? nil : value
        }
        return nil
    }

    /// Every parameter of the query, decoded, in order.
    package func queryParameters() throws(APIError) -> [(name: String, value: String)] {
        var parameters: [(name: String, value: String)] = []
        for pair in (query ?? "").utf8.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first.flatMap(Self.decoded),
                let value = Self.decoded(parts.count > 1 ? parts[1] : "".utf8[...])
            else { throw APIError(.invalidArgument, "The query is not percent-encoded UTF-8.") }
            parameters.append((name, value))
        }
        return parameters
    }

    /// A whole number in the query, within a range; `nil` when absent.
    public func queryNumber(_ name: String, in range: ClosedRange<Int64>) throws(APIError) -> Int64? {
        guard let text = try queryParameter(name) else { return nil }
        let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isNumber, let number = Int64(text), range.contains(number) else {
            throw APIError(
                .invalidArgument,
                "Query parameter \(name) must be a whole number, \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    private static func decoded(_ text: Substring.UTF8View) -> String? {
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
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
