/// HTML that is safe by its type: literals are markup, and every text put into one is escaped.
///
///     let row: HTML = "<li><code>\(name)</code></li>"
package struct HTML: Sendable, ExpressibleByStringInterpolation {
    package private(set) var source: String

    package init(stringLiteral value: StaticString) { source = value.description }
    package init(stringInterpolation: StringInterpolation) { source = stringInterpolation.source }
    private init(unchecked source: String) { self.source = source }

    package static let nothing: HTML = ""

    /// The text itself.
    package static func text(_ text: String) -> HTML { HTML(unchecked: escaped(text)) }

    package static func joined(_ parts: [HTML], by separator: HTML = "") -> HTML {
        HTML(unchecked: parts.map(\.source).joined(separator: separator.source))
    }

    package static func + (left: HTML, right: HTML) -> HTML { HTML(unchecked: left.source + right.source) }

    package var isEmpty: Bool { source.isEmpty }

    /// For element content and for attribute values in either kind of quotes (WHATWG HTML §13.1.2.3, §13.3).
    package static func escaped(_ text: String) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): result.append(contentsOf: "&amp;".utf8)
            case UInt8(ascii: "<"): result.append(contentsOf: "&lt;".utf8)
            case UInt8(ascii: ">"): result.append(contentsOf: "&gt;".utf8)
            case UInt8(ascii: "\""): result.append(contentsOf: "&quot;".utf8)
            case UInt8(ascii: "'"): result.append(contentsOf: "&#39;".utf8)
            case 0: result.append(contentsOf: "\u{FFFD}".utf8)  // HTML knows no NUL
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var source = ""

        package init(literalCapacity: Int, interpolationCount: Int) { source.reserveCapacity(literalCapacity) }

        package mutating func appendLiteral(_ literal: StaticString) { source += literal.description }
        package mutating func appendInterpolation(_ text: String) { source += escaped(text) }
        package mutating func appendInterpolation(_ html: HTML) { source += html.source }
        package mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { source += part.source } }
    }
}
