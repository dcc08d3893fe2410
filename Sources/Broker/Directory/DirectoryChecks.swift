import AccessPolicy
import Identifiers
import StrictJSON

/// The rules that every change to the directory keeps: nobody gives what they do not hold, nobody is named that is not
/// there, and there is always an administrator.
extension Broker {
    /// Whether these roles can be given: the namespaces and roles are there.
    func checkReferences(_ access: NamespaceAccess) throws(DirectoryFailure) {
        for (pattern, roles) in access.entries.sorted(by: { $0.key < $1.key }) {
            if case .named(let namespace) = pattern, !hasNamespace(namespace) {
                throw .notFound(kind: "namespace", name: namespace.rawValue)
            }
            for role in roles.sorted() where !hasRole(role) { throw .notFound(kind: "role", name: role.rawValue) }
        }
    }

    /// No escalation: neither by giving what one does not hold, nor by taking somebody over who holds more.
    func checkMayGrant(_ access: NamespaceAccess, by caller: Caller, _ what: String) throws(DirectoryFailure) {
        guard mayGrant(access, by: caller) else { throw .notPermitted("\(what) must lie within your own roles") }
    }

    /// The groups of these names, each of them there.
    func groups(named names: [String]) throws(DirectoryFailure) -> [GroupRecord] {
        var groups: [GroupRecord] = []
        for name in Set(names.map { Key($0) }).sorted() {
            guard let group = index.group(name.rawValue) else {
                throw .notFound(kind: "user group", name: name.rawValue)
            }
            groups.append(group)
        }
        return groups
    }

    /// A change of what somebody may do, so that an enabled administrator of `system` always remains.
    ///
    /// Two administrators who remove each other at the same time would each see the other: whoever takes the role away
    /// also moves one record on, and the second of the two meets that and looks again.
    func keepingAnAdministrator(
        _ leaving: Set<PrincipalID>, at now: Timestamp
    ) throws(DirectoryFailure) -> [StoreChange] {
        let administrators = index.administrators
        guard !administrators.isDisjoint(with: leaving) else { return [] }
        // One whose identity rests could not come and mend it.
        let stays = administrators.subtracting(leaving).contains { id in
            index.principal(id).map { isStanding($0.principal) } ?? false
        }
        guard stays else {
            throw .wrongState("this would leave nobody who is an administrator of 'system'; make another one first")
        }
        let id = StoredObject.ID(.settings, "administrators")
        return [StoredObject.put(JSONObject(), as: id, over: index.object(id), at: now)]
    }

    /// Whether that access makes an administrator of the whole tenant.
    static func isAdministrator(_ access: NamespaceAccess) -> Bool { access.roles(in: .system).contains(.admin) }

    func directoryEvent(
        _ action: AuditEvent.Action, target: String, by caller: Caller, at now: Timestamp, context: RequestContext,
        namespace: NamespaceName = .system, details: JSONObject = JSONObject()
    ) -> AuditEvent {
        AuditEvent(
            time: now, action: action, outcome: .success, actor: AuditEvent.Actor(caller), target: target,
            namespace: namespace.rawValue, requestID: context.requestID, details: details)
    }
}
