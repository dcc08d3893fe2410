internal import HTTPFetch
internal import HTTPTypes
internal import Identifiers
internal import JOSE
internal import Secrets
internal import StrictJSON

/// Entra's "groups overage": somebody in more than 200 groups has none of them in the ID token, which points at an API
/// of its directory instead. They are asked for at Microsoft Graph, where the operator said that it is: never where the
/// token says.
struct EntraGroups: Sendable {
    let party: RelyingParty
    let token: Secret

    static func isNeeded(_ claims: JSONObject) -> Bool {
        let hasGroups = claims["hasgroups"]
        return claims["_claim_names"]?["groups"] != nil || hasGroups?.boolValue == true
            || hasGroups?.stringValue?.hasSameBytes(as: "true") ?? false
    }

    /// The ids of all groups (Graph's directoryObject: getMemberObjects, which answers whole or with an error). A part
    /// of them is a refusal.
    func read() async throws(SignInRefusal) -> [String] {
        guard let overage = party.client.groupOverage else { throw .groupsIncomplete }
        let url = try party.url(overage.graph, "/v1.0/me/getMemberObjects", .groups)
        let headers: HTTPFields = [
            .accept: "application/json", .contentType: "application/json",
            .authorization: "Bearer " + token.revealText(),
        ]
        let body: JSONObject = ["securityEnabledOnly": .bool(overage.securityEnabledOnly)]
        let response = try await party.send(.groups, .POST, url, headers, body.encoded())
        guard response.status == 200 else { throw .badAnswer(.groups, .status(response.status)) }
        let object = try RelyingParty.object(.groups, response.body)
        guard object["@odata.nextLink"] == nil else { throw .groupsIncomplete }
        guard let values = object["value"]?.arrayValue else { throw .badAnswer(.groups, .missing("value")) }
        let ids = values.compactMap(\.stringValue)
        guard ids.count == values.count, ids.allSatisfy({ !$0.isEmpty }) else {
            throw .badAnswer(.groups, .malformed("value"))
        }
        return ids
    }
}
