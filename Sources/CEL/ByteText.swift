/// Operations on text by its bytes. UTF-8 keeps the order of code points and no character is part of another, so bytes
/// give what the language asks of code points, and never Swift's canonical equality.
enum ByteText {
    static func equal(_ lhs: String, _ rhs: String) -> Bool {
        guard lhs.utf8.count == rhs.utf8.count else { return false }
        let (left, right) = (lhs.utf8.span, rhs.utf8.span)
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }

    static func starts(_ text: String, with prefix: String) -> Bool {
        text.utf8.count >= prefix.utf8.count && text.utf8.starts(with: prefix.utf8)
    }

    static func ends(_ text: String, with suffix: String) -> Bool {
        text.utf8.count >= suffix.utf8.count && text.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }

    /// Where `needle` begins in `text`, without overlaps, at most `limit` times (Knuth, Morris and Pratt: linear for
    /// every input, hostile ones too).
    static func occurrences(of needle: [UInt8], in text: [UInt8], limit: Int) -> [Int] {
        guard !needle.isEmpty, needle.count <= text.count, limit > 0 else { return [] }
        let borders = borders(of: needle)
        var found: [Int] = []
        var matched = 0
        for (index, byte) in text.enumerated() {
            while matched > 0, needle[matched] != byte { matched = borders[matched - 1] }
            if needle[matched] == byte { matched += 1 }
            if matched == needle.count {
                found.append(index + 1 - matched)
                if found.count == limit { return found }
                matched = 0
            }
        }
        return found
    }

    /// For each prefix the length of the longest proper prefix that is its suffix too.
    private static func borders(of needle: [UInt8]) -> [Int] {
        var borders = [0]
        var length = 0
        for byte in needle.dropFirst() {
            while length > 0, needle[length] != byte { length = borders[length - 1] }
            if needle[length] == byte { length += 1 }
            borders.append(length)
        }
        return borders
    }

    /// Changes the case of A to Z and leaves everything else alone.
    static func changingASCIICase(_ text: String, from letters: ClosedRange<UInt8>) -> String {
        String(decoding: text.utf8.map { letters.contains($0) ? $0 ^ 0x20 : $0 }, as: UTF8.self)
    }
}
