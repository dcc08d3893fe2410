import Identifiers

/// One line of the revocation list.
struct Revocation: Hashable, Sendable {
    /// Lower-case hexadecimal.
    let serial: String
    let at: Timestamp
    /// Not usable now but not gone: inactive, or its owner disabled (RFC 5280 §5.3.1, certificateHold).
    let isOnHold: Bool

    static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.serial.hasSameBytes(as: rhs.serial) && lhs.at == rhs.at && lhs.isOnHold == rhs.isOnHold
    }

    func hash(into hasher: inout Hasher) { serial.hashBytes(into: &hasher) }
}

/// Serials of certificates that were revoked before they expired.
struct RevokedCertificates {
    private var serials: [Key: (at: Timestamp, until: Timestamp)] = [:]
    /// Grows with every change, so that a list made before it is known to be old.
    private(set) var version: Int64 = 0

    mutating func changed() { version &+= 1 }

    mutating func insert(_ certificate: RevokedCertificate) {
        let key = Key(certificate.serial)
        if serials[key] == nil { serials[key] = (certificate.revokedAt, certificate.until) }
        changed()
    }

    mutating func forget(before now: Timestamp) {
        let count = serials.count
        serials = serials.filter { $0.value.until > now }
        if serials.count != count { changed() }
    }

    func entries(at now: Timestamp) -> [Revocation] {
        serials.compactMap { key, value in
            value.until > now ? Revocation(serial: key.rawValue, at: value.at, isOnHold: false) : nil
        }
    }
}
