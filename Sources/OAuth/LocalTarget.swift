package import Identifiers

/// Where somebody is sent back to on our own site, after signing in: a path and a query, never another site.
///
/// Browsers, proxies and routers take dots, backslashes and escapes apart differently. What they could differ on is
/// refused, so that this value is safe in a `Location` without another look.
package struct LocalTarget: ByteIdentifier {
    package let rawValue: String

    private static let longest = 4096

    /// Where somebody goes who did not say where to.
    package static let account = LocalTarget(constant: "/account")

    private init(constant: String) { rawValue = constant }

    package init(_ text: String) throws(InvalidValue) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.longest else { throw Self.invalid("longer than \(Self.longest) bytes") }
        guard bytes.first == UInt8(ascii: "/") else { throw Self.invalid("must begin with /") }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw Self.invalid("only visible ASCII is allowed") }
        guard !bytes.contains(UInt8(ascii: "\\")) else { throw Self.invalid("has a backslash") }
        guard !bytes.contains(UInt8(ascii: "#")) else { throw Self.invalid("has a fragment") }
        guard !bytes.starts(with: "//".utf8) else { throw Self.invalid("must not begin with //") }
        let path = bytes.prefix { $0 != UInt8(ascii: "?") }
        try Self.checkEscapes(bytes[...]) { _ in true }
        // A dot, a slash or a backslash, and what a second decoding would turn into one, or into a control character.
        try Self.checkEscapes(path) { $0 > 0x20 && $0 != 0x7F && !"./\\%".utf8.contains($0) }
        for segment in path.split(separator: UInt8(ascii: "/")) {
            guard !segment.elementsEqual(".".utf8), !segment.elementsEqual("..".utf8) else {
                throw Self.invalid("has a dot segment")
            }
        }
        rawValue = text
    }

    private static func checkEscapes(
        _ bytes: ArraySlice<UInt8>, _ isAllowed: (UInt8) -> Bool
    ) throws(InvalidValue) {
        for index in bytes.indices where bytes[index] == UInt8(ascii: "%") {
            guard let escaped = bytes.escapedByte(at: index) else { throw invalid("has a broken percent escape") }
            guard isAllowed(escaped) else { throw invalid("has an escape that is not allowed in a path") }
        }
    }

    private static func invalid(_ reason: String) -> InvalidValue { InvalidValue("local target", reason) }
}
