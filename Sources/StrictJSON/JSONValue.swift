public import Identifiers

/// One JSON value, as read by the strict reader or as built for a response (RFC 8259).
///
/// Equality is by bytes for texts and member names, and by exact text for numbers that are no `Int64`.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number without fraction and exponent that fits.
    case integer(Int64)
    /// Any other number of JSON's grammar, its text kept.
    case number(JSONNumber)
    case string(JSONString)
    case array([JSONValue])
    case object(JSONObject)
}

/// A number that is not an `Int64` literal: `1.5`, `1e3`, `18446744073709551615`. The text is kept, nothing is rounded.
public struct JSONNumber: ByteIdentifier {
    public let rawValue: String

    /// The text must be of JSON's number grammar; the reader guarantees it.
    package init(unchecked text: String) { rawValue = text }

    /// `nil` for what JSON cannot say: not a number and the infinities (RFC 8259 §6).
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        rawValue = value.description
    }

    /// The nearest double; infinite when out of range, so check before use.
    public var double: Double { Double(rawValue) ?? .nan }
}

/// A JSON text, compared by bytes.
public struct JSONString: ByteIdentifier, ExpressibleByStringLiteral {
    public let rawValue: String
    @inlinable public init(_ text: String) { rawValue = text }
    @inlinable public init(stringLiteral value: String) { rawValue = value }
}

/// An object: members in the order in which they came or were added; no name twice.
public struct JSONObject: Hashable, Sendable {
    public struct Member: Hashable, Sendable {
        public let name: JSONString
        public let value: JSONValue
        @inlinable public init(name: JSONString, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    public private(set) var members: [Member]

    public init() { members = [] }

    /// The caller guarantees that no name comes twice (the reader does; for literals see `init(dictionaryLiteral:)`).
    package init(unchecked members: [Member]) { self.members = members }

    /// The member of that name, compared by bytes.
    public subscript(name: String) -> JSONValue? {
        get { members.first { $0.name.rawValue.hasSameBytes(as: name) }?.value }
        set {
            let index = members.firstIndex { $0.name.rawValue.hasSameBytes(as: name) }
            switch (index, newValue) {
            case (let index?, let value?): members[index] = Member(name: JSONString(name), value: value)
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(name: JSONString(name), value: value))
            case (nil, nil): break
            }
        }
    }

    public var isEmpty: Bool { members.isEmpty }
    public var names: [String] { members.map(\.name.rawValue) }

    /// Two objects are equal when they have the same members, in whatever order.
    ///
    /// Each pair of values is compared once, and members of large objects are found through a table: neither deep nor
    /// wide documents from outside may cost more than their length.
    public static func == (lhs: Self, rhs: Self) -> Bool {
        guard lhs.members.count == rhs.members.count else { return false }
        var table: [JSONString: JSONValue]?
        for (ours, theirs) in zip(lhs.members, rhs.members) {
            if ours.name == theirs.name {
                guard ours.value == theirs.value else { return false }
            } else if rhs.members.count <= few {
                guard rhs[ours.name.rawValue] == ours.value else { return false }
            } else {
                let known = table ?? Dictionary(rhs.members.map { ($0.name, $0.value) }) { first, _ in first }
                table = known
                guard known[ours.name] == ours.value else { return false }
            }
        }
        return true
    }

    /// Up to this many members, looking through them is faster than a table.
    static let few = 32

    public func hash(into hasher: inout Hasher) {
        hasher.combine(members.count)
        var combined = 0  // order must not matter
        for member in members {
            var one = Hasher()
            one.combine(member)
            combined ^= one.finalize()
        }
        hasher.combine(combined)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// A name that comes twice keeps its place and takes the later value.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init()
        for (name, value) in elements { self[name] = value }
    }
}
