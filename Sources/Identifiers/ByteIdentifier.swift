/// Text that identifies something and is compared byte by byte.
///
/// Swift's `String ==` says that U+212A KELVIN SIGN equals "K" and that composed equals decomposed: two different
/// subjects could become one. Everything that names a subject, an issuer, a role or a namespace conforms to this and
/// so compares and hashes by its UTF-8 (OpenID Connect Core §3.1.3.7, RFC 8259 §8.3).
public protocol ByteIdentifier: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The identifier exactly as it was given.
    var rawValue: String { get }
}

extension ByteIdentifier {
    @inlinable public static func == (lhs: Self, rhs: Self) -> Bool { lhs.rawValue.hasSameBytes(as: rhs.rawValue) }

    @inlinable public func hash(into hasher: inout Hasher) { rawValue.hashBytes(into: &hasher) }

    /// Order of the UTF-8 bytes: stable across locales, and the order SQLite's BINARY and PostgreSQL's "C" collations use.
    @inlinable public static func < (lhs: Self, rhs: Self) -> Bool {
        lhs.rawValue.utf8.lexicographicallyPrecedes(rhs.rawValue.utf8)
    }

    @inlinable public var description: String { rawValue }
}

extension StringProtocol {
    /// Whether both texts are the same sequence of UTF-8 bytes.
    @inlinable public func hasSameBytes(as other: some StringProtocol) -> Bool {
        let (ours, theirs) = (utf8, other.utf8)
        guard ours.count == theirs.count else { return false }  // constant time for native text
        let fast = ours.withContiguousStorageIfAvailable { ours in
            theirs.withContiguousStorageIfAvailable { theirs in unsafe ours.elementsEqual(theirs) }
        }
        return (fast ?? nil) ?? ours.elementsEqual(theirs)
    }

    /// Feeds the UTF-8 bytes and a terminator that cannot occur in UTF-8 to a hasher.
    @inlinable public func hashBytes(into hasher: inout Hasher) {
        var text = String(self)  // nothing is copied when this is one already
        text.withUTF8 { bytes in unsafe hasher.combine(bytes: UnsafeRawBufferPointer(bytes)) }
        hasher.combine(0xFF as UInt8)
    }
}
