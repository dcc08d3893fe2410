import Identifiers
import OAuth
import Testing

@Suite("Scopes (RFC 6749 §3.3)")
struct ScopeTests {
    @Test(
        "refused",
        arguments: [
            "", " ", " a", "a ", "a  b", "a\tb", "a\nb", "a\u{0}", "a\"b", "a\\b", "a\u{7F}", "é", "namespace:é",
            "a\u{A0}b", "\u{212A}", "a\r\n b",
        ])
    func refused(_ text: String) {
        #expect(throws: InvalidValue.self) { try Scope(text) }
    }

    @Test("every byte of the grammar is accepted and no other")
    func grammar() {
        for byte in 0..<128 as Range<UInt8> {
            let isAllowed = byte == 0x21 || (0x23...0x5B).contains(byte) || (0x5D...0x7E).contains(byte)
            let text = String(Unicode.Scalar(byte))
            #expect(((try? Scope(text)) != nil) == isAllowed, "byte \(byte)")
        }
    }

    @Test("each token once, in the order in which they came; equality knows no order")
    func order() throws {
        let scope = try Scope("b a b C a")
        #expect(scope.tokens == ["b", "a", "C"])
        #expect(scope.text == "b a C")
        #expect(scope == (try Scope("C b a")))
        #expect(scope.hashValue == (try Scope("C b a")).hashValue)
        #expect(scope != (try Scope("c b a")))
        #expect(scope != (try Scope("b a")))
    }

    @Test("sets")
    func sets() throws {
        let wide = try Scope("openid namespace:payments role:deployer")
        let narrow = try Scope("role:deployer openid")
        #expect(narrow.isSubset(of: wide))
        #expect(!wide.isSubset(of: narrow))
        #expect(wide.contains("openid") && !wide.contains("OpenID") && !wide.contains("role"))
        #expect(wide.intersection(narrow)?.text == "openid role:deployer")
        #expect(wide.intersection(try Scope("other")) == nil)
    }

    @Test(
        "values",
        arguments: [
            ("namespace:payments", .namespace("payments")),
            ("role:ves-io-admin-role", .role("ves-io-admin-role")),
            ("namespace:*", .namespace("*")),
            ("namespace:a:b", .namespace("a:b")),
            ("namespace:", .other("namespace:")),
            ("role:", .other("role:")),
            ("Namespace:a", .other("Namespace:a")),
            ("namespaces:a", .other("namespaces:a")),
            (":a", .other(":a")),
            ("openid", .other("openid")),
        ] as [(String, ScopeValue)])
    func values(_ token: String, is value: ScopeValue) throws {
        #expect(try Scope(token).values == [value])
        #expect(value.text == token)
        #expect(try Scope([value, .other("x")])?.text == token + " x")
    }

    @Test("a scope from values keeps to the grammar")
    func fromValues() throws {
        #expect(try Scope([]) == nil)
        #expect(throws: InvalidValue.self) { try Scope([.namespace("a\"b")]) }
        #expect(throws: InvalidValue.self) { try Scope([.other("")]) }
        #expect(throws: InvalidValue.self) { try Scope([.role("a role:admin")]) }
    }
}
