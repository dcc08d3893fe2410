import HTTPFetch
import Testing

@Suite struct FetchURLTests {
    static let refused: [(String, FetchFailure)] = [
        ("", .invalidURL(.scheme)), ("https://", .invalidURL(.host)), ("https:///path", .invalidURL(.authority)),
        ("example.com", .invalidURL(.scheme)), ("//example.com/", .invalidURL(.scheme)),
        ("http:/127.0.0.1", .invalidURL(.authority)), ("https:/127.0.0.1", .invalidURL(.authority)),
        ("https:127.0.0.1", .invalidURL(.malformed)), ("https:////example.com", .invalidURL(.malformed)),
        ("https://2130706433/", .invalidURL(.authority)), ("https://127.1/", .invalidURL(.authority)),
        ("https://0x7f.1/", .invalidURL(.authority)), ("https://0177.0.0.1/", .invalidURL(.authority)),
        ("https://0x7f000001/", .invalidURL(.authority)), ("https://127.0.0.256/", .invalidURL(.host)),
        ("https://1.2.3.4.5/", .invalidURL(.host)), ("https://127.0.0.1./", .invalidURL(.host)),
        ("https://127.0.0.1/", .addressRefused(.loopback)), ("https://[::1]/", .addressRefused(.loopback)),
        ("https://[::ffff:127.0.0.1]/", .addressRefused(.loopback)),
        ("https://[::ffff:7f00:1]/", .addressRefused(.loopback)),
        ("https://[0:0:0:0:0:0:0:1]/", .invalidURL(.authority)), ("https://[fe80::1%25eth0]/", .invalidURL(.host)),
        ("https://[::1/", .invalidURL(.host)), ("https://169.254.169.254/latest", .addressRefused(.linkLocal)),
        ("https://10.0.0.1/", .addressRefused(.privateUse)), ("https://0.0.0.0/", .addressRefused(.unspecified)),
        ("https://255.255.255.255/", .addressRefused(.reserved)),
        ("https://localhost/", .addressRefused(.loopback)), ("https://LOCALHOST:8443/", .addressRefused(.loopback)),
        ("https://a.localhost/", .addressRefused(.loopback)), ("https://localhost./", .invalidURL(.host)),
        ("https://a@b/", .invalidURL(.userInformation)), ("https://a:b@c/", .invalidURL(.userInformation)),
        ("https://@example.com/", .invalidURL(.userInformation)),
        ("https://example.com@127.0.0.1/", .invalidURL(.userInformation)),
        ("https://exam ple/", .invalidURL(.characters)), ("https://example.com\\@a/", .invalidURL(.characters)),
        ("https:\\\\example.com", .invalidURL(.characters)), ("https://example.com/\r\nX: y", .invalidURL(.characters)),
        ("https://example.com/\u{0}", .invalidURL(.characters)), (" https://example.com/", .invalidURL(.characters)),
        ("https://example.com/\t", .invalidURL(.characters)),
        ("https://b\u{FC}cher.example/", .invalidURL(.characters)),
        ("https://example\u{3002}com/", .invalidURL(.characters)),
        ("https://\u{FF11}27.0.0.1/", .invalidURL(.characters)),
        ("https://%31%32%37.0.0.1/", .invalidURL(.authority)), ("https://example.com%2f/", .invalidURL(.host)),
        ("file:///etc/passwd", .invalidURL(.scheme)), ("gopher://example.com/", .invalidURL(.scheme)),
        ("ftp://example.com/", .invalidURL(.scheme)), ("javascript:alert(1)", .invalidURL(.scheme)),
        ("https://example.com./", .invalidURL(.host)), ("https://.example.com/", .invalidURL(.host)),
        ("https://a..b/", .invalidURL(.host)), ("https://-a.example/", .invalidURL(.host)),
        ("https://example.com:0/", .invalidURL(.port)), ("https://example.com:65536/", .invalidURL(.port)),
        ("https://example.com:+1/", .invalidURL(.port)), ("https://example.com:/", .invalidURL(.authority)),
        ("https://example.com:0443/", .invalidURL(.authority)),
        ("https://example.com/#x", .invalidURL(.fragment)), ("https://example.com/#", .invalidURL(.fragment)),
        ("https://\(String(repeating: "a", count: 64)).example/", .invalidURL(.host)),
        ("https://example.com/" + String(repeating: "a", count: 2048), .invalidURL(.tooLong)),
        ("http://example.com/", .notHTTPS), ("HTTP://example.com/", .notHTTPS),
        ("http://127.0.0.1:9001/", .notHTTPS),
    ]

