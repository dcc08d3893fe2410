/// A range of addresses in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3): `10.0.0.0/8`, `2001:db8::/32`. An address alone
/// is the network of that one.
public struct IPNetwork: Hashable, Sendable {
    /// As it was written.
    public let text: String
    private let base: IPAddress
    private let prefix: Int

    /// Strict: bits behind the prefix must be zero, so that a slip of the pen is not read as something wider or narrower.
    public init(_ text: some StringProtocol) throws(InvalidValue) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let base = IPAddress(String(parts[0])) else { throw Self.invalid }
        let width = base.isV4 ? 32 : 128
        var prefix = width
        if parts.count == 2 {
            let digits = parts[1].utf8
            let isNumber = (1...3).contains(digits.count) && digits.allSatisfy { (0x30...0x39).contains($0) }
            let hasLeadingZero = digits.count > 1 && digits.first == UInt8(ascii: "0")
            guard isNumber, !hasLeadingZero, let number = Int(String(parts[1])), number <= width else {
                throw Self.invalid
            }
            prefix = number
        }
        guard Self.masked(base, prefix) == base else {
            throw InvalidValue("network", "must have no bits behind its prefix: 10.0.0.0/8, not 10.1.2.3/8")
        }
        guard base.unmapped == base else {
            throw InvalidValue("network", "must be written as IPv4, not as IPv4-mapped IPv6")
        }
        (self.text, self.base, self.prefix) = (String(text), base, prefix)
    }

    private static let invalid = InvalidValue(
        "network", "must be an address or a network in CIDR notation, such as 10.0.0.0/8 or 2001:db8::/32")

    public func contains(_ address: IPAddress) -> Bool {
        let address = address.unmapped
        return address.isV4 == base.isV4 && Self.masked(address, prefix) == base
    }

    private static func masked(_ address: IPAddress, _ prefix: Int) -> IPAddress {
        switch address {
        case .v4(let bits): .v4(bits & mask(prefix))
        case .v6(let upper, let lower): .v6(upper & mask(min(prefix, 64)), lower & mask(max(prefix - 64, 0)))
        }
    }

    /// The upper `count` bits.
    private static func mask<Bits: FixedWidthInteger & UnsignedInteger>(_ count: Int) -> Bits { ~(Bits.max >> count) }

    public static func == (lhs: Self, rhs: Self) -> Bool { lhs.base == rhs.base && lhs.prefix == rhs.prefix }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(base)
        hasher.combine(prefix)
    }
}
