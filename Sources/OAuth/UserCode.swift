internal import Identifiers

/// What a person types on another device (RFC 8628 §6.1): eight consonants, so that no word comes out and no letter is
/// taken for a digit. That is 34 bits: guessing has to be limited where it is looked up (RFC 8628 §5.1).
package struct UserCode: ByteIdentifier {
    /// The letters alone.
    package let rawValue: String

    private static let letters = Array("BCDFGHJKLMNPQRSTVWXZ".utf8)
    private static let length = 8
    /// Bytes from here on would make some letters likelier than others.
    private static let bound = UInt8(256 / letters.count * letters.count)

    /// A new code of random bytes; `random` is asked for a number of them until enough can be used.
    package init<Failure: Error>(making random: (Int) throws(Failure) -> [UInt8]) throws(Failure) {
        var text: [UInt8] = []
        while text.count < Self.length {
            let usable = try random(Self.length * 2).filter { $0 < Self.bound }
            text += usable.prefix(Self.length - text.count).map { Self.letters[Int($0) % Self.letters.count] }
        }
        rawValue = String(decoding: text, as: UTF8.self)
    }

    /// What somebody typed: case, spaces, dashes and other separators are forgiven, and nothing else. `nil` for what
    /// cannot be a code.
    package init?(typed: String) {
        guard typed.utf8.count <= 64 else { return nil }
        var text: [UInt8] = []
        for scalar in typed.unicodeScalars where !Self.separators.contains(scalar) {
            guard let byte = UInt8(exactly: scalar.value) else { return nil }
            let upper = byte.isASCIILetter ? byte & 0xDF : byte
            guard Self.letters.contains(upper) else { return nil }
            text.append(upper)
        }
        guard text.count == Self.length else { return nil }
        rawValue = String(decoding: text, as: UTF8.self)
    }

    /// With a dash in the middle, as it is shown: `WDJB-MJHT`.
    package var shown: String {
        let half = Self.length / 2
        return "\(rawValue.prefix(half))-\(rawValue.dropFirst(half))"
    }

    /// Also the dashes that text programs make of a plain one, and the no-break space.
    private static let separators: Set<Unicode.Scalar> = [
        " ", "\t", "-", "_", ".", ",", ":", ";", "/", "|", "\u{A0}", "\u{AD}", "\u{2010}", "\u{2011}", "\u{2012}",
        "\u{2013}", "\u{2014}", "\u{2212}",
    ]
}
