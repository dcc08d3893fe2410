public import Identifiers

/// The name of an object that lives in a namespace, chosen by whoever makes it: a DNS-1123 label, as namespaces have.
public struct ObjectName: ByteIdentifier {
    public let rawValue: String

    public init(_ text: some StringProtocol) throws(InvalidValue) {
        guard DNSLabel.isValid(text.utf8) else {
            throw InvalidValue(
                "name", "must be 1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit")
        }
        rawValue = String(text)
    }
}
