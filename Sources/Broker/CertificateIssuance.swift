import AccessPolicy
import Identifiers
import JOSE
import OpenSSLCrypto
import Secrets
import StrictJSON

/// Certificates and kubeconfigs: an intent that is stored, a signature off the event loops, and a second commit that makes
/// it count (security rule 15).
extension Broker {
    /// How long an intent may stand: whoever made it has long been answered or is gone.
    private static let intentLifetime: Int64 = 900

    func createCertificate(
        _ draft: Draft, password: Secret?, by caller: Caller, replay: ReplayPlan?, context: RequestContext
    ) async throws(CredentialFailure) -> CreationOutcome {
        guard let authority else { throw .cannotMake }
        // Before anything is written; should somebody be quicker, the intent is taken back.
        guard !workshop.isFull else { throw .busy }
        var intent = draft.record
        intent.removableAt = draft.record.createdAt.adding(seconds: Self.intentLifetime)
        do throws(StoreFailure) {
            let event = credentialEvent(.certificateIntended, intent, by: caller, at: time.now(), context: context)
            try await store.commit(
                StoreTransaction(changes: draft.changes + [.insertCredential(intent)], events: [event]))
        } catch {
            throw .store(error)
        }
        do throws(CredentialFailure) {
            let made = try await sign(draft.record, password: password, with: authority)
            var record = draft.record
            record.proof = .certificate(CertificateProof(serial: made.serial, fingerprint: made.fingerprint))
            record.revision = intent.revision &+ 1
            let created = CreatedCredential(record: record, secret: made.data)
            let now = time.now()
            var changes: [StoreChange] = [.updateCredential(record)]
            if let replay { changes.append(try remember(replay, created, at: now)) }
            let event = credentialEvent(.credentialCreated, record, by: caller, at: now, context: context)
            let outcome = try await commit(
                StoreTransaction(changes: changes, events: [event]), answering: .created(created), replay: replay)
            if case .replayed = outcome { await withdraw(intent) }
            return outcome
        } catch {
            await withdraw(intent)
            throw error
        }
    }

    /// Takes an intent back. What cannot be taken back now, the clean-up removes.
    private func withdraw(_ intent: CredentialRecord) async {
        var changes: [StoreChange] = [.deleteCredential(intent.id, revision: intent.revision)]
        if intent.type.family == .service { changes.append(.deletePrincipal(intent.owner)) }
        try? await store.commit(StoreTransaction(changes: changes, events: []))
    }

    private struct MadeCertificate: Sendable {
        let serial: String
        let fingerprint: Digest32
        let data: Secret
    }

    private func sign(
        _ record: CredentialRecord, password: Secret?, with authority: IssuingAuthority
    ) async throws(CredentialFailure) -> MadeCertificate {
        let order = CertificateOrder(
            record: record, password: password, authority: authority.authority, issuer: settings.issuer.rawValue,
            revocationList: settings.issuer.rawValue + RevocationListPaths.der, settings: settings.certificates)
        do {
            return try await workshop.run {
                let (certificate, data) = try order.fill()
                guard let fingerprint = Digest32(certificate.fingerprint) else { throw CryptoFailure.library("SHA256") }
                return MadeCertificate(serial: certificate.serial, fingerprint: fingerprint, data: data)
            }
        } catch is SlowQueue.Full {
            throw .busy
        } catch {
            throw .cannotMake
        }
    }
}

/// One certificate to make, with everything that goes into it. Filled on the workshop's thread.
struct CertificateOrder: Sendable {
    let record: CredentialRecord
    let password: Secret?
    let authority: CertificateAuthority
    let issuer: String
    let revocationList: String
    let settings: CertificateSettings

    /// The certificate, and the contract's `data`: base64 of a PKCS#12 bundle or of a kubeconfig.
    func fill() throws(CryptoFailure) -> (Certificate, Secret) {
        guard let serial = record.proof.certificate.flatMap({ CertificateSerial(hex: $0.serial) }) else {
            throw .library("serial")
        }
        let key = try PrivateKeyHandle(generating: .p256)
        // Only ids that we made ourselves: whatever a name says, it cannot become another subject.
        let certificate = try authority.issueClientCertificate(
            name: try CertificateName(
                commonName: record.owner.rawValue, organizations: [CertificateSubject.organization]),
            uris: ["urn:gatehouse:credential:" + record.id.rawValue], emails: [], publicKey: key, serial: serial,
            notBefore: record.createdAt.seconds - CertificateSubject.backdating, notAfter: record.expiresAt.seconds,
            crlURL: revocationList)
        switch record.target {
        case nil:
            guard let password else { throw .library("password") }
            let bundle = try PKCS12.bundle(
                key: key, certificate: certificate, chain: [authority.certificate], password: password,
                friendlyName: record.name, encryption: settings.bundleEncryption == .aes256 ? .aes256 : .tripleDES)
            return (certificate, Secret(utf8: Base64Text.padded(bundle)))
        case let target?:
            var trusted = settings.kubernetesAuthority
            if trusted == nil { trusted = try authority.certificate.pem() }
            let kubeconfig = Kubeconfig(
                name: record.name, target: target,
                server: settings.kubernetesServer ?? Kubeconfig.server(issuer: issuer),
                authority: trusted ?? "", certificate: try certificate.pem(),
                key: try key.pem())
            return (certificate, Secret(utf8: Base64Text.padded(Array(kubeconfig.text.utf8))))
        }
    }
}
