extension JSONValue {
    /// The value as compact JSON: members in their order, only what must be escaped is (RFC 8259 §7).
    public func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        write(into: &bytes)
        return bytes
    }

    public func encodedText() -> String { String(decoding: encoded(), as: UTF8.self) }

    /// Appends the value to bytes that are already there.
    public func write(into bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(true): bytes.append(contentsOf: "true".utf8)
        case .bool(false): bytes.append(contentsOf: "false".utf8)
        case .integer(let value): bytes.append(contentsOf: String(value).utf8)
        case .number(let number): bytes.append(contentsOf: number.rawValue.utf8)
        case .string(let text): text.write(into: &bytes)
        case .array(let values): Self.write(values, between: ("[", "]"), into: &bytes) { $0.write(into: &$1) }
        case .object(let object): object.write(into: &bytes)
        }
    }

    fileprivate static func write<Element>(
        _ elements: [Element], between brackets: (open: Unicode.Scalar, close: Unicode.Scalar),
        into bytes: inout [UInt8], _ one: (Element, inout [UInt8]) -> Void
    ) {
        bytes.append(UInt8(ascii: brackets.open))
        var isFirst = true
        for element in elements {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            one(element, &bytes)
        }
        bytes.append(UInt8(ascii: brackets.close))
    }
}

extension JSONObject {
    public func encoded() -> [UInt8] { JSONValue.object(self).encoded() }

    fileprivate func write(into bytes: inout [UInt8]) {
        JSONValue.write(members, between: ("{", "}"), into: &bytes) { member, bytes in
            member.name.write(into: &bytes)
            bytes.append(UInt8(ascii: ":"))
            member.value.write(into: &bytes)
        }
    }
}

extension JSONString {
    fileprivate func write(into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = rawValue
        let isWritten = text.withUTF8 { utf8 in
            guard unsafe utf8.allSatisfy({ !Self.mustBeEscaped($0) }) else { return false }
            unsafe bytes.append(contentsOf: utf8)
            return true
        }
        if !isWritten {
            for byte in text.utf8 { Self.write(byte, into: &bytes) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func write(_ byte: UInt8, into bytes: inout [UInt8]) {
        guard mustBeEscaped(byte) else { return bytes.append(byte) }
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0..<0x20:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(hexDigit(byte >> 4))
            bytes.append(hexDigit(byte & 15))
        default: bytes.append(byte)
        }
    }

    private static func hexDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") - 10 + nibble
    }
}
