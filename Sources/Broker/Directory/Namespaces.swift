package import AccessPolicy
import Identifiers
package import StrictJSON

/// A namespace as it is shown.
package struct NamespaceView: Hashable, Sendable {
    package enum Origin: Hashable, Sendable {
        case builtIn
        /// Made by an administrator.
        case made
        /// Named by a policy in force, and by nobody else.
        case policy
    }

    package let name: NamespaceName
    package let origin: Origin
    package let description: String
    package let labels: JSONObject
    package let createdAt: Timestamp?
    package let modifiedAt: Timestamp?
}

/// Namespaces: the built-in ones, those that policies name, and those that administrators make.
extension Broker {
    package func namespace(_ name: NamespaceName) throws(DirectoryFailure) -> NamespaceView {
        guard hasNamespace(name) else { throw .notFound(kind: "namespace", name: name.rawValue) }
        let object = index.object(StoredObject.ID(.namespace, name.rawValue))
        let origin: NamespaceView.Origin =
            NamespaceName.builtIn.contains(name) ? .builtIn : object == nil ? .policy : .made
        return NamespaceView(
            name: name, origin: origin, description: object?.document["description"]?.stringValue ?? "",
            labels: object?.document["labels"]?.objectValue ?? JSONObject(), createdAt: object?.createdAt,
            modifiedAt: object?.modifiedAt)
    }

    package func createNamespace(
        _ name: NamespaceName, description: String, labels: JSONObject, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) -> NamespaceView {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (NamespaceView, StoreTransaction) in
            let id = StoredObject.ID(.namespace, name.rawValue)
            // One that a policy names may be made as well: it then stays when the policy goes.
            guard index.object(id) == nil, !NamespaceName.builtIn.contains(name) else {
                throw .alreadyExists(kind: "namespace", name: name.rawValue)
            }
            let now = time.now()
            let document: JSONObject = ["description": JSONValue(description), "labels": .object(labels)]
            let event = directoryEvent(
                .namespaceCreated, target: name.rawValue, by: caller, at: now, context: context, namespace: name)
            let view = NamespaceView(
                name: name, origin: .made, description: description, labels: labels, createdAt: now, modifiedAt: now)
            let object = StoredObject(id: id, document: document, createdAt: now)
            return (view, StoreTransaction(changes: [.insertObject(object)], events: [event]))
        }
    }

    /// Removes a namespace with every role that is held in it. Refused while credentials live there, unless these are to
    /// end with it.
    package func removeNamespace(
        _ name: NamespaceName, endingCredentials: Bool, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) -> Int {
        var ended = 0
        while true {
            let view = try namespace(name)
            switch view.origin {
            case .builtIn: throw .wrongState("the namespace '\(name)' is built in")
            case .policy: throw .wrongState("the namespace '\(name)' is named by a policy; take it out there")
            case .made: break
            }
            let living = try await livingCredentials(in: name)
            guard living.isEmpty || endingCredentials else {
                throw .wrongState(
                    "credentials live in the namespace, such as '\(living[0].name)'; revoke them first, or ask for end_credentials"
                )
            }
            let now = time.now()
            var transaction = StoreTransaction(
                changes: living.flatMap { Self.ending($0, at: now) },
                events: living.map { credentialEvent(.credentialRevoked, $0, by: caller, at: now, context: context) })
            if living.count < Self.atOnce {
                transaction.changes += try await withoutNamespace(name, at: now)
                transaction.events.append(
                    directoryEvent(
                        .namespaceRemoved, target: name.rawValue, by: caller, at: now, context: context,
                        namespace: name))
            }
            do throws(StoreFailure) {
                try await store.commit(transaction)
            } catch {
                guard error == .conflict || error == .alreadyExists else { throw .store(error) }
                continue
            }
            ended += living.count
            guard living.count < Self.atOnce else { continue }
            return ended + (await endLateComers(in: name, by: caller, context: context))
        }
    }

    private static var atOnce: Int { 500 }

    private func livingCredentials(in namespace: NamespaceName) async throws(DirectoryFailure) -> [CredentialRecord] {
        let query = CredentialQuery(
            namespace: namespace, owner: nil, types: Set(CredentialType.allCases), limit: Self.atOnce)
        do throws(StoreFailure) { return try await store.credentials(query) } catch { throw .store(error) }
    }

    /// The namespace's own record, and every role in it: made again, it must not find its former people.
    private func withoutNamespace(
        _ name: NamespaceName, at now: Timestamp
    ) async throws(DirectoryFailure) -> [StoreChange] {
        guard let object = index.object(StoredObject.ID(.namespace, name.rawValue)) else {
            throw .notFound(kind: "namespace", name: name.rawValue)
        }
        var changes: [StoreChange] = [.deleteObject(object.id, revision: object.revision)]
        for principal in index.everybody {
            guard let roles = principal.record.bindings.entries[.named(name)] else { continue }
            var record = principal.record
            record.bindings = record.bindings.subtracting(NamespaceAccess([.named(name): roles]))
            record.revision &+= 1
            changes.append(.updatePrincipal(record))
        }
        for group in index.objects(.group) {
            guard let record = GroupRecord(group), let roles = record.bindings.entries[.named(name)] else { continue }
            var next = record
            next.bindings = record.bindings.subtracting(NamespaceAccess([.named(name): roles]))
            changes.append(.updateObject(group.replacing(next.document, at: now)))
        }
        for policy in index.objects(.authentication) where policy.name.hasPrefix(name.rawValue + "/") {
            changes.append(.deleteObject(policy.id, revision: policy.revision))
        }
        return changes
    }

    /// What was made while the namespace went: asked for before, committed after.
    private func endLateComers(in name: NamespaceName, by caller: Caller, context: RequestContext) async -> Int {
        guard let late = try? await livingCredentials(in: name), !late.isEmpty else { return 0 }
        let now = time.now()
        let events = late.map { credentialEvent(.credentialRevoked, $0, by: caller, at: now, context: context) }
        let changes = late.flatMap { Self.ending($0, at: now) }
        return (try? await store.commit(StoreTransaction(changes: changes, events: events))) == nil ? 0 : late.count
    }
}
