import NIOHTTP1
import NIOSSL
import Testing

@testable import GatehouseServer

private let proxies: Set<String> = ["10.0.0.1", "10.0.0.2"]
private let forwarded = ForwardedFields(trustedProxies: proxies, certificateField: "X-Client-Cert")

private func headers(_ field: String, _ values: [String]) -> HTTPHeaders { HTTPHeaders(values.map { (field, $0) }) }

@Test(
    arguments: [
        ("192.0.2.9", ["203.0.113.5"], "192.0.2.9"),  // not a trusted proxy: believed nothing
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.5"], "203.0.113.5"),
        ("10.0.0.1", ["198.51.100.1, 203.0.113.5"], "203.0.113.5"),  // the left one is the client's own words
        ("10.0.0.1", ["203.0.113.5, 10.0.0.2"], "203.0.113.5"),
        ("10.0.0.1", ["203.0.113.5", "10.0.0.2"], "203.0.113.5"),
        ("10.0.0.1", ["10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["203.0.113.5, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ("10.0.0.1", ["::ffff:203.0.113.5"], "203.0.113.5"),
        ("10.0.0.1", [""], "10.0.0.1"),
    ] as [(String, [String], String)])
func remoteAddress(peer: String, fields: [String], expected: String) {
    let peer = Peer(address: peer, trustedProxies: proxies)
    #expect(forwarded.remoteAddress(peer, headers("X-Forwarded-For", fields)) == expected)
}

@Test func certificateOfAProxysClient() throws {
    let pem = try Fixture.text("TEST-ONLY-client.pem")
    let der = try NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)).first?.toDERBytes()
    let escaped = pem.utf8.map { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
    let proxy = Peer(address: "10.0.0.1", trustedProxies: proxies)
    var stranger = Peer(address: "192.0.2.9", trustedProxies: proxies)
    #expect(try forwarded.certificate(proxy, headers("x-client-cert", [escaped])) == der)
    #expect(try forwarded.certificate(proxy, HTTPHeaders()) == nil)
    #expect(try forwarded.certificate(proxy, headers("X-Client-Cert", [""])) == nil)
    #expect(try forwarded.certificate(stranger, headers("X-Client-Cert", [escaped])) == nil)
    stranger.certificate = [1, 2, 3]
    #expect(try forwarded.certificate(stranger, headers("X-Client-Cert", [escaped])) == [1, 2, 3])
    for bad in [[escaped, escaped], ["%zz"], ["nonsense"], [String(escaped.dropLast(200))]] {
        #expect(throws: ForwardedFields.Refusal.badCertificate) {
            try forwarded.certificate(proxy, headers("X-Client-Cert", bad))
        }
    }
    var proxyWithCertificate = proxy
    proxyWithCertificate.certificate = [4, 5, 6]
    #expect(
        try forwarded.certificate(proxyWithCertificate, HTTPHeaders()) == nil,
        "a proxy's certificate is not its client's")
}
