/// One pass over the bytes of one document.
///
/// The bytes are an argument of every method and not a property, so that the reader needs no lifetime annotations.
/// Recursion follows the nesting of the document, which `maximumDepth` bounds before anything is read.
struct Reader {
    /// The next byte to look at; never past the end.
    var offset = 0
    private let maximumDepth: Int
    private let maximumMembers: Int

    /// Past this the stack of a small thread would be at risk, here and when the value is freed.
    private static let deepest = 256

    init(_ bytes: Span<UInt8>, limits: JSONLimits) throws(JSONError) {
        maximumDepth = min(limits.maximumDepth, Self.deepest)
        maximumMembers = limits.maximumMembers
        guard bytes.count <= limits.maximumBytes else { throw JSONError(.tooLarge, at: limits.maximumBytes) }
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            throw JSONError(.byteOrderMark, at: 0)
        }
    }

    mutating func document(_ bytes: Span<UInt8>) throws(JSONError) -> JSONValue {
        skipSpace(bytes)
        let value = try value(bytes, depth: 0)
        try end(bytes)
        return value
    }

    mutating func objectDocument(_ bytes: Span<UInt8>) throws(JSONError) -> JSONObject {
        skipSpace(bytes)
        guard try peek(bytes) == UInt8(ascii: "{") else { throw JSONError(.notAnObject, at: offset) }
        let object = try object(bytes, depth: 0)
        try end(bytes)
        return object
    }

    private mutating func value(_ bytes: Span<UInt8>, depth: Int) throws(JSONError) -> JSONValue {
        switch try peek(bytes) {
        case UInt8(ascii: "\""): return .string(JSONString(try string(bytes)))
        case UInt8(ascii: "{"): return .object(try object(bytes, depth: depth))
        case UInt8(ascii: "["): return .array(try array(bytes, depth: depth))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number(bytes)
        case UInt8(ascii: "t"): return try literal("true", .bool(true), bytes)
        case UInt8(ascii: "f"): return try literal("false", .bool(false), bytes)
        case UInt8(ascii: "n"): return try literal("null", .null, bytes)
        default: throw JSONError(.unexpectedByte, at: offset)
        }
    }

    private mutating func object(_ bytes: Span<UInt8>, depth: Int) throws(JSONError) -> JSONObject {
        guard depth < maximumDepth else { throw JSONError(.tooDeep, at: offset) }
        offset += 1
        skipSpace(bytes)
        if try peek(bytes) == UInt8(ascii: "}") {
            offset += 1
            return JSONObject()
        }
        var members: [JSONObject.Member] = []
        var seen = SeenNames()
        repeat {
            skipSpace(bytes)
            let start = offset
            guard try peek(bytes) == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: offset) }
            guard members.count < maximumMembers else { throw JSONError(.tooManyMembers, at: start) }
            let name = JSONString(try string(bytes))
            guard seen.isNew(name, after: members) else { throw JSONError(.duplicateMember, at: start) }
            skipSpace(bytes)
            guard try peek(bytes) == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: offset) }
            offset += 1
            skipSpace(bytes)
            members.append(JSONObject.Member(name: name, value: try value(bytes, depth: depth + 1)))
            skipSpace(bytes)
        } while try continues(bytes, until: UInt8(ascii: "}"))
        return JSONObject(unchecked: members)
    }

    private mutating func array(_ bytes: Span<UInt8>, depth: Int) throws(JSONError) -> [JSONValue] {
        guard depth < maximumDepth else { throw JSONError(.tooDeep, at: offset) }
        offset += 1
        skipSpace(bytes)
        if try peek(bytes) == UInt8(ascii: "]") {
            offset += 1
            return []
        }
        var values: [JSONValue] = []
        repeat {
            skipSpace(bytes)
            values.append(try value(bytes, depth: depth + 1))
            skipSpace(bytes)
        } while try continues(bytes, until: UInt8(ascii: "]"))
        return values
    }

    /// Takes a comma (more follows) or the closing bracket.
    private mutating func continues(_ bytes: Span<UInt8>, until close: UInt8) throws(JSONError) -> Bool {
        let byte = try peek(bytes)
        guard byte == UInt8(ascii: ",") || byte == close else { throw JSONError(.unexpectedByte, at: offset) }
        offset += 1
        return byte != close
    }

    private mutating func literal(
        _ text: StaticString, _ value: JSONValue, _ bytes: Span<UInt8>
    ) throws(JSONError) -> JSONValue {
        let start = offset
        while offset - start < text.utf8CodeUnitCount {
            let expected = unsafe text.utf8Start[offset - start]
            guard try peek(bytes) == expected else { throw JSONError(.unexpectedByte, at: offset) }
            offset += 1
        }
        return value
    }

    /// The next byte, which must be there.
    func peek(_ bytes: Span<UInt8>) throws(JSONError) -> UInt8 {
        guard offset < bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
        return bytes[offset]
    }

    /// Only these four are white space (RFC 8259 §2).
    private mutating func skipSpace(_ bytes: Span<UInt8>) {
        while offset < bytes.count {
            let byte = bytes[offset]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            offset += 1
        }
    }

    private mutating func end(_ bytes: Span<UInt8>) throws(JSONError) {
        skipSpace(bytes)
        guard offset == bytes.count else { throw JSONError(.trailingBytes, at: offset) }
    }
}
