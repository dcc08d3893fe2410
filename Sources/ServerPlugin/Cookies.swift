import HTTPTypes
import Identifiers

/// The cookies of a request (RFC 6265 §5.4), by bytes.
public struct Cookies: Sendable {
    private var values: [(name: Key, value: String)] = []

    /// `fields`: every `Cookie` field, in order.
    public init(_ fields: [String]) {
        for field in fields {
            for pair in field.utf8.split(separator: UInt8(ascii: ";")) {
                let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { continue }
                let name = parts[0].drop { $0 == UInt8(ascii: " ") }
                values.append((Key(String(Substring(name))), String(Substring(parts[1]))))
            }
        }
    }

    /// `nil` when there is none, and when there are several that differ: somebody else may have put one of them there.
    public subscript(name: String) -> String? {
        let found = values.filter { $0.name == Key(name) }
        guard let first = found.first?.value, found.allSatisfy({ $0.value.hasSameBytes(as: first) }) else { return nil }
        return first
    }

    /// Those whose names begin so, without what they begin with.
    public func named(_ prefix: String) -> [(name: String, value: String)] {
        values.compactMap { entry in
            let name = entry.name.rawValue
            guard name.utf8.starts(with: prefix.utf8) else { return nil }
            return (String(Substring(name.utf8.dropFirst(prefix.utf8.count))), entry.value)
        }
    }
}

extension Request {
    public var cookies: Cookies { Cookies(headers[values: .cookie]) }
}

/// A cookie that an answer sets: `HttpOnly`, for the whole site, and not sent with what other sites post.
public struct CookieToSet: Sendable {
    /// `__Host-` stands before the name where the site is https (RFC 6265bis §4.1.3.2): then nobody but this very host can
    /// have set it.
    public let name: String
    public let value: String
    /// Seconds; `nil` until the browser is closed, 0 to take it back.
    public let maxAge: Int64?
    public let isSecure: Bool

    public init(_ name: String, _ value: String, maxAge: Int64?, isSecure: Bool) {
        self.name = Self.name(name, isSecure: isSecure)
        self.value = value
        self.maxAge = maxAge
        self.isSecure = isSecure
    }

    public static func name(_ name: String, isSecure: Bool) -> String { (isSecure ? "__Host-" : "") + name }

    var field: String {
        "\(name)=\(value); Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")
            + (maxAge.map { "; Max-Age=\($0)" } ?? "")
    }
}

extension Response {
    public mutating func set(_ cookie: CookieToSet) {
        headers.append(HTTPField(name: .setCookie, value: cookie.field))
    }
}
