/// Why a text is not a value of some domain type.
///
/// - `type`: what it was to become, as a person would say it ("namespace", "issuer").
/// - `reason`: what is wrong and how to mend it. Never contains the text itself, which may be a secret or hostile.
public struct InvalidValue: Error, Hashable, Sendable, CustomStringConvertible {
    public let type: String
    public let reason: String

    public init(_ type: String, _ reason: String) {
        self.type = type
        self.reason = reason
    }

    public var description: String { "invalid \(type): \(reason)" }
}
