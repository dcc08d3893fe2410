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

/// The client's certificate of the fixtures, as proxies write it.
private struct Written {
    let pem: String
    let other: String

    init() throws {
        pem = try Fixture.text("TEST-ONLY-client.pem")
        other = Self.base64(try Fixture.text("TEST-ONLY-server.pem"))
    }

    static func base64(_ pem: String) -> String {
        pem.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
    }

    var base64: String { Self.base64(pem) }
    /// One line, with this in the place of its line ends.
    func line(_ separator: String) -> String { pem.split(separator: "\n").joined(separator: separator) }
    var der: [UInt8]? { get throws { try NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)).first?.toDERBytes() } }
}

/// All but the unreserved characters of RFC 3986 §2.3, and those that the proxy leaves as they are.
private func escaped(_ text: String, except: String = "-._~") -> String {
    text.utf8.map { byte in
        let character = String(UnicodeScalar(byte))
        return (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || except.contains(character) ? character : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
}

private let spellings: [(String, @Sendable (Written) -> String)] = [
    ("nginx $ssl_client_escaped_cert", { escaped($0.pem) }),
    ("everything escaped", { escaped($0.pem, except: "") }),
    ("with CR LF", { escaped($0.line("\r\n")) }),
    ("Envoy, a chain", { escaped($0.pem + "-----BEGIN CERTIFICATE-----\n\($0.other)\n-----END CERTIFICATE-----\n") }),
    ("AWS leaves what base64 needs", { escaped($0.pem, except: "-._~+/=") }),
    ("PEM, line ends as spaces", { $0.line(" ") }),
    ("PEM, line ends as tabs", { $0.line("\t") }),
    ("PEM without line ends", { $0.line("") }),
    ("PEM without line ends, escaped", { escaped($0.line("")) }),
    ("Traefik 2: base64, escaped", { escaped($0.base64) }),
    ("Traefik 3: base64", { $0.base64 }),
    ("Traefik, a chain", { $0.base64 + "," + $0.other }),
    ("Traefik 2, a chain", { escaped($0.base64) + "," + escaped($0.other) }),
    ("HAProxy ssl_c_der,base64", { $0.base64 }),
]

@Test(arguments: spellings)
private func certificateOfAProxysClient(proxy: String, write: @Sendable (Written) -> String) throws {
    let written = try Written()
    let field = headers("X-Client-Cert", [write(written)])
    var peer = Peer(address: "10.0.0.1", trustedProxies: proxies)
    let der = try #require(try written.der)
    #expect(try forwarded.certificate(peer, field) == der)
    peer.certificate = [4, 5, 6]
    #expect(try forwarded.certificate(peer, field) == der, "a proxy's certificate is not its client's")

    var stranger = Peer(address: "192.0.2.9", trustedProxies: proxies)
    #expect(try forwarded.certificate(stranger, field) == nil)
    stranger.certificate = [1, 2, 3]
    #expect(try forwarded.certificate(stranger, field) == [1, 2, 3])
    let deaf = ForwardedFields(trustedProxies: proxies, certificateField: nil)
    #expect(try deaf.certificate(Peer(address: "10.0.0.1", trustedProxies: proxies), field) == nil)
}

private let misspellings: [(String, @Sendable (Written) -> [String])] = [
    ("two fields", { [$0.base64, $0.base64] }),
    ("two kinds of field", { [escaped($0.pem), $0.base64] }),
    ("bad escape", { _ in ["%zz"] }),
    ("cut escape", { [escaped($0.pem) + "%0"] }),
    ("no certificate", { _ in ["nonsense"] }),
    ("base64 of something else", { _ in ["bm9uc2Vuc2U="] }),
    ("nginx without a value", { _ in ["-"] }),
    ("cut PEM", { [String(escaped($0.pem).dropLast(100))] }),
    ("cut base64", { [String($0.base64.dropLast(8))] }),
    ("cut base64, not in fours", { [String($0.base64.dropLast(3))] }),
    ("base64 behind padding", { [$0.base64 + "=AAA"] }),
    ("base64url", { [String($0.base64.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })] }),
    ("base64 with spaces", { ["\($0.base64.prefix(64)) \($0.base64.dropFirst(64))"] }),
    ("escaped twice", { [escaped(escaped($0.pem))] }),
    ("spaces as plus", { [escaped($0.pem).replacing("%20", with: "+")] }),
    ("text before", { [escaped("Subject: x\n" + $0.pem)] }),
    ("text behind", { [escaped($0.pem + "x")] }),
    ("only its begin", { _ in [escaped("-----BEGIN CERTIFICATE-----")] }),
    ("nothing between", { _ in [escaped("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")] }),
    ("another label", { [escaped($0.pem.replacing("CERTIFICATE", with: "X509 CRL"))] }),
    ("chain with a gap", { [$0.base64 + ",," + $0.other] }),
    ("chain with nonsense", { [$0.base64 + ",bm9uc2Vuc2U="] }),
    ("chain of PEM with a comma", { [escaped($0.pem) + "," + escaped($0.pem)] }),
    ("Envoy's x-forwarded-client-cert", { ["Hash=ab;Cert=\"\(escaped($0.pem))\""] }),
    ("NUL", { [escaped($0.pem) + "%00"] }),
]

@Test(arguments: misspellings)
private func whatIsNoCertificate(name: String, write: @Sendable (Written) -> [String]) throws {
    let peer = Peer(address: "10.0.0.1", trustedProxies: proxies)
    let written = try Written()
    #expect(throws: ForwardedFields.Refusal.badCertificate) {
        try forwarded.certificate(peer, headers("x-client-cert", write(written)))
    }
}

@Test func aClientWithoutCertificate() throws {
    var proxy = Peer(address: "10.0.0.1", trustedProxies: proxies)
    proxy.certificate = [4, 5, 6]
    #expect(try forwarded.certificate(proxy, HTTPHeaders()) == nil)
    #expect(try forwarded.certificate(proxy, headers("X-Client-Cert", [""])) == nil)
}
