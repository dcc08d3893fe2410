extension JSONValue {
    /// Reads exactly one JSON value, with white space around it and nothing else (RFC 8259 §2).
    ///
    /// Stricter than the RFC demands where readers differ and an attacker lives on the difference: no name twice (§4),
    /// UTF-8 only and no byte order mark (§8.1), no half of a surrogate pair (§8.2).
    public static func parse(_ bytes: Span<UInt8>, limits: JSONLimits = .document) throws(JSONError) -> JSONValue {
        var reader = try Reader(bytes, limits: limits)
        return try reader.document(bytes)
    }

    public static func parse(_ bytes: [UInt8], limits: JSONLimits = .document) throws(JSONError) -> JSONValue {
        try parse(bytes.span, limits: limits)
    }

    /// The same for a document that must be an object, as a token's header, its claims and every request body must.
    public static func parseObject(
        _ bytes: Span<UInt8>, limits: JSONLimits = .document
    ) throws(JSONError) -> JSONObject {
        var reader = try Reader(bytes, limits: limits)
        return try reader.objectDocument(bytes)
    }

    public static func parseObject(_ bytes: [UInt8], limits: JSONLimits = .document) throws(JSONError) -> JSONObject {
        try parseObject(bytes.span, limits: limits)
    }
}
