package import StrictJSON

/// What is stored of a group beside its members: `displayName` and `externalId`.
package struct GroupAttributes: Hashable, Sendable {
    package let attributes: JSONObject
    package let displayName: String

    /// Attributes that were stored, or changed by a PATCH. Members among them are not looked at.
    package init(attributes: JSONObject, limits: ResourceLimits = ResourceLimits()) throws(SCIMError) {
        let reader = AttributeReader(limits: limits)
        let type = ResourceType.group
        let own = CommonAttributes.all + type.schema.attributes.filter { !$0.isMembers }
        let read = try reader.object(attributes, of: own, at: "")
        displayName = try reader.checkName(
            read["displayName"]?.stringValue, at: "displayName", longest: limits.stringBytes)
        self.attributes = read
    }

    package var externalID: String? { attributes["externalId"]?.stringValue }
}

/// A group as a client may set it, with the identifiers of its members.
package struct GroupResource: Hashable, Sendable {
    package let group: GroupAttributes
    /// Users, each once, in the order in which they came.
    package let memberIDs: [String]

    package var attributes: JSONObject { group.attributes }
    package var displayName: String { group.displayName }
    package var externalID: String? { group.externalID }

    /// The body of a POST or a PUT (RFC 7644 §3.3, §3.5.1).
    package init(_ body: JSONObject, limits: ResourceLimits = ResourceLimits()) throws(SCIMError) {
        try body.requireSchema(ResourceType.group.schema.id)
        group = try GroupAttributes(attributes: body, limits: limits)
        let given = body.members.filter { $0.name.rawValue.isSameName(as: "members") }
        guard given.count <= 1 else { throw AttributeReader.invalid("members", "is given twice, in different case") }
        memberIDs =
            try given.first.map { (member) throws(SCIMError) in
                guard member.value.isNull || member.value.arrayValue != nil else {
                    throw AttributeReader.wrongType("members", "an array", member.value)
                }
                return try MemberIDs.read(member.value, limits: limits)
            } ?? []
    }
}

extension AttributeDefinition {
    /// Whether this is the group's `members`, which are read and stored apart: there may be very many.
    var isMembers: Bool { name.isSameName(as: "members") }
}
