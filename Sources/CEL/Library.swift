/// What the functions do. Each charges for what it reads and makes.
enum Library {
    static func call(
        _ function: Function, _ arguments: [CELValue], _ meter: inout Meter
    ) throws(EvaluationError.Reason) -> CELValue {
        switch (function, arguments.first, arguments.count > 1 ? arguments[1] : nil) {
        case (.size, let value?, nil): return .int(Int64(try size(value, &meter)))
        case (.int, let value?, nil): return try Conversion.int(value)
        case (.uint, let value?, nil): return try Conversion.uint(value)
        case (.double, let value?, nil): return try Conversion.double(value)
        case (.string, let value?, nil): return try Conversion.string(value, &meter)
        case (.bytes, let value?, nil): return try Conversion.bytes(value, &meter)
        case (.bool, let value?, nil): return try Conversion.bool(value)
        case (.type, let value?, nil): return .type(value.kind)
        case (.dyn, let value?, nil): return value
        case (.startsWith, .string(let text)?, .string(let prefix)?):
            try meter.read(prefix.utf8.count)
            return .bool(ByteText.starts(text, with: prefix))
        case (.endsWith, .string(let text)?, .string(let suffix)?):
            try meter.read(suffix.utf8.count)
            return .bool(ByteText.ends(text, with: suffix))
        case (.contains, .string(let text)?, .string(let part)?):
            try meter.read(2 * (text.utf8.count + part.utf8.count))
            return .bool(
                part.isEmpty || !ByteText.occurrences(of: Array(part.utf8), in: Array(text.utf8), limit: 1).isEmpty)
        case (.lowerAscii, .string(let text)?, nil):
            try meter.produce(text.utf8.count)
            return .string(ByteText.changingASCIICase(text, from: UInt8(ascii: "A")...UInt8(ascii: "Z")))
        case (.upperAscii, .string(let text)?, nil):
            try meter.produce(text.utf8.count)
            return .string(ByteText.changingASCIICase(text, from: UInt8(ascii: "a")...UInt8(ascii: "z")))
        case (.split, .string(let text)?, .string(let separator)?):
            if let pieces = try split(text, separator, arguments.count > 2 ? arguments[2] : .int(-1), &meter) {
                return pieces
            }
        case (.join, .list(let list)?, nil): return .string(try join(list, "", &meter))
        case (.join, .list(let list)?, .string(let separator)?): return .string(try join(list, separator, &meter))
        default: break
        }
        throw .noMatchingOverload(function.rawValue, arguments.map(\.kind))
    }

    /// Text counts code points.
    private static func size(_ value: CELValue, _ meter: inout Meter) throws(EvaluationError.Reason) -> Int {
        switch value {
        case .string(let text):
            try meter.read(text.utf8.count)
            return text.unicodeScalars.count
        case .bytes(let bytes): return bytes.count
        case .list(let list): return list.count
        case .map(let map): return map.count
        default: throw .noMatchingOverload("size", [value.kind])
        }
    }

    /// At most `limit` pieces, the last one with the rest; negative means all. `nil` when the limit is no int.
    private static func split(
        _ text: String, _ separator: String, _ limit: CELValue, _ meter: inout Meter
    ) throws(EvaluationError.Reason) -> CELValue? {
        guard case .int(let limit) = limit else { return nil }
        if limit == 0 { return .list([]) }
        let cuts = limit < 0 ? Int.max : Int(clamping: limit - 1)
        try meter.produce(2 * text.utf8.count + separator.utf8.count)
        let bytes = Array(text.utf8)
        let ranges = separator.isEmpty ? codePoints(bytes, cuts) : pieces(bytes, Array(separator.utf8), cuts)
        try meter.produceElements(ranges.count)
        return .list(ranges.map { .string(String(decoding: bytes[$0], as: UTF8.self)) })
    }

    private static func pieces(_ bytes: [UInt8], _ separator: [UInt8], _ cuts: Int) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        for cut in ByteText.occurrences(of: separator, in: bytes, limit: cuts) {
            ranges.append(start..<cut)
            start = cut + separator.count
        }
        return ranges + [start..<bytes.count]
    }

    private static func codePoints(_ bytes: [UInt8], _ cuts: Int) -> [Range<Int>] {
        var starts = bytes.indices.filter { bytes[$0] & 0xC0 != 0x80 }
        if cuts < starts.count { starts = Array(starts.prefix(cuts + 1)) }
        return zip(starts, starts.dropFirst() + [bytes.count]).map { $0..<$1 }
    }

    private static func join(
        _ list: CELList, _ separator: String, _ meter: inout Meter
    ) throws(EvaluationError.Reason) -> String {
        var text = ""
        for (index, element) in list.elements.enumerated() {
            guard case .string(let piece) = element else { throw .noMatchingOverload("join", [.list, element.kind]) }
            try meter.step()
            try meter.produce(piece.utf8.count + separator.utf8.count)
            if index > 0 { text += separator }
            text += piece
        }
        return text
    }
}
