package import AccessPolicy
import Identifiers
import OpenSSLCrypto
package import Secrets
import StrictJSON

/// Authentication policies: made, replaced and removed by whoever administers a namespace, in force on the next request.
extension Broker {
    /// At most so many in one namespace: each is asked on every request there.
    package static let mostAuthentications = 32

    package func authentications(in namespace: NamespaceName) -> [AuthenticationRecord] {
        index.objects(.authentication).compactMap { AuthenticationRecord($0) }.filter { $0.namespace == namespace }
    }

    package func authentication(
        _ name: String, in namespace: NamespaceName
    ) throws(DirectoryFailure) -> AuthenticationRecord {
        guard
            let record = index.object(AuthenticationRecord.objectID(name, in: namespace)).flatMap({
                AuthenticationRecord($0)
            })
        else { throw Self.noAuthentication(name) }
        return record
    }

    private static func noAuthentication(_ name: String) -> DirectoryFailure {
        .notFound(kind: "authentication policy", name: name)
    }

    /// Seals a secret of a policy: it opens in its own place only.
    package func sealed(
        _ secret: Secret, for purpose: String, of name: String, in namespace: NamespaceName
    ) throws(DirectoryFailure) -> [UInt8] {
        let context = Array("authentication:\(namespace)/\(name):\(purpose)".utf8)
        do { return try sealing.seal(secret, context: context) } catch { throw .cannotMake }
    }

    package func createAuthentication(
        _ record: AuthenticationRecord, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) -> AuthenticationRecord {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (AuthenticationRecord, StoreTransaction) in
            guard hasNamespace(record.namespace) else {
                throw .notFound(kind: "namespace", name: record.namespace.rawValue)
            }
            guard index.object(record.objectID) == nil else {
                throw .alreadyExists(kind: "authentication policy", name: record.name)
            }
            guard authentications(in: record.namespace).count < Self.mostAuthentications else {
                throw .wrongState("a namespace has at most \(Self.mostAuthentications) authentication policies")
            }
            try check(record, by: caller, context: context)
            let now = time.now()
            var record = record
            do throws(CryptoFailure) { record.id = try RecordID.make("auth", at: now) } catch { throw .cannotMake }
            record.creator = caller.principal.name
            record.createdAt = now
            let object = StoredObject(id: record.objectID, document: record.document, createdAt: now)
            let event = event(.authenticationCreated, record, by: caller, at: now, context: context)
            return (record, StoreTransaction(changes: [.insertObject(object)], events: [event]))
        }
    }

    /// Replaces a policy whole, its secrets too.
    package func replaceAuthentication(
        with record: AuthenticationRecord, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (Void, StoreTransaction) in
            guard let object = index.object(record.objectID) else { throw Self.noAuthentication(record.name) }
            try check(record, by: caller, context: context)
            let now = time.now()
            var record = record
            record.id = object.document["id"]?.stringValue ?? ""
            record.creator = object.document["creator"]?.stringValue ?? ""
            let event = event(.authenticationReplaced, record, by: caller, at: now, context: context)
            return (
                (),
                StoreTransaction(
                    changes: [.updateObject(object.replacing(record.document, at: now))], events: [event])
            )
        }
    }

    package func removeAuthentication(
        _ name: String, in namespace: NamespaceName, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (Void, StoreTransaction) in
            let id = AuthenticationRecord.objectID(name, in: namespace)
            guard let object = index.object(id) else { throw Self.noAuthentication(name) }
            let event = directoryEvent(
                .authenticationRemoved, target: name, by: caller, at: time.now(), context: context,
                namespace: namespace)
            return ((), StoreTransaction(changes: [.deleteObject(id, revision: object.revision)], events: [event]))
        }
    }

    /// What would keep out whoever sets it is a mistake where there is nobody else to mend it.
    private func check(
        _ record: AuthenticationRecord, by caller: Caller, context: RequestContext
    ) throws(DirectoryFailure) {
        guard !record.coversTenant || record.namespace == .system else {
            throw .invalid(field: "spec.access_params.covers_tenant", reason: "must be false outside 'system'")
        }
        guard record.namespace == .system, !record.isDisabled, let authority = CredentialAuthority.of(caller) else {
            return
        }
        let violations = record.rules.violations(of: authority.facts(source(context.remoteAddress)))
        guard violations.isEmpty else {
            throw .wrongState(
                "this policy would keep out the credential that you set it with: "
                    + violations.map(\.message).joined(separator: "; ") + ". Set it with one that it lets in")
        }
    }

    private func event(
        _ action: AuditEvent.Action, _ record: AuthenticationRecord, by caller: Caller, at now: Timestamp,
        context: RequestContext
    ) -> AuditEvent {
        directoryEvent(
            action, target: record.name, by: caller, at: now, context: context, namespace: record.namespace,
            details: [
                "covers_tenant": .bool(record.coversTenant), "disabled": .bool(record.isDisabled),
                "rules": record.document["rules"] ?? .null,
            ])
    }
}
