/// The one thing we read from `Cache-Control` (RFC 9111 §5.2.2): for how long a key set may be kept.
package enum CacheControl {
    /// `nil` when nothing is said; zero for `no-store`, `no-cache` and what cannot be read as a number.
    package static func lifetime(_ value: String?) -> Duration? {
        guard let value else { return nil }
        var lifetime: Duration?
        for directive in value.utf8.split(separator: UInt8(ascii: ",")) {
            let parts = directive.split(separator: UInt8(ascii: "="), maxSplits: 1).map { part in
                String(decoding: part.filter { $0 > 0x20 && $0 != UInt8(ascii: "\"") }, as: UTF8.self).lowercased()
            }
            switch parts.first {
            case "no-store", "no-cache": return .zero
            case "max-age":
                let digits = parts.count == 2 ? parts.last ?? "" : ""
                guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return .zero }
                // More digits than fit are more seconds than anybody means; the caller clamps.
                lifetime = .seconds(min(Int64(digits) ?? .max, 1 << 40))
            default: continue
            }
        }
        return lifetime
    }
}
