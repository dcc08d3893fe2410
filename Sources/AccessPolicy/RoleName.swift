public import Identifiers

/// The name of a role: 1 to 256 of `[a-z0-9-]`, beginning with a letter, ending with a letter or digit.
///
/// The names that clients of the original API send for the built-in roles become ours on the way in, here and nowhere
/// else, so that one role never has two names inside.
public struct RoleName: ByteIdentifier {
    public let rawValue: String

    public init(_ text: some StringProtocol) throws(InvalidValue) {
        if let alias = Self.aliases[Key(text)] {
            self = alias
            return
        }
        let isLetterFirst = text.utf8.first.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) } ?? false
        guard isLetterFirst, DNSLabel.isValid(text.utf8, maximum: 256) else {
            throw InvalidValue("role", "must be 1 to 256 of a-z, 0-9 and '-', beginning with a letter")
        }
        rawValue = String(text)
    }

    private init(builtIn text: String) { rawValue = text }

    /// Everything, everywhere the role is held.
    public static let admin = RoleName(builtIn: "admin")
    /// Users, groups, roles, credentials and provisioning.
    public static let userAdmin = RoleName(builtIn: "user-admin")
    /// Everything of the applications of a namespace.
    public static let powerDeveloper = RoleName(builtIn: "power-developer")
    /// Read and change, but not delete, the applications of a namespace.
    public static let developer = RoleName(builtIn: "developer")
    /// Read everything, change nothing.
    public static let monitor = RoleName(builtIn: "monitor")

    private static let aliases: [Key: RoleName] = [
        Key("ves-io-admin-role"): .admin,
        Key("ves-io-uam-admin-role"): .userAdmin,
        Key("ves-io-power-developer-role"): .powerDeveloper,
        Key("ves-io-monitor-role"): .monitor,
    ]
}
