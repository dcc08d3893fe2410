internal import CPageAssets

/// The one style sheet of all pages, embedded in the binary.
package enum Stylesheet {
    package static let bytes: [UInt8] = {
        var count = 0
        let start = unsafe gatehouse_pages_css(&count)
        return unsafe Array(UnsafeBufferPointer(start: start, count: count))
    }()

    /// Named by its content, so that it may be kept for ever: a changed sheet has another name.
    package static let path = "/assets/gatehouse-" + fingerprint(bytes) + ".css"

    /// For whoever writes a page of their own; it may be kept for a short time only.
    package static let plainPath = "/assets/gatehouse.css"

    package static let contentType = "text/css; charset=utf-8"

    /// FNV-1a of 64 bits, its first 12 digits. It tells versions of our own file apart and protects nothing, so it need not
    /// be a cryptographic one.
    static func fingerprint(_ bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String((String(repeating: "0", count: 16 - digits.count) + digits).prefix(12))
    }
}
