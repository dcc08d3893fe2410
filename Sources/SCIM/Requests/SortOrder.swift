internal import Identifiers
package import StrictJSON

/// By which attribute a result is ordered (RFC 7644 §3.4.2.3).
package struct SortOrder: Hashable, Sendable {
    package let path: AttributePath
    package let isDescending: Bool

    /// `nil` without `sortBy`, whatever `sortOrder` says. An attribute of another service's schema has no value in any
    /// resource and so orders nothing.
    package static func read(
        by attribute: String?, order: String?, of type: ResourceType
    ) throws(SCIMError) -> SortOrder? {
        let isDescending: Bool
        switch order {
        case nil: isDescending = false
        case let word? where word.isSameName(as: "ascending"): isDescending = false
        case let word? where word.isSameName(as: "descending"): isDescending = true
        default: throw SCIMError(.invalidValue, "sortOrder must be ascending or descending.")
        }
        guard let attribute else { return nil }
        guard attribute.utf8.count <= FilterLimits.bytes else {
            throw SCIMError(.invalidValue, "sortBy is longer than \(FilterLimits.bytes) bytes.")
        }
        switch type.resolve(attribute) {
        case .attribute(let path):
            guard !path.leaf.isCompound else {
                throw SCIMError(.invalidValue, "sortBy is not valid: \(path) has no value of its own.")
            }
            return SortOrder(path: path, isDescending: isDescending)
        case .unknownSchema: return nil
        case .schema: throw SCIMError(.invalidValue, "sortBy must name an attribute.")
        case .unknownAttribute(let reason), .malformed(let reason):
            throw SCIMError(.invalidValue, "sortBy is not valid: \(reason).")
        }
    }

    /// The resources in order. Those that are equal keep theirs, so that pages neither lack nor repeat one.
    package func sorted(_ resources: [JSONObject]) -> [JSONObject] {
        let keyed = resources.enumerated().map { (index: $0.offset, key: SortKey($0.element, path), value: $0.element) }
        return keyed.sorted { lhs, rhs in
            if lhs.key == rhs.key { return lhs.index < rhs.index }
            return isDescending ? rhs.key < lhs.key : lhs.key < rhs.key
        }.map(\.value)
    }

    /// Whether the first comes before the second; `false` for equal ones.
    package func areInIncreasingOrder(_ first: JSONObject, _ second: JSONObject) -> Bool {
        let (lhs, rhs) = (SortKey(first, path), SortKey(second, path))
        return isDescending ? rhs < lhs : lhs < rhs
    }
}

/// What a resource is ordered by. Its value is the primary one of several, or else the first; without one it comes last
/// when ascending and first when descending.
private enum SortKey: Comparable {
    case bool(Bool)
    case number(Double)
    case instant(DateTime)
    case text(Key)
    case missing

    init(_ resource: JSONObject, _ path: AttributePath) {
        let elements = path.elements(in: resource)
        guard let element = elements.first(where: \.isPrimary) ?? elements.first else {
            self = .missing
            return
        }
        let leaf = path.subAttribute ?? path.attribute.significant ?? path.attribute
        let value = leaf == path.attribute ? element : leaf.values(in: element).first ?? .null
        self.init(value, leaf)
    }

    private init(_ value: JSONValue, _ leaf: AttributeDefinition) {
        switch value {
        case .bool(let flag): self = .bool(flag)
        case .integer(let integer): self = .number(Double(integer))
        case .number(let number): self = number.double.isNaN ? .missing : .number(number.double)
        case .string(let text):
            if leaf.kind == .dateTime {
                self = DateTime(text.rawValue).map(SortKey.instant) ?? .missing
            } else {
                self = .text(Key(leaf.isCaseExact ? text.rawValue : CaseFolding.key(text.rawValue)))
            }
        case .null, .array, .object: self = .missing
        }
    }

    private var rank: Int {
        switch self {
        case .bool: 0
        case .number: 1
        case .instant: 2
        case .text: 3
        case .missing: 4
        }
    }

    static func < (lhs: Self, rhs: Self) -> Bool {
        switch (lhs, rhs) {
        case (.bool(let left), .bool(let right)): !left && right
        case (.number(let left), .number(let right)): left < right
        case (.instant(let left), .instant(let right)): left < right
        case (.text(let left), .text(let right)): left < right
        default: lhs.rank < rhs.rank
        }
    }
}
