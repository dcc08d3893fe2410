internal import SafeHTML

/// A link with its text.
package struct Link: Sendable {
    package let text: String
    package let href: String

    package init(_ text: String, href: String) {
        self.text = text
        self.href = href
    }

    /// Targets come from registrations and from queries, so a scheme that runs something is never made a link, whoever has
    /// let it through: then only the text remains.
    func html(class name: HTML) -> HTML {
        Self.isHarmless(href) ? "<a class=\"\(name)\" href=\"\(href)\">\(text)</a>" : "<span>\(text)</span>"
    }

    /// A path here, the web, plain HTTP on this machine, or an app's own scheme, which is a domain name backwards and so
    /// has a dot (RFC 8252 §7.1); `javascript:` and `data:` have none.
    static func isHarmless(_ href: String) -> Bool {
        let bytes = Array(href.utf8)
        guard bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }) else { return false }
        if bytes.starts(with: "/".utf8) { return !bytes.starts(with: "//".utf8) }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let scheme = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
        guard scheme.utf8.allSatisfy(isOfScheme) else { return false }
        switch scheme {
        case "https": return bytes[colon...].starts(with: "://".utf8)
        case "http": return isLoopback(bytes[colon...])
        default: return scheme.utf8.contains(UInt8(ascii: "."))
        }
    }

    /// RFC 3986 §3.1, in small letters.
    private static func isOfScheme(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: false
        }
    }

    /// Programs on the user's own machine listen there (RFC 8252 §7.3). The host has to end where its name does.
    private static func isLoopback(_ rest: ArraySlice<UInt8>) -> Bool {
        ["://127.0.0.1", "://[::1]", "://localhost"].contains { prefix in
            guard rest.starts(with: prefix.utf8) else { return false }
            guard let next = rest.dropFirst(prefix.utf8.count).first else { return true }
            return [UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "?"), UInt8(ascii: "#")].contains(next)
        }
    }
}
