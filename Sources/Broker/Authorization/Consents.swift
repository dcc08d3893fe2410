import AccessPolicy
import Identifiers
import OAuth
import StrictJSON

/// What people allowed clients, remembered so that they are not asked twice.
extension Broker {
    private static func consentID(_ client: String, of principal: PrincipalID) -> StoredObject.ID {
        StoredObject.ID(.consent, "\(principal)/\(client)")
    }

    /// No principal's id has a slash; a client's may.
    static func isConsent(_ object: StoredObject, to client: String) -> Bool {
        object.name.utf8.drop { $0 != UInt8(ascii: "/") }.elementsEqual(("/" + client).utf8)
    }

    /// Whether all of that was allowed before, or nobody needs to be asked.
    ///
    /// A public client that answers are sent to on the person's own machine is whoever listens there, so its person is
    /// asked every time (RFC 8252 §8.6).
    func hasConsent(
        _ scope: Scope?, _ resources: [String], _ client: ClientRecord, _ redirectURI: RedirectURI,
        _ principal: PrincipalID
    ) -> Bool {
        let isSure = client.metadata.tokenEndpointAuthMethod != .none || redirectURI.rawValue.hasPrefix("https://")
        guard isSure else { return false }
        if client.metadata.consent == .skip { return true }
        guard let object = index.object(Self.consentID(client.id, of: principal)) else { return false }
        let scopes = Self.texts(object, "scopes")
        let allowed = Self.texts(object, "resources")
        return (scope?.tokens ?? []).allSatisfy { token in scopes.contains { $0.hasSameBytes(as: token) } }
            && resources.allSatisfy { resource in allowed.contains { $0.hasSameBytes(as: resource) } }
    }

    /// Beside what was allowed before.
    func remember(
        _ scope: Scope?, _ resources: [String], for client: ClientRecord, by principal: PrincipalID
    ) -> [StoreChange] {
        let id = Self.consentID(client.id, of: principal)
        let before = index.object(id)
        let scopes = Set((before.map { Self.texts($0, "scopes") } ?? []).map { Key($0) })
            .union((scope?.tokens ?? []).map { Key($0) })
        let allowed = Set((before.map { Self.texts($0, "resources") } ?? []).map { Key($0) })
            .union(resources.map { Key($0) })
        let document: JSONObject = [
            "resources": JSONValue(allowed.sorted().map(\.rawValue)),
            "scopes": JSONValue(scopes.sorted().map(\.rawValue)),
        ]
        return [StoredObject.put(document, as: id, over: before, at: time.now())]
    }

    static func texts(_ object: StoredObject, _ member: String) -> [String] {
        (object.document[member]?.arrayValue ?? []).compactMap(\.stringValue)
    }
}
