import Identifiers
import JOSE
import Testing

@Suite struct IdentifierTests {
    @Test(
        arguments: [
            "https://idp.example", "https://idp.example/",
            "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
            "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_aaaaaaaaa",
            "https://kubernetes.default.svc.cluster.local",
            "https://[2001:db8::1]:8443/a", "https://127.0.0.1:1/",
            "https://idp.example:65535/a;b=c,d:e@f/%20~!$&'()*+",
        ])
    func issuers(text: String) throws { #expect(try Issuer(text).rawValue == text) }

    @Test(
        arguments: [
            "", "idp.example", "//idp.example", "HTTPS://idp.example", "https:/idp.example", "https:idp.example",
            "https://",
            "https:///path", "https://?q", "https://#f", "https://idp.example?", "https://idp.example?a=b",
            "https://idp.example#",
            "https://idp.example/#f", "https://idp.example/a?b", "http://idp.example", "http://127.0.0.1:9001",
            "ftp://idp.example",
            "https://user@idp.example", "https://user:password@idp.example", "https://idp.example:",
            "https://idp.example:0",
            "https://idp.example:65536", "https://idp.example:999999", "https://idp.example:+1",
            "https://idp.example:8a",
            "https://idp.example:1:2", "https://idp .example", " https://idp.example", "https://idp.example ",
            "https://idp.example/\n",
            "https://idp.example/\r\n", "https://idp.example/a b", "https://idp.example\\@evil.example",
            "https://idp.exämple",
            "https://idp.example/ä", "https://idp.example/\0", "https://idp.example/\u{7F}", "https://[::1",
            "https://[]", "https://[::1]x",
            "https://[g::1]", "https://login.microsoftonline.com/{tenantid}/v2.0", "https://idp.example/\"",
            "https://idp.example/<>",
            "https://idp.example%2f", "https://" + String(repeating: "a", count: 2041), "javascript:alert(1)",
        ])
    func noIssuers(text: String) { #expect(throws: InvalidValue.self) { try Issuer(text) } }

    @Test func plainHTTPNeedsItsOrigin() throws {
        let origins: Set<Key> = [Key("http://127.0.0.1:9001")]
        #expect(throws: Never.self) { try Issuer("http://127.0.0.1:9001/realms/a", allowingPlainHTTPOrigins: origins) }
        #expect(throws: Never.self) { try Issuer("https://idp.example", allowingPlainHTTPOrigins: origins) }
        for text in [
            "http://127.0.0.1:9002", "http://127.0.0.1", "http://localhost:9001", "http://127.0.0.1:9001@evil.example",
            "http://127.0.0.1:09001", "http://127.0.0.1:9001?q",
        ] {
            #expect(throws: InvalidValue.self) { try Issuer(text, allowingPlainHTTPOrigins: origins) }
        }
    }

    @Test func longest() throws {
        let text = "https://idp.example/" + String(repeating: "a", count: 2048 - 20)
        #expect(throws: Never.self) { try Issuer(text) }
        #expect(throws: InvalidValue.self) { try Issuer(text + "a") }
    }

    /// Swift's own `==` says that these are equal.
    @Test func comparedByBytes() throws {
        #expect(try Subject("\u{212A}") != Subject("K"))
        #expect(try Audience("caf\u{E9}") != Audience("cafe\u{301}"))
        #expect(try KeyID("\u{212A}") != KeyID("K"))
        #expect(try Set([Subject("\u{212B}"), Subject("\u{C5}"), Subject("A\u{30A}")]).count == 3)
        #expect(try Issuer("https://idp.example") != Issuer("https://idp.example/"))
    }

    @Test(arguments: ["", "a\0", "a\nb", "\u{1}", "a\u{7F}", String(repeating: "a", count: 1025)])
    func refused(text: String) {
        #expect(throws: InvalidValue.self) { try Subject(text) }
        #expect(throws: InvalidValue.self) { try Audience(text) }
        #expect(throws: InvalidValue.self) { try KeyID(text) }
        #expect(throws: InvalidValue.self) { try TokenID(text) }
    }

    /// The text itself may be hostile or secret, so it is not in the message.
    @Test func messagesDoNotRepeatTheText() {
        for make in [{ _ = try Issuer("https://hunter2 x") }, { _ = try Subject("hunter2\n") }] as [() throws -> Void] {
            let error = #expect(throws: InvalidValue.self) { try make() }
            #expect(error?.description.contains("hunter2") == false)
        }
    }
}
