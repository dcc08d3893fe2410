/// How two identifiers that should be equal differ, when the difference is one that people make.
package enum NearMiss: String, Sendable, Hashable, CaseIterable {
    case trailingSlash, letterCase, scheme, whitespace

    /// `nil` when they are equal or merely different. Only for hints: nothing is accepted because it is near.
    package init?(_ expected: String, _ got: String) {
        let (expected, got) = (Array(expected.utf8), Array(got.utf8))
        guard expected != got else { return nil }
        let slash = UInt8(ascii: "/")
        let trimmed = got.drop { $0 <= 0x20 }.reversed().drop { $0 <= 0x20 }.reversed()
        if expected == Array(trimmed) {
            self = .whitespace
        } else if expected + [slash] == got || got + [slash] == expected {
            self = .trailingSlash
        } else if Self.lowercased(expected) == Self.lowercased(got) {
            self = .letterCase
        } else if let a = Self.withoutScheme(expected), let b = Self.withoutScheme(got), a == b {
            self = .scheme
        } else if let a = Self.withoutScheme(expected), a == got[...] {
            self = .scheme
        } else {
            return nil
        }
    }

    package var hint: String {
        switch self {
        case .trailingSlash: "they differ only in a final '/', which counts"
        case .letterCase: "they differ only in upper and lower case, which counts"
        case .scheme: "they differ only in the scheme, https or http"
        case .whitespace: "they differ only in white space at the ends"
        }
    }

    private static func lowercased(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    private static func withoutScheme(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        for scheme in ["https://", "http://"] where bytes.starts(with: scheme.utf8) {
            return bytes.dropFirst(scheme.utf8.count)
        }
        return nil
    }
}
