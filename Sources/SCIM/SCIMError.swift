package import StrictJSON

/// An error answer of SCIM (RFC 7644 §3.12).
///
/// The detail is for whoever set up the provisioning: it names the attribute or the place. Of what was sent it repeats
/// names at most, never values.
package struct SCIMError: Error, Hashable, Sendable {
    /// Table 9 of RFC 7644.
    package enum ScimType: String, Hashable, Sendable, CaseIterable {
        case invalidFilter, tooMany, uniqueness, mutability, invalidSyntax, invalidPath, noTarget, invalidValue
        case invalidVers, sensitive

        /// The status that table 9, or §3.3 for `uniqueness`, gives it.
        package var status: Int {
            switch self {
            case .invalidFilter, .tooMany, .mutability, .invalidSyntax, .invalidPath, .noTarget, .invalidValue,
                .invalidVers:
                400
            case .sensitive: 403
            case .uniqueness: 409
            }
        }
    }

    package let status: Int
    package let scimType: ScimType?
    package let detail: String

    package init(_ scimType: ScimType, _ detail: String) {
        self.scimType = scimType
        status = scimType.status
        self.detail = detail
    }

    /// An answer that table 9 has no word for: 401, 404, 412, 413, 500.
    package init(status: Int, _ detail: String) {
        self.status = status
        scimType = nil
        self.detail = detail
    }

    /// The body; its `status` is a text.
    package var body: JSONObject {
        var object: JSONObject = ["schemas": [JSONValue(MessageURN.error)], "status": JSONValue(String(status))]
        if let scimType { object["scimType"] = JSONValue(scimType.rawValue) }
        object["detail"] = JSONValue(detail)
        return object
    }

    /// The same error with the place before its detail: `Operations[1]: ...`.
    func at(_ place: String) -> SCIMError {
        guard let scimType else { return SCIMError(status: status, "\(place): \(detail)") }
        return SCIMError(scimType, "\(place): \(detail)")
    }
}

/// The schemas of messages (RFC 7644 §8.2).
package enum MessageURN {
    package static let error = "urn:ietf:params:scim:api:messages:2.0:Error"
    package static let listResponse = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
    package static let patchOp = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
    package static let searchRequest = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
}
