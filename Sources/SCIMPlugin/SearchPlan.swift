import Broker
import Identifiers
import SCIM
import StrictJSON

/// Which parts of a search the store answers by its indexes, and which are left to look at one by one.
///
/// What goes to the store means exactly what the filter means: a part that a condition would only come near to is left.
struct SearchPlan {
    private(set) var conditions: [ProvisioningCondition] = []
    /// What must hold besides.
    private(set) var rest: [Filter] = []

    /// `groups` answers the ids of the groups that a user is in.
    init(_ filter: Filter?, of type: ResourceType, groups: (String) -> [String] = { _ in [] }) {
        for conjunct in filter?.conjuncts ?? [] {
            if let comparison = conjunct.comparison, let condition = Self.condition(comparison, type, groups) {
                conditions.append(condition)
            } else {
                rest.append(conjunct)
            }
        }
    }

    /// The order, when the store has it.
    static func order(_ sort: SortOrder, of type: ResourceType) -> ProvisioningQuery.Order? {
        switch sort.path.description {
        case "id": .id
        case "userName" where type == .user: .name
        case "displayName" where type == .group: .name
        case "meta.created": .created
        case "meta.lastModified": .modified
        default: nil
        }
    }

    private static func condition(
        _ comparison: FilterComparison, _ type: ResourceType, _ groups: (String) -> [String]
    ) -> ProvisioningCondition? {
        guard case .attribute(let path) = comparison.target else { return nil }
        switch (path.description, comparison.operand) {
        case ("id", .text(_, let key)): return text(.id, comparison.operation, key.rawValue)
        case ("externalId", .text(_, let key)): return text(.externalID, comparison.operation, key.rawValue)
        case ("userName", .text(_, let key)) where type == .user: return text(.name, comparison.operation, key.rawValue)
        case ("displayName", .text(_, let key)) where type == .group:
            return text(.name, comparison.operation, key.rawValue)
        case ("emails", .text(_, let key)) where type == .user && comparison.operation == .equal,
            ("emails.value", .text(_, let key)) where type == .user && comparison.operation == .equal:
            return .email(Key(key.rawValue))
        case ("active", .bool(let flag)) where type == .user:
            return .active(flag == (comparison.operation == .equal))
        case ("members", .text(let id, _)) where type == .group && comparison.operation == .equal,
            ("members.value", .text(let id, _)) where type == .group && comparison.operation == .equal:
            return .ids(groups(id.rawValue))
        case ("meta.created", .instant(let moment, _)): return time(.created, comparison.operation, moment)
        case ("meta.lastModified", .instant(let moment, _)): return time(.modified, comparison.operation, moment)
        default: return nil
        }
    }

    private static func text(
        _ field: ProvisioningCondition.TextField, _ operation: FilterOperator, _ text: String
    ) -> ProvisioningCondition? {
        switch operation {
        case .equal: .text(field, .equal, Key(text))
        case .startsWith: .prefix(field, Key(text))
        case .greater: .text(field, .greater, Key(text))
        case .greaterOrEqual: .text(field, .greaterOrEqual, Key(text))
        case .less: .text(field, .less, Key(text))
        case .lessOrEqual: .text(field, .lessOrEqual, Key(text))
        case .notEqual, .contains, .endsWith: nil
        }
    }

    /// The store counts milliseconds, and a filter may name a moment between two of them.
    private static func time(
        _ field: ProvisioningCondition.TimeField, _ operation: FilterOperator, _ moment: DateTime
    ) -> ProvisioningCondition? {
        let before = moment.seconds * 1000 + moment.nanoseconds / 1_000_000
        let isWhole = moment.nanoseconds % 1_000_000 == 0
        let (floor, ceiling) = (Timestamp(milliseconds: before), Timestamp(milliseconds: isWhole ? before : before + 1))
        switch operation {
        case .equal: return isWhole ? .time(field, .equal, floor) : .ids([])
        case .greater: return .time(field, .greater, floor)
        case .greaterOrEqual: return .time(field, .greaterOrEqual, ceiling)
        case .less: return .time(field, .less, ceiling)
        case .lessOrEqual: return .time(field, .lessOrEqual, floor)
        case .notEqual, .contains, .startsWith, .endsWith: return nil
        }
    }
}
