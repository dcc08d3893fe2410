package import Identifiers

/// The operator's name for a provider: in policies, in logs, in the identity of whoever comes through it.
package struct ProviderName: ByteIdentifier {
    package let rawValue: String

    package init(_ text: String) throws(InvalidValue) {
        let bytes = Array(text.utf8)
        let isAlphanumeric: (UInt8) -> Bool = { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        guard (1...63).contains(bytes.count), let first = bytes.first, let last = bytes.last, isAlphanumeric(first),
            isAlphanumeric(last), bytes.allSatisfy({ isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F })
        else {
            throw InvalidValue(
                "provider name", "must be 1 to 63 of a-z, 0-9, '-' and '_', and begin and end with a letter or digit")
        }
        rawValue = text
    }
}
