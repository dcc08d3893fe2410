package import AccessPolicy
import Identifiers
import OpenSSLCrypto
import StrictJSON

/// What is asked for a person: roles and groups as a whole.
package struct PersonRequest: Hashable, Sendable {
    package let email: String
    package let firstName: String
    package let lastName: String
    package let management: PersonProfile.Management
    package let roles: NamespaceAccess
    package let groups: [String]

    package init(
        email: String, firstName: String, lastName: String, management: PersonProfile.Management,
        roles: NamespaceAccess, groups: [String]
    ) {
        self.email = email
        self.firstName = firstName
        self.lastName = lastName
        self.management = management
        self.roles = roles
        self.groups = groups
    }

    /// Bytes (RFC 5321 §4.5.3.1: 64 before the `@`, 255 behind it).
    package static let longestEmail = 320
    package static let longestName = 256

    static func isEmail(_ text: String) -> Bool {
        let bytes = text.utf8
        let parts = bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        return (3...Self.longestEmail).contains(bytes.count) && parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
            && bytes.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
    }

    func checkEmail() throws(DirectoryFailure) {
        guard Self.isEmail(email) else {
            throw .invalid(field: "email", reason: "must be an e-mail address of at most \(Self.longestEmail) bytes")
        }
    }

    func checkNames() throws(DirectoryFailure) {
        for (field, value) in [("first_name", firstName), ("last_name", lastName)] {
            guard value.utf8.count <= Self.longestName, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw .invalid(
                    field: field, reason: "must be at most \(Self.longestName) bytes without control characters")
            }
        }
    }
}

/// People: made and changed by administrators; sign-in and SCIM bring others.
extension Broker {
    package func person(_ email: String) throws(DirectoryFailure) -> PrincipalRecord {
        try indexedPerson(email).record
    }

    package func principal(_ id: PrincipalID) -> PrincipalRecord? { index.principal(id)?.record }

    func indexedPerson(_ email: String) throws(DirectoryFailure) -> IndexedPrincipal {
        guard let person = index.person(email) else { throw .notFound(kind: "user", name: email) }
        return person
    }

    /// In order of name, after a place.
    package func people(after place: PrincipalPlace?, limit: Int) async throws(DirectoryFailure) -> [PrincipalRecord] {
        do throws(StoreFailure) {
            return try await store.principals(.user, after: place, limit: limit)
        } catch {
            throw .store(error)
        }
    }

    package func createPerson(
        _ request: PersonRequest, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) -> PrincipalRecord {
        try request.checkEmail()
        try request.checkNames()
        return try await changingDirectory {
            () async throws(DirectoryFailure) -> (PrincipalRecord, StoreTransaction) in
            guard index.person(request.email) == nil else { throw .alreadyExists(kind: "user", name: request.email) }
            let groups = try checkedGroups(of: request, by: caller)
            let now = time.now()
            let id: String
            do throws(CryptoFailure) { id = try RecordID.make("usr", at: now) } catch { throw .cannotMake }
            let record = PrincipalRecord(
                principal: Principal(id: PrincipalID(unchecked: id), kind: .user, name: request.email, origin: nil),
                bindings: request.roles, createdAt: now,
                profile: PersonProfile(
                    login: PersonProfile.login(request.email), firstName: request.firstName,
                    lastName: request.lastName, management: request.management))
            let event = directoryEvent(
                .userCreated, target: id, by: caller, at: now, context: context, details: Self.details(request))
            let members = groups.map { StoreChange.addMember(group: $0.name.rawValue, record.principal.id) }
            return (record, StoreTransaction(changes: [.insertPrincipal(record)] + members, events: [event]))
        }
    }

    /// Replaces names, roles and groups as a whole. In force on the next request.
    package func replacePerson(
        _ request: PersonRequest, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) -> PrincipalRecord {
        // Whoever is there is found by the name they have: the first administrator's is no address.
        try request.checkNames()
        return try await changingDirectory {
            () async throws(DirectoryFailure) -> (PrincipalRecord, StoreTransaction) in
            let person = try indexedPerson(request.email)
            try checkMayGrant(person.access, by: caller, "what this user holds now")
            let groups = try checkedGroups(of: request, by: caller)
            let now = time.now()
            var record = person.record
            record.bindings = request.roles
            record.profile = PersonProfile(
                login: person.record.profile?.login ?? PersonProfile.login(person.record.principal.name),
                firstName: request.firstName, lastName: request.lastName, management: request.management,
                source: person.record.profile?.source ?? .administrators)
            record.revision &+= 1
            let wanted = Set(groups.map(\.name))
            let after = groups.reduce(request.roles) { $0.union($1.bindings) }
            var changes: [StoreChange] = [.updatePrincipal(record)]
            changes += membershipChanges(of: person, to: wanted, at: now)
            if !Self.isAdministrator(after) { changes += try keepingAnAdministrator([record.principal.id], at: now) }
            let event = directoryEvent(
                .userReplaced, target: record.principal.id.rawValue, by: caller, at: now, context: context,
                details: Self.details(request))
            return (record, StoreTransaction(changes: changes, events: [event]))
        }
    }

