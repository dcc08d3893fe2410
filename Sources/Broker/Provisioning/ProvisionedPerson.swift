import AccessPolicy
import SCIM

/// What a provisioned user is as a person.
struct ProvisionedPerson: Hashable {
    /// By which they sign in and by which administrators find them: the user name when it is an e-mail address, else the
    /// address to write to, else the user name.
    let name: String
    let firstName: String
    let lastName: String

    init(_ resource: UserResource) {
        let addresses = [resource.userName] + (resource.email.map { [$0] } ?? [])
        name = addresses.first(where: PersonRequest.isEmail) ?? resource.userName
        firstName = Self.cut(resource.givenName ?? "")
        lastName = Self.cut(resource.familyName ?? "")
    }

    var login: String { PersonProfile.login(name) }

    /// The person with these names, in the directory's hands.
    func applied(to record: PrincipalRecord) -> PrincipalRecord {
        var record = record.named(name)
        record.profile = PersonProfile(
            login: login, firstName: firstName, lastName: lastName,
            management: record.profile?.management ?? .provider, source: .directory)
        return record
    }

    /// A name as administrators could have given it.
    private static func cut(_ text: String) -> String {
        var name = ""
        var count = 0
        for scalar in text.unicodeScalars where scalar.value >= 0x20 && scalar.value != 0x7F {
            count += scalar.utf8.count
            guard count <= PersonRequest.longestName else { break }
            name.unicodeScalars.append(scalar)
        }
        return name
    }
}
