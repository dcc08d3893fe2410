/// How texts compare where case does not matter (RFC 7643 §2.2, `caseExact` false).
///
/// A to Z are a to z. A letter outside ASCII is its lower case when Unicode has one of exactly one scalar that is outside
/// ASCII too. Everything else is itself: nothing is normalised, and no letter of another script becomes an ASCII one, so
/// U+212A KELVIN SIGN is no `k` ([decision 10](../../docs/decisions/0010-identifiers-are-bytes.md)).
package enum CaseFolding {
    /// Two texts are equal without case exactly when their keys have the same bytes. A store that indexes such an
    /// attribute indexes this.
    package static func key(_ text: String) -> String {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else {
            return String(decoding: text.utf8.map(lowercase), as: UTF8.self)
        }
        var folded = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { folded.append(fold(scalar)) }
        return String(folded)
    }

    static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    private static func fold(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        if scalar.isASCII { return Unicode.Scalar(lowercase(UInt8(truncatingIfNeeded: scalar.value))) }
        let lower = scalar.properties.lowercaseMapping.unicodeScalars
        guard let only = lower.first, lower.count == 1, !only.isASCII else { return scalar }
        return only
    }
}

extension StringProtocol {
    /// Whether both are the same name of an attribute, an operator or a schema: their bytes, A to Z without case
    /// (RFC 7643 §2.1, RFC 7644 §3.10).
    func isSameName(as other: some StringProtocol) -> Bool {
        utf8.count == other.utf8.count
            && zip(utf8, other.utf8).allSatisfy { CaseFolding.lowercase($0) == CaseFolding.lowercase($1) }
    }
}