    @Test(arguments: refused)
    func refuses(_ text: String, because expected: FetchFailure) {
        #expect(throws: expected) { try FetchURL(text) }
    }

    @Test(
        arguments: [
            ("https://example.com", "example.com", 443, "/", "https://example.com"),
            ("https://EXAMPLE.com:8443/a/b?c=d", "example.com", 8443, "/a/b", "https://example.com:8443"),
            ("https://example.com:443/.well-known/x", "example.com", 443, "/.well-known/x", "https://example.com"),
            ("https://8.8.8.8/", "8.8.8.8", 443, "/", "https://8.8.8.8"),
            ("https://[2606:4700::1111]:444/", "[2606:4700::1111]", 444, "/", "https://[2606:4700::1111]:444"),
            ("https://xn--bcher-kva.example/", "xn--bcher-kva.example", 443, "/", "https://xn--bcher-kva.example"),
            ("HTTPS://example.com/%20", "example.com", 443, "/%20", "https://example.com"),
            ("https://dev_oidc.example/@scope", "dev_oidc.example", 443, "/@scope", "https://dev_oidc.example"),
        ] as [(String, String, UInt16, String, String)])
    func reads(_ text: String, host: String, port: UInt16, path: String, origin: String) throws {
        let url = try FetchURL(text)
        #expect(url.rawValue == text)
        #expect((url.scheme, url.host, url.port, url.path) == (.https, host, port, path))
        #expect(url.origin.rawValue == origin)
    }

    @Test func anAllowedOriginMayBePlainAndLoopback() throws {
        let allowed: Set = [
            try Origin("http://127.0.0.1:9001"), try Origin("https://localhost:8443"), try Origin("http://10.0.0.5"),
        ]
        #expect(try FetchURL("http://127.0.0.1:9001/jwks", allowing: allowed).scheme == .http)
        #expect(try FetchURL("https://localhost:8443/", allowing: allowed).port == 8443)
        #expect(try FetchURL("http://10.0.0.5:80/", allowing: allowed).origin.rawValue == "http://10.0.0.5")
        #expect(throws: FetchFailure.notHTTPS) { try FetchURL("http://127.0.0.1:9002/", allowing: allowed) }
        #expect(throws: FetchFailure.addressRefused(.loopback)) {
            try FetchURL("https://127.0.0.1:9001/", allowing: allowed)
        }
        #expect(throws: FetchFailure.invalidURL(.authority)) { try FetchURL("http://127.1:9001/", allowing: allowed) }
    }

    /// The metadata service stays closed: a name that an operator trusts may be pointed at it.
    @Test func allowingAnOriginDoesNotOpenLinkLocal() throws {
        let origin = try Origin("http://169.254.169.254")
        #expect(throws: FetchFailure.addressRefused(.linkLocal)) {
            try FetchURL("http://169.254.169.254/latest/meta-data", allowing: [origin])
        }
    }

    @Test(
        arguments: [
            ("https://Example.com:443", "https://example.com"), ("http://127.0.0.1:9001", "http://127.0.0.1:9001"),
            ("http://example.com:80", "http://example.com"), ("http://[::1]:80", "http://[::1]"),
        ])
    func origin(_ text: String, is expected: String) throws { #expect(try Origin(text).rawValue == expected) }

    @Test(
        arguments: [
            ("https://example.com/", .notAnOrigin), ("https://example.com?x", .notAnOrigin), ("example.com", .scheme),
            ("https://a@example.com", .userInformation), ("http://127.1:9001", .authority),
        ] as [(String, InvalidURL)])
    func isNoOrigin(_ text: String, because reason: InvalidURL) {
        #expect(throws: FetchFailure.invalidURL(reason)) { try Origin(text) }
    }
}
