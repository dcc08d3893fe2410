internal import Glibc

/// An address on the network, whatever its spelling was.
public enum IPAddress: Hashable, Sendable {
    case v4(UInt32)
    /// The upper and the lower half.
    case v6(UInt64, UInt64)

    /// Reads what `inet_pton` reads: dotted decimal or RFC 4291 §2.2, without zone and brackets.
    public init?(_ text: String) {
        var v4 = in_addr()
        var v6 = in6_addr()
        if unsafe inet_pton(AF_INET, text, &v4) == 1 {
            self = .v4(UInt32(bigEndian: v4.s_addr))
        } else if unsafe inet_pton(AF_INET6, text, &v6) == 1 {
            let bytes = unsafe withUnsafeBytes(of: &v6) { unsafe [UInt8]($0) }
            self.init(networkOrder: bytes)
        } else {
            return nil
        }
    }

    /// Four or sixteen bytes.
    public init?(networkOrder bytes: [UInt8]) {
        func number<T: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>) -> T { bytes.reduce(0) { $0 << 8 | T($1) } }
        switch bytes.count {
        case 4: self = .v4(number(bytes[...]))
        case 16: self = .v6(number(bytes.prefix(8)), number(bytes.suffix(8)))
        default: return nil
        }
    }

    public var isV4: Bool { if case .v4 = self { true } else { false } }

    /// The IPv4 address that an IPv4-mapped one stands for (RFC 4291 §2.5.5.2), and any other as it is: a server that
    /// listens on both sees the same client in either form.
    public var unmapped: IPAddress {
        guard case .v6(0, let lower) = self, lower >> 32 == 0xFFFF else { return self }
        return .v4(UInt32(truncatingIfNeeded: lower))
    }
}
