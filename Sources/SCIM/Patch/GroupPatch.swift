internal import Identifiers
package import StrictJSON

/// One change of a group's members. Identifiers are there once each.
package enum MembershipChange: Hashable, Sendable {
    case add([String])
    case remove([String])
    case removeAll
    case replaceAll([String])
}

/// A PATCH of a group: changes of its attributes, and changes of its members that can be made without reading them, so that
/// one member of a group of 50,000 costs one member.
package struct GroupPatch: Hashable, Sendable {
    private let steps: [PatchStep]
    /// In the order of the operations; neighbours of one kind are joined.
    package let membership: [MembershipChange]

    /// Whether `displayName` or `externalId` may change.
    package var changesAttributes: Bool { !steps.isEmpty }

    package init(
        _ body: JSONObject, maximumOperations: Int = 1000, limits: ResourceLimits = ResourceLimits()
    ) throws(SCIMError) {
        try self.init(PatchRequest(body, maximumOperations: maximumOperations), limits: limits)
    }

    package init(_ request: PatchRequest, limits: ResourceLimits = ResourceLimits()) throws(SCIMError) {
        let all = try request.steps(of: .group)
        steps = all.filter { !$0.target.attribute.isMembers }
        var changes: [MembershipChange] = []
        for step in all where step.target.attribute.isMembers {
            do throws(SCIMError) {
                changes.append(try Self.change(by: step, limits))
            } catch {
                throw error.at("Operations[\(step.index)]")
            }
        }
        membership = Self.joined(changes)
        let count = membership.reduce(0) { $0 + $1.ids.count }
        guard count <= limits.members else {
            throw AttributeReader.invalid("members", "has more than \(limits.members) values")
        }
    }

    /// The attributes after the operations on them; the members are the store's to change.
    package func apply(
        to group: GroupAttributes, limits: ResourceLimits = ResourceLimits()
    ) throws(SCIMError) -> PatchOutcome<GroupAttributes> {
        let attributes = try AttributePatcher.apply(steps, to: group.attributes, of: .group, limits: limits)
        let changed = try GroupAttributes(attributes: attributes, limits: limits)
        return PatchOutcome(resource: changed, isChanged: changed != group)
    }

    private static func change(by step: PatchStep, _ limits: ResourceLimits) throws(SCIMError) -> MembershipChange {
        guard step.target.subAttribute == nil else {
            throw SCIMError(.mutability, "a member is added or removed as a whole, and not changed.")
        }
        let value = step.value ?? .null
        guard let filter = step.target.filter else {
            switch step.kind {
            case .add: return .add(try MemberIDs.read(value, limits: limits))
            case .replace: return .replaceAll(try MemberIDs.read(value, limits: limits))
            // Entra ID lists which in `value`; an empty list is none of them, and not all.
            case .remove: return value.isNull ? .removeAll : .remove(try MemberIDs.read(value, limits: limits))
            }
        }
        guard step.kind == .remove else {
            throw SCIMError(.invalidPath, "members are added by the path members, without brackets.")
        }
        guard let ids = filter.memberIDs else {
            throw SCIMError(
                .invalidFilter, #"members are selected by their value only: members[value eq "id" or value eq "id"]."#)
        }
        return .remove(Self.unique(ids))
    }

    private static func unique(_ ids: [String]) -> [String] {
        var seen: Set<Key> = []
        return ids.filter { seen.insert(Key($0)).inserted }
    }

    private static func joined(_ changes: [MembershipChange]) -> [MembershipChange] {
        var joined: [MembershipChange] = []
        var pending: (isAddition: Bool, ids: [String])?
        func finish(_ run: (isAddition: Bool, ids: [String])?) -> [MembershipChange] {
            guard let run else { return [] }
            let ids = unique(run.ids)
            return ids.isEmpty ? [] : [run.isAddition ? .add(ids) : .remove(ids)]
        }
        for change in changes {
            switch change {
            case .add(let ids), .remove(let ids):
                let isAddition = if case .add = change { true } else { false }
                if pending?.isAddition == isAddition {
                    pending?.ids += ids
                } else {
                    joined += finish(pending)
                    pending = (isAddition, ids)
                }
            case .removeAll, .replaceAll:
                joined += finish(pending)
                pending = nil
                joined.append(change)
            }
        }
        return joined + finish(pending)
    }
}

extension MembershipChange {
    package var ids: [String] {
        switch self {
        case .add(let ids), .remove(let ids), .replaceAll(let ids): ids
        case .removeAll: []
        }
    }
}

extension Filter.Node {
    /// The identifiers of `value eq "a" or value eq "b"`; `nil` for any other filter.
    fileprivate var memberIDs: [String]? {
        let terms = if case .or(let nodes) = self { nodes } else { [self] }
        var ids: [String] = []
        for term in terms {
            guard case .comparison(let comparison) = term, comparison.operation == .equal,
                case .subAttribute(let inner) = comparison.target, inner.name.isSameName(as: "value"),
                case .text(let id, _) = comparison.operand
            else { return nil }
            ids.append(id.rawValue)
        }
        return ids
    }
}
