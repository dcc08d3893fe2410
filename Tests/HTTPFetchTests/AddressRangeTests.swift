import HTTPFetch
import Identifiers
import Testing

@Suite struct AddressRangeTests {
    @Test(
        arguments: [
            ("8.8.8.8", nil), ("1.1.1.1", nil), ("100.63.255.255", nil), ("100.128.0.0", nil), ("172.15.0.1", nil),
            ("172.32.0.1", nil), ("198.17.255.255", nil), ("198.20.0.0", nil), ("223.255.255.255", nil),
            ("126.255.255.255", nil),
            ("0.0.0.0", .unspecified), ("0.1.2.3", .unspecified), ("127.0.0.1", .loopback),
            ("127.255.255.254", .loopback),
            ("10.0.0.1", .privateUse), ("10.255.255.255", .privateUse), ("172.16.0.1", .privateUse),
            ("172.31.255.255", .privateUse), ("192.168.1.1", .privateUse), ("100.64.0.1", .sharedSpace),
            ("100.127.255.255", .sharedSpace), ("169.254.169.254", .linkLocal), ("192.0.0.8", .reserved),
            ("192.0.2.1", .documentation), ("198.51.100.7", .documentation), ("203.0.113.9", .documentation),
            ("192.88.99.1", .reserved), ("198.18.0.1", .benchmarking), ("198.19.255.255", .benchmarking),
            ("224.0.0.1", .multicast), ("239.255.255.255", .multicast), ("240.0.0.1", .reserved),
            ("255.255.255.255", .reserved),
            ("2606:4700:4700::1111", nil), ("2a00:1450::1", nil), ("2002:808:808::1", nil), ("64:ff9b::808:808", nil),
            ("::ffff:8.8.8.8", nil),
            ("::", .unspecified), ("::1", .loopback), ("::127.0.0.1", .loopback), ("::ffff:127.0.0.1", .loopback),
            ("::ffff:10.0.0.1", .privateUse), ("::ffff:169.254.169.254", .linkLocal), ("::ffff:0:127.0.0.1", .loopback),
            ("64:ff9b::7f00:1", .loopback), ("64:ff9b::a9fe:a9fe", .linkLocal), ("64:ff9b:1::808:808", .reserved),
            ("2002:7f00:1::", .loopback), ("2002:a00:1::1", .privateUse), ("2002:a9fe:a9fe::", .linkLocal),
            ("2001:0:1234::1", .reserved), ("2001:20::1", .reserved), ("2001:2::1", .benchmarking),
            ("2001:1ff::1", .reserved),
            ("2001:200::1", nil), ("2001:db8::1", .documentation), ("3fff::1", .documentation), ("3fff:1000::1", nil),
            ("fc00::1", .privateUse), ("fd12::1", .privateUse), ("fe80::1", .linkLocal), ("febf::1", .linkLocal),
            ("fec0::1", .privateUse), ("ff02::1", .multicast), ("100::1", .reserved), ("5f00::1", .reserved),
            ("4000::1", .reserved), ("::1:0:0:1", .reserved),
        ] as [(String, AddressRange?)])
    func range(of address: String, is expected: AddressRange?) throws {
        #expect(try #require(IPAddress(address)).specialRange == expected)
    }

    @Test(arguments: ["", "127.1", "0x7f.0.0.1", "2130706433", "127.0.0.1 ", "[::1]", "fe80::1%eth0", "1.2.3", "::g"])
    func isNoAddress(_ text: String) { #expect(IPAddress(text) == nil) }

    @Test func allowedOriginsOpenOnlyWhatPeersLiveIn() {
        let open = AddressRange.allCases.filter(\.opensForAllowedOrigins)
        #expect(open == [.loopback, .privateUse, .sharedSpace])
    }
}
