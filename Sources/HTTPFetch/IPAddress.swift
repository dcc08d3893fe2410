internal import CCurl
internal import Glibc

/// An address that a connection goes to, whatever its spelling was.
package enum IPAddress: Hashable, Sendable {
    case v4(UInt32)
    /// The upper and the lower half.
    case v6(UInt64, UInt64)

    /// Reads what `inet_pton` reads: dotted decimal or RFC 4291 §2.2, without zone and brackets.
    package init?(_ text: String) {
        var v4 = in_addr()
        var v6 = in6_addr()
        if unsafe inet_pton(AF_INET, text, &v4) == 1 {
            self = .v4(UInt32(bigEndian: v4.s_addr))
        } else if unsafe inet_pton(AF_INET6, text, &v6) == 1 {
            let bytes = unsafe withUnsafeBytes(of: &v6) { unsafe [UInt8]($0) }
            self.init(networkOrder: bytes)
        } else {
            return nil
        }
    }

    /// Four or sixteen bytes.
    init?(networkOrder bytes: [UInt8]) {
        func number<T: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>) -> T { bytes.reduce(0) { $0 << 8 | T($1) } }
        switch bytes.count {
        case 4: self = .v4(number(bytes[...]))
        case 16: self = .v6(number(bytes.prefix(8)), number(bytes.suffix(8)))
        default: return nil
        }
    }

    /// The address of a socket that libcurl is about to open.
    init?(_ address: UnsafePointer<curl_sockaddr>) {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = unsafe gatehouse_curl_address(address, &bytes)
        self.init(networkOrder: Array(bytes.prefix(Int(count))))
    }
}
