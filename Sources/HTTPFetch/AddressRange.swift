package import Identifiers

/// Where an address leads that is not the public Internet (IANA special-purpose registries, RFC 6890).
package enum AddressRange: String, Hashable, Sendable, CaseIterable {
    case loopback
    /// RFC 1918 and RFC 4193.
    case privateUse = "private"
    /// Behind a carrier's translator (RFC 6598).
    case sharedSpace = "shared"
    /// RFC 3927, RFC 4291 §2.5.6; 169.254.169.254 hands out a cloud machine's credentials.
    case linkLocal = "link_local"
    case unspecified, multicast, documentation, benchmarking, reserved

    /// Whether naming an origin in `outbound.allow_origins` opens this range to it. The others stay closed: no
    /// provider lives there, and a name that an operator trusts may be pointed at the metadata service.
    package var opensForAllowedOrigins: Bool {
        switch self {
        case .loopback, .privateUse, .sharedSpace: true
        case .linkLocal, .unspecified, .multicast, .documentation, .benchmarking, .reserved: false
        }
    }
}

extension IPAddress {
    /// The range that keeps us from connecting, or `nil` for a public address.
    ///
    /// Every form of IPv6 that carries an IPv4 address is judged by that address: `[::ffff:127.0.0.1]` is loopback.
    package var specialRange: AddressRange? {
        switch self {
        case .v4(let address): Self.range(ofV4: address)
        case .v6(let upper, let lower): Self.range(ofV6: upper, lower)
        }
    }

    private static func range(ofV4 address: UInt32) -> AddressRange? {
        func isIn(_ a: UInt32, _ b: UInt32 = 0, _ c: UInt32 = 0, prefix: UInt32) -> Bool {
            (address ^ (a << 24 | b << 16 | c << 8)) >> (32 - prefix) == 0
        }
        if isIn(0, prefix: 8) { return .unspecified }
        if isIn(127, prefix: 8) { return .loopback }
        if isIn(10, prefix: 8) || isIn(172, 16, prefix: 12) || isIn(192, 168, prefix: 16) { return .privateUse }
        if isIn(100, 64, prefix: 10) { return .sharedSpace }
        if isIn(169, 254, prefix: 16) { return .linkLocal }
        if isIn(192, 0, 2, prefix: 24) || isIn(198, 51, 100, prefix: 24) || isIn(203, 0, 113, prefix: 24) {
            return .documentation
        }
        if isIn(198, 18, prefix: 15) { return .benchmarking }
        if isIn(224, prefix: 4) { return .multicast }
        // Protocol assignments (RFC 6890), the 6to4 anycast relay (RFC 7526), class E with the broadcast address.
        if isIn(192, 0, 0, prefix: 24) || isIn(192, 88, 99, prefix: 24) || isIn(240, prefix: 4) { return .reserved }
        return nil
    }

    private static func range(ofV6 upper: UInt64, _ lower: UInt64) -> AddressRange? {
        let low = UInt32(truncatingIfNeeded: lower)
        if upper == 0 {
            if lower == 0 { return .unspecified }
            if lower == 1 { return .loopback }
            // Mapped, compatible, and translated (RFC 4291 §2.5.5, RFC 2765 §2.1).
            if lower >> 32 == 0xFFFF || lower >> 32 == 0 || lower >> 32 == 0xFFFF_0000 { return range(ofV4: low) }
            return .reserved
        }
        if upper == 0x0064_FF9B_0000_0000, lower >> 32 == 0 { return range(ofV4: low) }  // NAT64, RFC 6052 §2.1
        if upper >> 48 == 0x2002 { return range(ofV4: UInt32(truncatingIfNeeded: upper >> 16)) }  // 6to4, RFC 3056
        switch upper >> 56 {
        case 0xFF: return .multicast
        case 0xFC, 0xFD: return .privateUse
        case 0xFE where upper >> 54 == 0x3FA: return .linkLocal
        case 0xFE where upper >> 54 == 0x3FB: return .privateUse  // site-local, RFC 3879
        default: break
        }
        if upper >> 32 == 0x2001_0DB8 || upper >> 44 == 0x3FFF0 { return .documentation }
        if upper >> 16 == 0x2001_0002_0000 { return .benchmarking }
        if upper >> 41 == 0x2001_0000 >> 9 { return .reserved }  // 2001::/23: Teredo, ORCHID, protocol assignments
        return upper >> 61 == 0b001 ? nil : .reserved  // only 2000::/3 is global unicast (RFC 4291 §2.4)
    }
}
