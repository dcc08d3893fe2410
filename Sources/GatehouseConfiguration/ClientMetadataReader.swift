internal import Identifiers
internal import JOSE
internal import OAuth
internal import StrictJSON

/// The members of `ClientMetadata` in a file. What they must be is said there alone; this finds their places.
struct ClientMetadataReader {
    /// In the place of a member that was refused, so that reading goes on and blames nothing else for it.
    private static let stopgaps: [String: JSONValue] = [
        "client_id": "x", "grant_types": JSONValue([GrantType.tokenExchange.rawValue]),
    ]

    let map: SettingsMap

    /// `nil` after a problem was reported.
    func read() -> ClientMetadata? {
        var refused: Set<String> = []
        var object = members(&refused)
        while true {
            do throws(InvalidValue) {
                let metadata = try ClientMetadata(object)
                return refused.isEmpty ? metadata : nil
            } catch {
                guard refused.insert(error.type).inserted else { return nil }
                report(error)
                object[error.type] = Self.stopgaps[error.type]
            }
        }
    }

    private func report(_ error: InvalidValue) {
        if let entry = map.entry(error.type) {
            map.context.report("'\(error.type)' \(error.reason)", at: entry.value.position)
        } else if error.type == "jwks" {
            map.context.report(
                "key 'jwks' is missing, which token_endpoint_auth_method 'private_key_jwt' needs", at: map.position)
        } else {
            map.context.report("'\(error.type)': \(error.reason)", at: map.position)
        }
    }

    private func members(_ refused: inout Set<String>) -> JSONObject {
        var object = JSONObject()
        for name in ClientMetadata.memberNames.sorted() {
            guard let value = map[name] else { continue }
            guard let json = member(name, value) else {
                // Without its address a client has no keys, which is the same problem.
                refused.formUnion(name == "jwks_uri" ? [name, "jwks"] : [name])
                object[name] = Self.stopgaps[name]
                continue
            }
            object[name] = json
        }
        if map.required("client_id") == nil {
            refused.insert("client_id")
            object["client_id"] = Self.stopgaps["client_id"]
        }
        return object
    }

    private func member(_ name: String, _ value: SettingsValue) -> JSONValue? {
        switch name {
        case "jwks":
            return value.keySet(maximumRSABits: 4096).flatMap { try? JSONValue.parse($0) }
        case "jwks_uri": return value.refuse("is not fetched; give the keys as 'jwks'")
        default: return value.node.expandingVariables(context: map.context)?.json(context: map.context)
        }
    }
}

extension YAMLNode {
    /// With `${NAME}` in its texts replaced. What the environment says is text, whatever it looks like.
    fileprivate func expandingVariables(context: ReadingContext) -> YAMLNode? {
        switch content {
        case .scalar(let scalar):
            guard let (expanded, isExpanded) = SettingsValue(self, key: "", context: context).scalar(expecting: "text")
            else { return nil }
            let style = isExpanded ? .quoted : scalar.style
            return YAMLNode(.scalar(YAMLScalar(expanded.text, style: style)), at: position)
        case .list(let nodes):
            let expanded = nodes.map { $0.expandingVariables(context: context) }
            return expanded.contains { $0 == nil } ? nil : YAMLNode(.list(expanded.compactMap(\.self)), at: position)
        case .map(let entries):
            let expanded = entries.map { entry in
                entry.value.expandingVariables(context: context).map {
                    YAMLEntry(key: entry.key, at: entry.keyPosition, value: $0)
                }
            }
            return expanded.contains { $0 == nil } ? nil : YAMLNode(.map(expanded.compactMap(\.self)), at: position)
        }
    }
}
