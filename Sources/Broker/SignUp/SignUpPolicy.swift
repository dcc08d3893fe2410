package import AccessPolicy
import Identifiers
package import StrictJSON

/// Who may become a user by themselves, and with what.
package struct SignUpPolicy: Hashable, Sendable {
    package enum Mode: String, CaseIterable, Hashable, Sendable {
        /// Nobody: administrators make users.
        case closed = "CLOSED"
        /// Whoever holds an invitation.
        case invitation = "INVITATION"
        /// Those too whose address is of one of the domains.
        case domains = "DOMAINS"
        case open = "OPEN"
    }

    /// How it is made sure that the address is theirs.
    package enum Verification: String, CaseIterable, Hashable, Sendable {
        /// An administrator approves each.
        case administrator = "ADMINISTRATOR"
        /// A link in an e-mail; or the word of the provider through which they come, which is as good.
        case email = "EMAIL"
        /// The word of the provider through which they come; who fills in the form waits for an administrator.
        case provider = "PROVIDER"
    }

    package var mode = Mode.closed
    /// Lower case.
    package var domains: [String] = []
    package var verification = Verification.administrator
    /// What whoever comes in without an invitation is given.
    package var roles = NamespaceAccess.none
    package var groups: [String] = []

    package static let objectID = StoredObject.ID(.settings, "signup")

    package init() {}

    /// What does not read is closed.
    package init(_ object: StoredObject) {
        let document = object.document
        guard let mode = document["mode"]?.stringValue.flatMap(Mode.init(rawValue:)),
            let verification = document["verification"]?.stringValue.flatMap(Verification.init(rawValue:)),
            let roles = document["roles"].flatMap(NamespaceAccess.init(json:))
        else { return }
        (self.mode, self.verification, self.roles) = (mode, verification, roles)
        domains = (document["domains"]?.arrayValue ?? []).compactMap(\.stringValue)
        groups = (document["groups"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    package var document: JSONObject {
        [
            "domains": JSONValue(domains), "groups": JSONValue(groups), "mode": JSONValue(mode.rawValue),
            "roles": roles.json, "verification": JSONValue(verification.rawValue),
        ]
    }

    /// Whether somebody with that address may sign up without an invitation.
    package func admits(_ email: String) -> Bool {
        switch mode {
        case .closed, .invitation: return false
        case .open: return true
        case .domains:
            let domain = PersonProfile.login(email).split(separator: "@").last.map(String.init) ?? ""
            return domains.contains { $0.hasSameBytes(as: domain) }
        }
    }
}

/// Why something about sign-up was refused.
package enum SignUpFailure: Error, Hashable, Sendable {
    /// Too often; seconds to wait.
    case tooOften(Int64)
    /// The policy lets nobody in this way.
    case notAllowed
    /// Unknown, used, ended or somebody else's: they look the same.
    case invitation
    /// The link of an e-mail: unknown, used or ended.
    case verification
    case directory(DirectoryFailure)
}
