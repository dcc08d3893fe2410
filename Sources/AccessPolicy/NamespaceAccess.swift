public import StrictJSON

/// Roles by namespace: what somebody holds, or what is asked for.
public struct NamespaceAccess: Hashable, Sendable {
    public private(set) var entries: [NamespacePattern: Set<RoleName>]

    public static let none = NamespaceAccess([:])

    public init(_ entries: [NamespacePattern: Set<RoleName>]) { self.entries = entries.filter { !$0.value.isEmpty } }

    public var isEmpty: Bool { entries.isEmpty }

    /// The roles held in a namespace, by its own entry and by `*`.
    public func roles(in namespace: NamespaceName) -> Set<RoleName> {
        let own = entries[.named(namespace)] ?? []
        guard namespace.isApplication, let everywhere = entries[.allApplication] else { return own }
        return own.isEmpty ? everywhere : own.union(everywhere)
    }

    public mutating func add(_ roles: Set<RoleName>, in pattern: NamespacePattern) {
        guard !roles.isEmpty else { return }
        entries[pattern, default: []].formUnion(roles)
    }

    public func union(_ other: NamespaceAccess) -> NamespaceAccess {
        if entries.isEmpty { return other }
        var result = self
        for (pattern, roles) in other.entries { result.add(roles, in: pattern) }
        return result
    }

    /// Without the roles that `other` names in the same place. `*` is a place of its own: taking `*` away leaves what is
    /// held in a namespace by its name.
    public func subtracting(_ other: NamespaceAccess) -> NamespaceAccess {
        var entries = entries
        for (pattern, roles) in other.entries { entries[pattern]?.subtract(roles) }
        return NamespaceAccess(entries)
    }

    /// What both hold. `*` with a named entry gives the named one.
    public func intersection(_ other: NamespaceAccess) -> NamespaceAccess {
        // By far the most frequent: what was stored is what the policy still grants.
        if entries == other.entries { return self }
        var result = NamespaceAccess.none
        for (mine, myRoles) in entries {
            for (theirs, theirRoles) in other.entries {
                if theirs.covers(mine) {
                    result.add(myRoles.intersection(theirRoles), in: mine)
                } else if mine.covers(theirs) {
                    result.add(myRoles.intersection(theirRoles), in: theirs)
                }
            }
        }
        return result
    }

    /// What of this holds in one namespace, and nothing else.
    public func confined(to namespace: NamespaceName) -> NamespaceAccess {
        NamespaceAccess([.named(namespace): roles(in: namespace)])
    }

    /// Without any role in some namespaces. `*` becomes every other namespace there is, one by one.
    public func excluding(_ namespaces: Set<NamespaceName>, existing: () -> Set<NamespaceName>) -> NamespaceAccess {
        var entries = entries
        if let everywhere = entries[.allApplication], namespaces.contains(where: \.isApplication) {
            entries[.allApplication] = nil
            for namespace in existing() where namespace.isApplication {
                entries[.named(namespace), default: []].formUnion(everywhere)
            }
        }
        for namespace in namespaces { entries[.named(namespace)] = nil }
        return NamespaceAccess(entries)
    }

    /// Whether nothing is held here that `other` does not hold.
    public func isSubset(of other: NamespaceAccess) -> Bool { intersection(other) == self }

    /// `{"payments": ["deployer"]}`, names in order.
    public var json: JSONValue {
        var object = JSONObject()
        for (pattern, roles) in entries.sorted(by: { $0.key < $1.key }) {
            object[pattern.text] = JSONValue(roles.sorted().map(\.rawValue))
        }
        return .object(object)
    }

    /// Reads what `json` writes; `nil` for anything else.
    public init?(json: JSONValue) {
        guard let object = json.objectValue else { return nil }
        var entries: [NamespacePattern: Set<RoleName>] = [:]
        for member in object.members {
            guard let pattern = try? NamespacePattern(member.name.rawValue), let names = member.value.arrayValue else {
                return nil
            }
            var roles: Set<RoleName> = []
            for name in names {
                guard let text = name.stringValue, let role = try? RoleName(text) else { return nil }
                roles.insert(role)
            }
            entries[pattern] = roles
        }
        self.init(entries)
    }
}
