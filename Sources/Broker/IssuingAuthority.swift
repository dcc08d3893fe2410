import Identifiers
package import OpenSSLCrypto
package import Secrets
import StrictJSON
import Synchronization

/// The certificate authority of this broker: signs what it hands out, and knows its own again.
package final class IssuingAuthority: Sendable {
    package let authority: CertificateAuthority
    /// The fingerprints of certificates whose signature was checked. A certificate does not change, so it is checked
    /// once and then only against the clock and the store.
    private let verified = Mutex<[Digest32: Window]>([:])

    private struct Window: Sendable {
        let notBefore: Int64
        let notAfter: Int64
    }

    /// A bound for what an attacker cannot fill anyway: only certificates that we signed come in.
    private static let remembered = 50_000

    package init(_ authority: CertificateAuthority) { self.authority = authority }

    /// The fingerprint of a certificate that is ours, in time, and for clients.
    func verify(_ der: [UInt8], at now: Timestamp) throws(CertificateRefusal) -> Digest32 {
        guard let fingerprint = Digest32(SHA2.sha256(der)) else { throw .malformed }
        if let window = verified.withLock({ $0[fingerprint] }) {
            guard window.notBefore <= now.seconds else { throw .notYetValid }
            guard now.seconds <= window.notAfter else { throw .expired }
            return fingerprint
        }
        let certificate: Certificate
        do {
            certificate = try Certificate(der: der)
        } catch {
            throw .malformed
        }
        try authority.verifyClient(certificate, at: now.seconds)
        verified.withLock { verified in
            if verified.count >= Self.remembered { verified.removeAll(keepingCapacity: true) }
            verified[fingerprint] = Window(notBefore: certificate.notBefore, notAfter: certificate.notAfter)
        }
        return fingerprint
    }
}

/// What is stored of an authority that we made: its certificate, and its key sealed (security rule 15).
package struct StoredAuthority: Sendable {
    package let certificate: String
    package let sealedKey: [UInt8]

    /// The sealed key opens for this purpose only.
    static let context = Array("certificate-authority".utf8)
    static let setting = "certificate_authority"

    init(certificate: String, sealedKey: [UInt8]) {
        self.certificate = certificate
        self.sealedKey = sealedKey
    }

    /// Reads what `text` writes.
    init?(text: String) {
        guard let json = try? JSONValue.parse(Array(text.utf8)), let certificate = json["certificate"]?.stringValue,
            let key = json["sealed_key"]?.stringValue.flatMap(Hexadecimal.bytes)
        else { return nil }
        self.init(certificate: certificate, sealedKey: key)
    }

    var text: String {
        let json: JSONValue = [
            "certificate": JSONValue(certificate), "sealed_key": JSONValue(Hexadecimal.text(sealedKey)),
        ]
        return json.encodedText()
    }
}

package enum AuthorityFailure: Error, Hashable, Sendable {
    /// What is stored does not read, or was sealed with another key: `keys.dir` and the database do not belong together.
    case cannotOpen
    case crypto(CryptoFailure)
    case store(StoreFailure)
}

extension Broker {
    /// Ten years.
    private static let authorityLifetime: Int64 = 3650 * 86_400

    /// Takes the authority that is given, or the stored one, or makes one: once in the life of the store, whichever
    /// broker is first.
    package func loadAuthority(
        given: (certificate: String, key: Secret)?, sealing: SealingKey
    ) async throws(AuthorityFailure) {
        if let given {
            do throws(CryptoFailure) {
                let authority = try CertificateAuthority(
                    certificate: try Certificate(pem: given.certificate), key: try PrivateKeyHandle(pem: given.key))
                self.install(IssuingAuthority(authority))
                return
            } catch {
                throw .crypto(error)
            }
        }
        while true {
            let text: String?
            do throws(StoreFailure) { text = try await store.setting(StoredAuthority.setting) } catch {
                throw .store(error)
            }
            if let text {
                install(try Self.open(text, sealing: sealing))
                return
            }
            try await makeAuthority(sealing: sealing)
        }
    }

    private static func open(_ text: String, sealing: SealingKey) throws(AuthorityFailure) -> IssuingAuthority {
        guard let stored = StoredAuthority(text: text),
            let key = try? sealing.open(stored.sealedKey, context: StoredAuthority.context)
        else { throw .cannotOpen }
        do throws(CryptoFailure) {
            return IssuingAuthority(
                try CertificateAuthority(
                    certificate: try Certificate(pem: stored.certificate), key: try PrivateKeyHandle(pem: key)))
        } catch {
            throw .crypto(error)
        }
    }

    private func makeAuthority(sealing: SealingKey) async throws(AuthorityFailure) {
        let now = time.now()
        let stored: StoredAuthority
        do throws(CryptoFailure) {
            let key = try PrivateKeyHandle(generating: .p256)
            let made = try CertificateAuthority.make(
                commonName: "Gatehouse client authority", organization: CertificateSubject.organization, key: key,
                serial: try CertificateSerial.random(), notBefore: now.seconds - CertificateSubject.backdating,
                notAfter: now.seconds + Self.authorityLifetime)
            stored = StoredAuthority(
                certificate: try made.certificate.pem(),
                sealedKey: try sealing.seal(try key.pem(), context: StoredAuthority.context))
        } catch {
            throw .crypto(error)
        }
        let event = AuditEvent(
            time: now, action: .authorityMade, outcome: .success, actor: AuditEvent.Actor(name: "gatehouse"),
            requestID: "start")
        do throws(StoreFailure) {
            try await store.commit(
                StoreTransaction(
                    changes: [.insertSetting(name: StoredAuthority.setting, value: stored.text)], events: [event]))
        } catch {
            // Another broker was first: theirs is read.
            guard error == .alreadyExists else { throw .store(error) }
        }
    }
}

/// What stands in every certificate that we sign.
enum CertificateSubject {
    /// Kubernetes reads it as a group: fixed, so that nobody names their own.
    static let organization = "gatehouse"
    /// Seconds by which a certificate begins in the past, for clocks that are behind.
    static let backdating: Int64 = 300
}
