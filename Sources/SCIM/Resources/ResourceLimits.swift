/// How much one resource may hold. What is past a limit is refused, never cut.
package struct ResourceLimits: Hashable, Sendable {
    /// The longest text, in bytes.
    package var stringBytes = 1024
    /// The longest URI.
    package var referenceBytes = 2048
    /// The longest value in base64: a certificate.
    package var binaryBytes = 16 << 10
    /// The longest `userName`: that of an e-mail address, with room.
    package var userNameBytes = 320
    /// How many values a multi-valued attribute has; a group's members have a limit of their own.
    package var values = 100
    /// How many members one request may name.
    package var members: Int

    /// Members are bounded by the size of the body alone unless a limit is given.
    package init(members: Int = .max) { self.members = members }
}
