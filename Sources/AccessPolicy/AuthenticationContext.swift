public import StrictJSON

/// How a provider made sure who somebody is: `acr` and `amr` of its token (OpenID Connect Core §2, RFC 8176). Goes with
/// everything that comes of that token.
public struct AuthenticationContext: Hashable, Sendable {
    /// `acr`
    public let contextClass: String?
    /// `amr`, in the provider's order.
    public let methods: [String]

    /// `nil` when nothing is said: then nothing needs to be kept.
    public init?(contextClass: String?, methods: [String]) {
        guard contextClass != nil || !methods.isEmpty else { return nil }
        self.contextClass = contextClass
        self.methods = methods
    }

    /// From the claims of a validated token. A claim of another type says nothing: it meets no demand.
    public init?(claims: JSONObject) {
        let methods = (claims["amr"]?.arrayValue ?? []).compactMap(\.stringValue)
        self.init(
            contextClass: claims["acr"]?.stringValue.flatMap { $0.utf8.count <= Self.longest ? $0 : nil },
            methods: methods.prefix(Self.most).filter { $0.utf8.count <= Self.longest })
    }

    /// Bounds on what is kept of a token.
    private static let longest = 256
    private static let most = 32

    /// `{"acr": "...", "amr": ["..."]}`, as claims have it; what is not said is not there.
    public var json: JSONObject {
        var object = JSONObject()
        if let contextClass { object["acr"] = JSONValue(contextClass) }
        if !methods.isEmpty { object["amr"] = JSONValue(methods) }
        return object
    }
}
