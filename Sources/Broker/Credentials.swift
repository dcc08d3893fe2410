package import AccessPolicy
import Identifiers
import OpenSSLCrypto
package import Secrets
import StrictJSON

/// Why a credential operation was refused. CredentialsPlugin has the one table from these to the contract's codes.
package enum CredentialFailure: Error, Hashable, Sendable {
    /// A field of the request, and what is wrong with it.
    case invalid(field: String, reason: String)
    /// None of that name, or somebody else's: the same answer (security rule 18).
    case notFound
    case notPermitted(String)
    case store(StoreFailure)
    case cannotMake
}

/// What create answers: the record, and the secret this once.
package struct CreatedCredential: Sendable {
    package let record: CredentialRecord
    package let secret: Secret
}

/// Names of credentials: what is asked for, and the suffix that makes a repeated create a new one (contract README 2.5).
enum CredentialName {
    static let maximumBytes = 128
    private static let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)

    static func check(_ name: String) throws(CredentialFailure) {
        let isAllowed = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_.".utf8.contains(byte)
        }
        guard (1...maximumBytes).contains(name.utf8.count), name.utf8.allSatisfy(isAllowed) else {
            throw .invalid(field: "name", reason: "must be 1 to \(maximumBytes) of A-Z, a-z, 0-9, '-', '_' and '.'")
        }
    }

    /// 8 of `[a-z0-9]`, without bias.
    static func suffix() throws(CryptoFailure) -> String {
        var text: [UInt8] = []
        while text.count < 8 {
            for byte in try RandomBytes.make(12) where byte < 252 && text.count < 8 {
                text.append(letters[Int(byte % 36)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// The life of API credentials (issue A1: tokens; list, create, get, revoke).
extension Broker {
    /// Types of the personal family; the service family has its own paths.
    package static let personalTypes: Set<CredentialType> = [.apiToken, .apiCertificate, .kubeConfig]

    /// `days`: `nil` or 0 is the default.
    package func createToken(
        name asked: String, days: Int64?, in namespace: NamespaceName, by caller: Caller, context: RequestContext
    ) async throws(CredentialFailure) -> CreatedCredential {
        try CredentialName.check(asked)
        let maximum = settings.expiry.maximumAPITokenDays
        let days = days.flatMap { $0 == 0 ? nil : $0 } ?? min(CredentialExpiry.defaultDays, maximum)
        guard days > 0, days <= maximum else {
            throw .invalid(
                field: "expiration_days", reason: "must be 1 to \(maximum), the tenant's maximum for API tokens")
        }
        guard let authority = CredentialAuthority.of(caller) else {
            throw .notPermitted("this credential makes no others")
        }
        if case .policies(_, let types) = authority.rights, !types.contains(.apiToken) {
            throw .notPermitted("the policies behind this credential do not allow API_TOKEN")
        }
        let now = time.now()
        // Never outlives what its maker presented.
        let expiresAt = min(now.adding(seconds: days * 86_400), Timestamp(seconds: caller.expiresAt))
        let rights = rights(for: caller, authority: authority, in: namespace)
        do {
            let token = try OpaqueToken(making: .apiToken)
            let record = CredentialRecord(
                id: CredentialID(unchecked: try RecordID.make("cred", at: now)), namespace: namespace,
                name: asked + "-" + (try CredentialName.suffix()), type: .apiToken, owner: caller.principal.id,
                tokenHash: hasher.hash(token), createdAt: now, expiresAt: expiresAt, rights: rights,
                parent: authority.source, root: authority.root,
                removableAt: expiresAt.adding(seconds: CredentialRetention.ofRenewable))
            let event = credentialEvent(.credentialCreated, record, by: caller, at: now, context: context)
            try await store.commit(StoreTransaction(changes: [.insertCredential(record)], events: [event]))
            return CreatedCredential(record: record, secret: token.secret)
        } catch let failure as StoreFailure {
            throw .store(failure)
        } catch {
            throw .cannotMake
        }
    }

    /// The maker's own rights. In an application namespace confined to it. From a credential that is narrower than its
    /// owner, no wider than that credential.
    private func rights(
        for caller: Caller, authority: CredentialAuthority, in namespace: NamespaceName
    ) -> CredentialRights {
        guard namespace != .system else { return authority.rights }
        return authority.rights.confined(to: NamespaceAccess([.named(namespace): caller.access.roles(in: namespace)]))
    }

    /// Own credentials; everybody's for who may list them there.
    package func listCredentials(
        in namespace: NamespaceName, by caller: Caller, roles: RoleCatalog, after: String? = nil, limit: Int
    ) async throws(CredentialFailure) -> [CredentialRecord] {
        let seesAll = roles.allows(caller.access.roles(in: namespace), .list, on: .credentials)
        do throws(StoreFailure) {
            return try await store.credentials(
                CredentialQuery(
                    namespace: namespace, owner: seesAll ? nil : caller.principal.id, types: Self.personalTypes,
                    after: after, limit: limit))
        } catch {
            throw .store(error)
        }
    }

    package func credential(
        named name: String, in namespace: NamespaceName, by caller: Caller, for verb: Verb, roles: RoleCatalog
    ) async throws(CredentialFailure) -> CredentialRecord {
        let record: CredentialRecord?
        do throws(StoreFailure) {
            record = try await store.credential(named: name, in: namespace)
        } catch {
            throw .store(error)
        }
        guard let record, Self.personalTypes.contains(record.type) else { throw .notFound }
        let mayTouchOthers = roles.allows(caller.access.roles(in: namespace), verb, on: .credentials)
        guard record.owner == caller.principal.id || mayTouchOthers else { throw .notFound }
        return record
    }

    /// Dead at once, and gone. The caller may revoke what it is calling with.
    package func revokeCredential(
        named name: String, in namespace: NamespaceName, by caller: Caller, roles: RoleCatalog, context: RequestContext
    ) async throws(CredentialFailure) {
        while true {
            let record = try await credential(named: name, in: namespace, by: caller, for: .delete, roles: roles)
            let event = credentialEvent(.credentialRevoked, record, by: caller, at: time.now(), context: context)
            do throws(StoreFailure) {
                try await store.commit(
                    StoreTransaction(
                        changes: [.deleteCredential(record.id, revision: record.revision)], events: [event]))
                return
            } catch {
                // Changed in between: read again. It ends, as each round is somebody's progress.
                guard error == .conflict else { throw .store(error) }
            }
        }
    }

    private func credentialEvent(
        _ action: AuditEvent.Action, _ record: CredentialRecord, by caller: Caller, at now: Timestamp,
        context: RequestContext
    ) -> AuditEvent {
        AuditEvent(
            time: now, action: action, outcome: .success, actor: AuditEvent.Actor(caller), target: record.id.rawValue,
            namespace: record.namespace.rawValue, requestID: context.requestID,
            details: [
                "name": JSONValue(record.name), "type": JSONValue(record.type.rawValue),
                "owner": JSONValue(record.owner.rawValue), "expires": JSONValue(RFC3339.text(record.expiresAt)),
                "parent": JSONValue(record.parent.text), "root": JSONValue(record.root.text),
            ])
    }
}

extension CredentialRecord {
    /// Whether it opens anything, by its own state: what `active` shows.
    package func isUsable(at now: Timestamp) -> Bool { refusal(at: now) == nil }
}

extension Broker {
    /// What a listing shows as the owner: an e-mail address for people, the subject for workloads.
    package func ownerName(_ record: CredentialRecord) -> String {
        index.principal(record.owner)?.principal.name ?? record.owner.rawValue
    }
}
