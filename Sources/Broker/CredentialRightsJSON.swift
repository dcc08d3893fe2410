import AccessPolicy
package import StrictJSON

/// The rights of a credential as JSON: a column of the stores and a claim of our access tokens.
///
/// `{"owner": null}`, `{"owner": {"payments": ["deployer"]}}`, or
/// `{"policies": [{"policy": …, "provider": …, "access": {…}}], "types": ["API_TOKEN"]}`, or
/// `{"signed_in": [{…}], "ceiling": null}`.
extension CredentialRights {
    package var json: JSONValue {
        switch self {
        case .owner(let ceiling):
            return ["owner": ceiling?.json ?? .null]
        case .policies(let grants, let types):
            let listed = CredentialType.allCases.filter(types.contains).map(\.rawValue)
            return ["policies": .array(grants.map(\.json)), "types": JSONValue(listed)]
        case .signedIn(let grants, let ceiling):
            return ["signed_in": .array(grants.map(\.json)), "ceiling": ceiling?.json ?? .null]
        }
    }

    /// Reads what `json` writes; `nil` for anything else. A member more could be a limit that we do not know, so it is
    /// refused and not ignored.
    package init?(json: JSONValue) {
        guard let object = json.objectValue else { return nil }
        if let ceiling = object["owner"] {
            guard object.members.count == 1 else { return nil }
            self.init(ceiling: ceiling)
        } else if let signedIn = object["signed_in"] {
            guard let grants = signedIn.arrayValue, let ceiling = object["ceiling"], object.members.count == 2 else {
                return nil
            }
            self.init(signedIn: grants, ceiling: ceiling)
        } else {
            guard let grants = object["policies"]?.arrayValue, let types = object["types"]?.arrayValue,
                object.members.count == 2
            else { return nil }
            self.init(grants: grants, types: types)
        }
    }

    private init?(ceiling: JSONValue) {
        if ceiling.isNull {
            self = .owner(ceiling: nil)
        } else {
            guard let access = NamespaceAccess(json: ceiling) else { return nil }
            self = .owner(ceiling: access)
        }
    }

    private init?(signedIn grants: [JSONValue], ceiling: JSONValue) {
        let read = grants.compactMap { PolicyGrant(json: $0) }
        guard read.count == grants.count else { return nil }
        let limit = NamespaceAccess(json: ceiling)
        guard ceiling.isNull || limit != nil else { return nil }
        self = .signedIn(read, ceiling: limit)
    }

    private init?(grants: [JSONValue], types: [JSONValue]) {
        var readGrants: [PolicyGrant] = []
        var readTypes: Set<CredentialType> = []
        for grant in grants {
            guard let read = PolicyGrant(json: grant) else { return nil }
            readGrants.append(read)
        }
        for type in types {
            guard let read = type.stringValue.flatMap(CredentialType.init(rawValue:)) else { return nil }
            readTypes.insert(read)
        }
        self = .policies(readGrants, types: readTypes)
    }
}

extension PolicyGrant {
    fileprivate var json: JSONValue {
        ["policy": JSONValue(policy), "provider": JSONValue(provider), "access": access.json]
    }

    fileprivate init?(json: JSONValue) {
        guard let object = json.objectValue, object.members.count == 3, let policy = object["policy"]?.stringValue,
            let provider = object["provider"]?.stringValue,
            let access = object["access"].flatMap(NamespaceAccess.init(json:))
        else { return nil }
        self.init(policy: policy, provider: provider, access: access)
    }
}
