internal import HTTPFetch
internal import HTTPTypes
internal import Identifiers
internal import JOSE
internal import Secrets
internal import StrictJSON

/// Who somebody is at GitHub, which has no ID token for people: its API says so, to the access token that we were given.
///
/// A list is asked for when a scope for it is; one that fails, or has more pages than we read, refuses the sign-in:
/// fewer groups would be a wrong answer.
struct GitHubProfile: Sendable {
    static let mostPages = 10

    let party: RelyingParty
    let api: FetchURL
    let token: Secret

    /// The subject is the number of the account: names are given up and taken by others.
    func read() async throws(SignInRefusal) -> (subject: String, claims: JSONObject) {
        let response = try await get(party.url(api, "/user", .profile))
        let user = try RelyingParty.object(.profile, response.body)
        guard let id = user["id"]?.integerValue, id > 0 else { throw .subjectInvalid }
        guard let login = user["login"]?.stringValue, !login.isEmpty else {
            throw .badAnswer(.profile, .missing("login"))
        }
        var claims: JSONObject = [
            "login": JSONValue(login), "preferred_username": JSONValue(login),
        ]
        claims["name"] = user["name"].flatMap { $0.stringValue == nil ? nil : $0 }
        if party.client.asks(forOneOf: "user:email", "user") { try await addEmail(to: &claims) }
        if party.client.asks(forOneOf: "read:org", "write:org", "admin:org") { try await addGroups(to: &claims) }
        return (String(id), claims)
    }

    /// The primary address when it is verified; another is not told, for somebody would believe it.
    private func addEmail(to claims: inout JSONObject) async throws(SignInRefusal) {
        for entry in try await list("/user/emails") {
            guard let address = entry["email"]?.stringValue, let isPrimary = entry["primary"]?.boolValue,
                let isVerified = entry["verified"]?.boolValue
            else { throw .badAnswer(.profile, .malformed("emails")) }
            guard isPrimary, isVerified else { continue }
            claims["email"] = JSONValue(address)
            claims["email_verified"] = true
        }
    }

    /// Organizations and teams by name and, for policies that must outlive a renaming, by number.
    private func addGroups(to claims: inout JSONObject) async throws(SignInRefusal) {
        var organizations: [(name: String, id: String)] = []
        for entry in try await list("/user/orgs") { organizations.append(try Self.named(entry, "login")) }
        var teams: [(name: String, id: String)] = []
        for entry in try await list("/user/teams") {
            guard let organization = entry["organization"] else { throw .badAnswer(.profile, .malformed("teams")) }
            let (team, owner) = (try Self.named(entry, "slug"), try Self.named(organization, "login"))
            teams.append((owner.name + "/" + team.name, team.id))
        }
        claims["organizations"] = JSONValue(organizations.map(\.name))
        claims["organization_ids"] = JSONValue(organizations.map(\.id))
        claims["teams"] = JSONValue(teams.map(\.name))
        claims["team_ids"] = JSONValue(teams.map(\.id))
        claims["groups"] = JSONValue((organizations + teams).map(\.name))
    }

    private static func named(_ entry: JSONValue, _ member: String) throws(SignInRefusal) -> (name: String, id: String)
    {
        guard let name = entry[member]?.stringValue, !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/")),
            let id = entry["id"]?.integerValue, id > 0
        else { throw .badAnswer(.profile, .malformed(member)) }
        return (name, String(id))
    }

    /// All pages of a list. The next one must be where the first was: the token goes along.
    private func list(_ path: String) async throws(SignInRefusal) -> [JSONValue] {
        var url = try party.url(api, path + "?per_page=100", .profile)
        var entries: [JSONValue] = []
        for _ in 0..<Self.mostPages {
            let response = try await get(url)
            guard let page = try RelyingParty.json(.profile, response.body).arrayValue else {
                throw .badAnswer(.profile, .malformed("list"))
            }
            entries += page
            guard let next = LinkHeader.next(response.headers) else { return entries }
            guard let following = try? FetchURL(next, allowing: party.policy.allowOrigins),
                following.origin == api.origin
            else { throw .profileIncomplete }
            url = following
        }
        throw .profileIncomplete
    }

    private func get(_ url: FetchURL) async throws(SignInRefusal) -> FetchResponse {
        var headers = HTTPFields()
        if let version = HTTPField.Name("X-GitHub-Api-Version") { headers[version] = "2022-11-28" }
        return try await party.get(.profile, url, token, accept: "application/vnd.github+json", headers)
    }
}
