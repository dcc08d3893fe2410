import Identifiers
package import OpenSSLCrypto
import Synchronization

/// Where the authority and its revocation list are served.
package enum RevocationListPaths {
    package static let certificate = "/pki/ca.pem"
    package static let der = "/pki/ca.crl"
    package static let pem = "/pki/ca.crl.pem"
}

/// The list of revoked certificates (RFC 5280 §5), made again when something changed, and now and then so that it never
/// runs out.
final class RevocationListCache: Sendable {
    struct Made: Sendable {
        let list: RevocationList
        let version: Int64
        let number: Int64
        let madeAt: Timestamp
    }

    private let last = Mutex<Made?>(nil)

    /// A list says of itself that it is good for a day; a new one is made after half of that.
    static let lifetime: Int64 = 86_400
    private static let refresh: Int64 = 43_200
    /// However much changes, a list is made at most this often, in milliseconds: it costs a signature.
    private static let pause: Int64 = 100

    func current(version: Int64, at now: Timestamp) -> Made? {
        last.withLock { last in
            guard let last else { return nil }
            let age = now.milliseconds &- last.madeAt.milliseconds
            if age < 0 { return nil }
            if last.version == version { return age < Self.refresh * 1000 ? last : nil }
            return age < Self.pause ? last : nil
        }
    }

    /// The number of the next list: it grows, also over restarts, so it follows the clock (RFC 5280 §5.2.3).
    func nextNumber(at now: Timestamp) -> Int64 {
        last.withLock { max(now.milliseconds, ($0?.number ?? 0) &+ 1) }
    }

    func keep(_ made: Made) {
        last.withLock { last in
            if let known = last, known.number >= made.number { return }
            last = made
        }
    }
}

extension Broker {
    package var authorityCertificate: Certificate? { authority?.authority.certificate }

    /// The revocation list as of now; `nil` without an authority.
    package func revocationList() async throws(CredentialFailure) -> RevocationList? {
        guard let authority else { return nil }
        let now = time.now()
        let version = index.revocationVersion
        if let made = revocationLists.current(version: version, at: now) { return made.list }
        let number = revocationLists.nextNumber(at: now)
        let entries = index.revocations(at: now).compactMap { revocation in
            CertificateSerial(hex: revocation.serial).map {
                RevokedEntry(
                    serial: $0, revokedAt: revocation.at.seconds,
                    reason: revocation.isOnHold ? .certificateHold : .unspecified)
            }
        }
        do {
            let list = try await workshop.run {
                try authority.authority.revocationList(
                    entries: entries, number: number, thisUpdate: now.seconds,
                    nextUpdate: now.seconds + RevocationListCache.lifetime)
            }
            revocationLists.keep(
                RevocationListCache.Made(list: list, version: version, number: number, madeAt: now))
            return list
        } catch is SlowQueue.Full {
            throw .busy
        } catch {
            throw .cannotMake
        }
    }
}
