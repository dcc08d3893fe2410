public import Identifiers

/// A family of operations that roles speak of, such as `credentials`. Plugins bring their own.
///
/// 1 to 63 of `[a-z0-9-]`.
public struct APIGroup: ByteIdentifier {
    public let rawValue: String

    public init(_ text: some StringProtocol) throws(InvalidValue) {
        guard DNSLabel.isValid(text.utf8) else {
            throw InvalidValue("API group", "must be 1 to 63 of a-z, 0-9 and '-'")
        }
        rawValue = String(text)
    }

    private init(builtIn text: String) { rawValue = text }

    /// Other people's API credentials; one's own need no role.
    public static let credentials = APIGroup(builtIn: "credentials")
    public static let serviceCredentials = APIGroup(builtIn: "service-credentials")
    public static let scimTokens = APIGroup(builtIn: "scim-tokens")
    public static let users = APIGroup(builtIn: "users")
    public static let groups = APIGroup(builtIn: "groups")
    public static let roles = APIGroup(builtIn: "roles")
    public static let namespaces = APIGroup(builtIn: "namespaces")
    public static let settings = APIGroup(builtIn: "settings")
    public static let providers = APIGroup(builtIn: "providers")
    /// OAuth clients.
    public static let clients = APIGroup(builtIn: "clients")
    public static let policies = APIGroup(builtIn: "policies")
    /// Introspection of other people's tokens.
    public static let tokens = APIGroup(builtIn: "tokens")
    public static let signingKeys = APIGroup(builtIn: "signing-keys")
    public static let audit = APIGroup(builtIn: "audit")
    public static let diagnose = APIGroup(builtIn: "diagnose")

    /// Groups of the broker's own administration; every other group belongs to an application.
    static let administration: Set<APIGroup> = [
        .credentials, .serviceCredentials, .scimTokens, .users, .groups, .roles, .namespaces, .settings, .providers,
        .clients, .policies, .tokens, .signingKeys, .audit, .diagnose,
    ]

    /// The broker's own groups, as a role names them.
    public static var builtIn: Set<APIGroup> { administration }

    /// Groups that a user administrator changes.
    static let userAdministration: Set<APIGroup> = [
        .credentials, .serviceCredentials, .scimTokens, .users, .groups, .roles, .namespaces, .settings,
    ]
}

public enum Verb: String, CaseIterable, Hashable, Sendable {
    case list, get, create, update, delete

    public static let reading: Set<Verb> = [.list, .get]
    public static let changing: Set<Verb> = [.list, .get, .create, .update]
    public static let all = Set(Verb.allCases)
}

/// What a role may do, as data.
public struct RolePermissions: Hashable, Sendable {
    /// Verbs on the groups of applications (any group that is not the broker's own administration).
    public let onApplications: Set<Verb>
    /// Verbs on groups named one by one.
    public let onGroups: [APIGroup: Set<Verb>]

    public init(onApplications: Set<Verb>, onGroups: [APIGroup: Set<Verb>]) {
        self.onApplications = onApplications
        self.onGroups = onGroups
    }

    public func allows(_ verb: Verb, on group: APIGroup) -> Bool {
        if let verbs = onGroups[group] { return verbs.contains(verb) }
        return !APIGroup.administration.contains(group) && onApplications.contains(verb)
    }

    var isEmpty: Bool { onApplications.isEmpty && onGroups.values.allSatisfy(\.isEmpty) }

    fileprivate init(onApplications: Set<Verb>, administration verbs: (APIGroup) -> Set<Verb>) {
        self.init(
            onApplications: onApplications,
            onGroups: Dictionary(uniqueKeysWithValues: APIGroup.administration.map { ($0, verbs($0)) }))
    }
}

/// The roles that exist. The built-in ones are tables here and cannot be changed.
public struct RoleCatalog: Sendable {
    private let permissions: [RoleName: RolePermissions]

    public init(custom: [RoleName: RolePermissions]) {
        permissions = custom.merging(Self.builtInPermissions) { _, builtIn in builtIn }
    }

    public static let builtIn = RoleCatalog(custom: [:])

    public func allows(_ roles: Set<RoleName>, _ verb: Verb, on group: APIGroup) -> Bool {
        roles.contains { permissions[$0]?.allows(verb, on: group) ?? false }
    }

    /// Whether the role is built in or was made by an administrator. Policies may grant further names, which mean
    /// something to applications only.
    public func knows(_ role: RoleName) -> Bool { permissions[role] != nil }

    /// Whether somebody with these roles may give that one away: they hold it, are administrators, or may already do all
    /// that it allows. A role that allows nothing here means something to applications, so it must be held.
    public func mayGrant(_ role: RoleName, holding held: Set<RoleName>) -> Bool {
        if held.contains(role) || held.contains(.admin) { return true }
        guard let wanted = permissions[role], !wanted.isEmpty else { return false }
        return covers(wanted, holding: held)
    }

    /// Whether these roles together allow all of that.
    public func covers(_ wanted: RolePermissions, holding held: Set<RoleName>) -> Bool {
        let groups = APIGroup.administration.union(wanted.onGroups.keys)
            .union(held.flatMap { permissions[$0].map { Array($0.onGroups.keys) } ?? [] })
        return groups.allSatisfy { group in
            Verb.all.allSatisfy { !wanted.allows($0, on: group) || allows(held, $0, on: group) }
        }
            && wanted.onApplications.allSatisfy { verb in
                held.contains { permissions[$0]?.onApplications.contains(verb) ?? false }
            }
    }

    /// Whether somebody with that access may give this one away, role by role in each namespace.
    public func mayGrant(_ access: NamespaceAccess, holding held: NamespaceAccess) -> Bool {
        access.entries.allSatisfy { pattern, roles in
            let holding: Set<RoleName> =
                switch pattern {
                case .named(let namespace): held.roles(in: namespace)
                case .allApplication: held.entries[.allApplication] ?? []
                }
            return roles.allSatisfy { mayGrant($0, holding: holding) }
        }
    }

    /// The roles that nobody changes.
    public static var builtInRoles: [(name: RoleName, permissions: RolePermissions)] {
        builtInPermissions.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    }

    public static func isBuiltIn(_ role: RoleName) -> Bool { builtInPermissions[role] != nil }

    static let builtInPermissions: [RoleName: RolePermissions] = [
        .admin: RolePermissions(onApplications: Verb.all) { _ in Verb.all },
        .userAdmin: RolePermissions(onApplications: Verb.reading) {
            APIGroup.userAdministration.contains($0) ? Verb.all : Verb.reading
        },
        .powerDeveloper: RolePermissions(onApplications: Verb.all) { $0 == .namespaces ? Verb.reading : [] },
        .developer: RolePermissions(onApplications: Verb.changing) { $0 == .namespaces ? Verb.reading : [] },
        // Everything may be read, except who holds which credential: that is for administrators (contract README §4).
        .monitor: RolePermissions(onApplications: Verb.reading) {
            [.credentials, .serviceCredentials, .scimTokens].contains($0) ? [] : Verb.reading
        },
    ]
}
