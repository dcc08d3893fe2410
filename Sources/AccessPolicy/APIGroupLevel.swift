public import Identifiers

/// A role's entry as people write it: an API group and how far it goes, `gatehouse-users-monitor`.
///
/// The names of our own groups begin with `gatehouse-`; `gatehouse-applications` stands for every group of the
/// applications behind us; any other name is one application group's own.
public struct APIGroupLevel: Hashable, Sendable {
    public enum Level: String, CaseIterable, Hashable, Sendable {
        /// Read.
        case monitor
        /// Read, make and change.
        case user
        /// Everything.
        case admin

        public var verbs: Set<Verb> {
            switch self {
            case .monitor: Verb.reading
            case .user: Verb.changing
            case .admin: Verb.all
            }
        }
    }

    /// `nil` stands for all groups of applications.
    public let group: APIGroup?
    public let level: Level

    private static let ours = "gatehouse-"
    private static let applications = "applications"

    public init(_ text: String) throws(InvalidValue) {
        let refusal = InvalidValue("API group", "'\(text)' must be <group>-monitor, <group>-user or <group>-admin")
        guard let dash = text.utf8.lastIndex(of: UInt8(ascii: "-")),
            let level = Level(rawValue: String(text[text.utf8.index(after: dash)...]))
        else { throw refusal }
        let name = String(text[..<dash])
        self.level = level
        guard name.hasPrefix(Self.ours) else {
            let group = try APIGroup(name)
            guard !APIGroup.administration.contains(group) else {
                throw InvalidValue("API group", "'\(text)' is one of the broker's own: write '\(Self.ours)\(text)'")
            }
            self.group = group
            return
        }
        let own = String(name.dropFirst(Self.ours.count))
        if own.hasSameBytes(as: Self.applications) {
            group = nil
            return
        }
        guard let known = try? APIGroup(own), APIGroup.administration.contains(known) else {
            let names = APIGroup.administration.map(\.rawValue).sorted().joined(separator: ", ")
            throw InvalidValue("API group", "'\(text)' is none of the broker's own: applications, \(names)")
        }
        group = known
    }

    init(group: APIGroup?, level: Level) { (self.group, self.level) = (group, level) }

    public var text: String {
        let name =
            group.map { APIGroup.administration.contains($0) ? Self.ours + $0.rawValue : $0.rawValue }
            ?? Self.ours + Self.applications
        return name + "-" + level.rawValue
    }
}

extension RolePermissions {
    /// What the entries allow together.
    public init(_ levels: [APIGroupLevel]) {
        var applications: Set<Verb> = []
        var groups: [APIGroup: Set<Verb>] = [:]
        for entry in levels {
            if let group = entry.group {
                groups[group, default: []].formUnion(entry.level.verbs)
            } else {
                applications.formUnion(entry.level.verbs)
            }
        }
        self.init(onApplications: applications, onGroups: groups)
    }

    /// The fewest entries that say the same, as far as levels can say it: the highest that is allowed in full.
    public var levels: [APIGroupLevel] {
        let named = onGroups.map { (APIGroup?.some($0.key), $0.value) } + [(nil, onApplications)]
        return named.compactMap { group, verbs in
            APIGroupLevel.Level.allCases.last { $0.verbs.isSubset(of: verbs) }.map {
                APIGroupLevel(group: group, level: $0)
            }
        }.sorted { Key($0.text) < Key($1.text) }
    }
}
