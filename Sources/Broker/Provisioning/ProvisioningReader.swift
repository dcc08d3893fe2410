package import AccessPolicy
package import Identifiers

/// Reads what directories provisioned.
package protocol ProvisioningReader: Sendable {
    func provisionedUser(_ id: PrincipalID) async throws(StoreFailure) -> ProvisionedUser?
    func provisionedGroup(_ id: String) async throws(StoreFailure) -> ProvisionedGroup?
    func provisionedUsers(_ query: ProvisioningQuery) async throws(StoreFailure) -> [ProvisionedUser]
    func provisionedGroups(_ query: ProvisioningQuery) async throws(StoreFailure) -> [ProvisionedGroup]
    /// How many pass the conditions, whatever the place, the offset and the limit.
    func countProvisionedUsers(_ conditions: [ProvisioningCondition]) async throws(StoreFailure) -> Int
    func countProvisionedGroups(_ conditions: [ProvisioningCondition]) async throws(StoreFailure) -> Int
}

/// A condition that an index answers. Texts compare by bytes; a resource without a value passes none.
package enum ProvisioningCondition: Hashable, Sendable {
    /// Texts by their keys: `userName` of a user and `displayName` of a group are the name.
    package enum TextField: Hashable, Sendable, CaseIterable { case id, name, externalID }
    package enum TimeField: Hashable, Sendable, CaseIterable { case created, modified }
    package enum Comparison: Hashable, Sendable, CaseIterable { case equal, less, lessOrEqual, greater, greaterOrEqual }

    case text(TextField, Comparison, Key)
    case prefix(TextField, Key)
    case time(TimeField, Comparison, Timestamp)
    /// Users only: one of the addresses is this. Of a group nothing passes.
    case email(Key)
    /// Users only.
    case active(Bool)
    /// One of these ids.
    case ids([String])
}

extension ProvisioningCondition.Comparison {
    package func holds<Value: Comparable>(_ value: Value, _ operand: Value) -> Bool {
        switch self {
        case .equal: value == operand
        case .less: value < operand
        case .lessOrEqual: value <= operand
        case .greater: value > operand
        case .greaterOrEqual: value >= operand
        }
    }
}

/// A listing of what is provisioned.
package struct ProvisioningQuery: Hashable, Sendable {
    /// Each in both directions; what is equal is in the order of ids, in either direction the same.
    package enum Order: Hashable, Sendable, CaseIterable { case id, name, created, modified }

    package var conditions: [ProvisioningCondition]
    package var order: Order
    package var isDescending: Bool
    /// Only what comes after this id: for reading everything in batches, in the order of ids.
    package var afterID: String?
    package var offset: Int
    package var limit: Int

    package init(
        _ conditions: [ProvisioningCondition] = [], order: Order = .id, isDescending: Bool = false,
        afterID: String? = nil, offset: Int = 0, limit: Int
    ) {
        self.conditions = conditions
        self.order = order
        self.isDescending = isDescending
        self.afterID = afterID
        self.offset = offset
        self.limit = limit
    }
}
