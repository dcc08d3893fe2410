internal import COpenSSL
internal import Glibc

/// A name other than the subject (RFC 5280 §4.2.1.6), checked before it is written.
enum AlternativeName: Hashable, Sendable {
    case uri(String)
    case email(String)
    case dns(String)
    /// Four or 16 bytes.
    case address([UInt8])

    /// Absolute (RFC 3986 §3): a scheme, a colon, and more.
    static func uri(checking text: String) throws(CryptoFailure) -> AlternativeName {
        let bytes = Array(text.utf8)
        guard isVisible(bytes), bytes.count <= 2048, let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            colon + 1 < bytes.count, let first = bytes.first, isLetter(first),
            bytes[..<colon].allSatisfy({ isLetter($0) || isDigit($0) || [0x2B, 0x2D, 0x2E].contains($0) })  // + - .
        else { throw .unfitForCertificate(.alternativeName) }
        return .uri(text)
    }

    /// `local@domain`, in ASCII: RFC 5280 has no other form in this field.
    static func email(checking text: String) throws(CryptoFailure) -> AlternativeName {
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard isVisible(bytes), bytes.count <= 320, parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
            throw .unfitForCertificate(.alternativeName)
        }
        return .email(text)
    }

    /// Labels of letters, digits and hyphens; the first one may be an asterisk.
    static func dns(checking text: String) throws(CryptoFailure) -> AlternativeName {
        var labels = Array(text.utf8).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if labels.count > 2, labels.first.map(Array.init) == [UInt8(ascii: "*")] { labels.removeFirst() }
        let hyphen = UInt8(ascii: "-")
        guard text.utf8.count <= 253,
            labels.allSatisfy({ label in
                (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
                    && label.allSatisfy { isLetter($0) || isDigit($0) || $0 == hyphen }
            })
        else { throw .unfitForCertificate(.alternativeName) }
        return .dns(text)
    }

    /// IPv4 in four decimal numbers, or IPv6.
    static func address(checking text: String) throws(CryptoFailure) -> AlternativeName {
        for (family, length) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: length)
            if !text.utf8.contains(0), unsafe inet_pton(family, text, &bytes) == 1 { return .address(bytes) }
        }
        throw .unfitForCertificate(.alternativeName)
    }

    private static func isVisible(_ bytes: [UInt8]) -> Bool { bytes.allSatisfy { (0x21...0x7E).contains($0) } }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
}

/// `GENERAL_NAMES`, built name by name: OpenSSL's configuration text for them can be injected into.
@safe struct GeneralNames: ~Copyable {
    let pointer: OpaquePointer

    init() throws(CryptoFailure) {
        guard let made = unsafe GENERAL_NAMES_new() else { throw .library("GENERAL_NAMES_new") }
        unsafe pointer = made
    }

    static func list(_ names: [AlternativeName]) throws(CryptoFailure) -> GeneralNames {
        let list = try GeneralNames()
        for name in names { try list.append(name) }
        return list
    }

    deinit { unsafe GENERAL_NAMES_free(pointer) }

    private borrowing func append(_ name: AlternativeName) throws(CryptoFailure) {
        let (kind, type, bytes) =
            switch name {
            case .uri(let text): (GEN_URI, V_ASN1_IA5STRING, Array(text.utf8))
            case .email(let text): (GEN_EMAIL, V_ASN1_IA5STRING, Array(text.utf8))
            case .dns(let text): (GEN_DNS, V_ASN1_IA5STRING, Array(text.utf8))
            case .address(let bytes): (GEN_IPADD, V_ASN1_OCTET_STRING, bytes)
            }
        let value = try ASN1StringHandle(type, bytes)
        guard let made = unsafe GENERAL_NAME_new() else { throw .library("GENERAL_NAME_new") }
        unsafe GENERAL_NAME_set0_value(made, kind, value.release())
        guard unsafe OPENSSL_sk_push(pointer, made) > 0 else {
            unsafe GENERAL_NAME_free(made)
            throw .library("OPENSSL_sk_push")
        }
    }

    /// Gives the list to an owner in C.
    consuming func release() -> OpaquePointer {
        let released = unsafe pointer
        discard self
        return unsafe released
    }
}