    private func checkedGroups(
        of request: PersonRequest, by caller: Caller
    ) throws(DirectoryFailure) -> [GroupRecord] {
        try checkReferences(request.roles)
        let groups = try groups(named: request.groups)
        try checkMayGrant(
            groups.reduce(request.roles) { $0.union($1.bindings) }, by: caller, "roles and groups of a user")
        return groups
    }

    func membershipChanges(of person: IndexedPrincipal, to wanted: Set<Key>, at now: Timestamp) -> [StoreChange] {
        let id = person.principal.id
        return person.groups.subtracting(wanted).sorted().map { .removeMember(group: $0.rawValue, id) }
            + wanted.subtracting(person.groups).sorted().map { .addMember(group: $0.rawValue, id) }
            + touching(person.groups.symmetricDifference(wanted), at: now)
    }

    private static func details(_ request: PersonRequest) -> JSONObject {
        ["email": JSONValue(request.email), "groups": JSONValue(request.groups), "roles": request.roles.json]
    }

    /// One role in several namespaces for several people, beside what they have.
    package func assign(
        _ access: NamespaceAccess, to emails: [String], by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (Void, StoreTransaction) in
            try checkReferences(access)
            try checkMayGrant(access, by: caller, "the role")
            let now = time.now()
            var transaction = StoreTransaction(events: [])
            for email in Set(emails.map { Key($0) }).sorted() {
                var record = try indexedPerson(email.rawValue).record
                record.bindings = record.bindings.union(access)
                record.revision &+= 1
                transaction.changes.append(.updatePrincipal(record))
                transaction.events.append(
                    directoryEvent(
                        .userReplaced, target: record.principal.id.rawValue, by: caller, at: now, context: context,
                        details: ["email": JSONValue(email.rawValue), "roles_added": access.json]))
            }
            return ((), transaction)
        }
    }

    /// Adds a person to groups, or takes them out.
    package func changeGroups(
        of email: String, adding: [String] = [], removing: [String] = [], by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (Void, StoreTransaction) in
            let person = try indexedPerson(email)
            let (added, removed) = (try groups(named: adding), try groups(named: removing))
            let touched = (added + removed).reduce(NamespaceAccess.none) { $0.union($1.bindings) }
            try checkMayGrant(touched, by: caller, "the roles of these groups")
            let now = time.now()
            let wanted = person.groups.union(added.map(\.name)).subtracting(removed.map(\.name))
            var changes = membershipChanges(of: person, to: wanted, at: now)
            let left = wanted.reduce(person.record.bindings) { access, name in
                index.group(name.rawValue).map { access.union($0.bindings) } ?? access
            }
            if !Self.isAdministrator(left) { changes += try keepingAnAdministrator([person.principal.id], at: now) }
            let event = directoryEvent(
                .userReplaced, target: person.principal.id.rawValue, by: caller, at: now, context: context,
                details: [
                    "email": JSONValue(email), "groups_added": JSONValue(added.map(\.name.rawValue)),
                    "groups_removed": JSONValue(removed.map(\.name.rawValue)),
                ])
            return ((), StoreTransaction(changes: changes, events: [event]))
        }
    }

    /// Lets somebody in again, or keeps them out: everything of theirs is refused from the next request on.
    package func setEnabled(
        _ isEnabled: Bool, person email: String, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (Void, StoreTransaction) in
            let person = try indexedPerson(email)
            try checkMayGrant(person.access, by: caller, "what this user holds")
            guard person.record.isEnabled != isEnabled else { return ((), StoreTransaction(events: [])) }
            let now = time.now()
            var record = person.record
            record.isEnabled = isEnabled
            record.revision &+= 1
            var transaction = StoreTransaction(
                changes: [.updatePrincipal(record)] + noting(record, at: now), events: [])
            if !isEnabled {
                transaction.changes += try keepingAnAdministrator([record.principal.id], at: now)
                let ending = endingEverything(
                    of: record.principal.id, by: AuditEvent.Actor(caller), reason: "user.disabled", context: context)
                transaction.changes += ending.changes
                transaction.events += ending.events
            }
            transaction.events.append(
                directoryEvent(
                    isEnabled ? .userEnabled : .userDisabled, target: record.principal.id.rawValue, by: caller, at: now,
                    context: context, details: ["email": JSONValue(email)]))
            return ((), transaction)
        }
    }
}
