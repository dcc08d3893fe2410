import OAuth
import Secrets
import SeededRandom
import StrictJSON
import Testing

@Suite("Device flow (RFC 8628)")
struct DeviceFlowTests {
    private static let alphabet = "BCDFGHJKLMNPQRSTVWXZ"

    @Test(
        "typed codes that are understood",
        arguments: [
            "WDJBMJHT", "WDJB-MJHT", "wdjb-mjht", "WdJb mJhT", " WDJB - MJHT ", "W.D.J.B_M/J:H,T", "WDJB\u{2013}MJHT",
            "WDJB\u{2011}MJHT", "WDJB\u{A0}MJHT", "\tWDJBMJHT", "WDJB--MJHT",
        ])
    func typed(_ text: String) {
        #expect(UserCode(typed: text)?.rawValue == "WDJBMJHT")
        #expect(UserCode(typed: text)?.shown == "WDJB-MJHT")
    }

    @Test(
        "typed codes that are refused",
        arguments: [
            "", "-", "WDJBMJH", "WDJBMJHTT", "WDJB-MJHA", "WDJB-MJH0", "WDJB-MJHY", "WDJB-MJHÉ", "WDJB-MJ\u{212A}T",
            "WDJB\nMJHT", "WDJB\u{0}MJHT", "WDJBMJHT%", "WDJB+MJHT", "WDJBMJHT'", "\u{FF37}DJBMJHT", "WDJB\u{301}MJHT",
            "WDJBMJHT" + String(repeating: " ", count: 57),
        ])
    func refused(_ text: String) {
        #expect(UserCode(typed: text) == nil)
    }

    @Test("a made code uses each letter alike, and bytes that would favour some are left out")
    func making() {
        let none = UserCode { _ in [255, 240] + Array(0..<8) }
        #expect(none.rawValue == "BCDFGHJK")
        var asked = 0
        let slow = UserCode { count in
            asked += 1
            #expect(count >= 8)
            return asked.isMultiple(of: 2) ? [239, 250] : []
        }
        #expect(slow.rawValue == "ZZZZZZZZ" && asked == 16)
        // Every byte once: each letter comes equally often.
        var counts: [Character: Int] = [:]
        for start in stride(from: 0, to: 240, by: 8) {
            let code = UserCode { _ in (start..<start + 8).map { UInt8($0) } }
            for letter in code.rawValue { counts[letter, default: 0] += 1 }
        }
        #expect(counts == Dictionary(uniqueKeysWithValues: Self.alphabet.map { ($0, 12) }))
    }

    @Test("a made code is read back as it is shown")
    func reading() {
        var random = SeededGenerator(seed: 23)
        for _ in 0..<500 {
            let code = UserCode { count in (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
            #expect(code.rawValue.utf8.count == 8 && code.shown.utf8.count == 9)
            #expect(UserCode(typed: code.shown) == code && UserCode(typed: code.shown.lowercased()) == code)
        }
    }

    @Test("a source of bytes that fails makes no code")
    func failing() {
        struct Broken: Error {}
        #expect(throws: Broken.self) { try UserCode { _ in throw Broken() } }
    }

    @Test(
        "requests that are refused",
        arguments: [
            ("", nil, OAuthError(.invalidClient, "client_id is missing")),
            (
                "client_id=a&scope=%20", nil,
                OAuthError(.invalidScope, "invalid scope: tokens are separated by one space")
            ),
            ("client_id=a&resource=x", nil, OAuthError(.invalidTarget, "invalid resource: not an absolute URI")),
            ("", "Bearer x", OAuthError(.invalidClient, "only Basic is supported in Authorization")),
        ] as [(String, String?, OAuthError)])
    func requests(_ body: String, _ header: String?, with expected: OAuthError) throws {
        let form = try FormBody(Array(body.utf8))
        let error = refusal { () throws(OAuthError) in
            _ = try DeviceAuthorizationRequest(form, authorization: header)
        }
        #expect(error == expected)
    }

    @Test("request and response (RFC 8628 §3.1, §3.2)")
    func response() throws {
        let form = try FormBody(Array("client_id=tv&scope=openid+x&resource=urn:a&resource=urn:b".utf8))
        let request = try DeviceAuthorizationRequest(form, authorization: nil)
        #expect(request.client.clientID == "tv" && request.scope?.text == "openid x")
        #expect(request.resources == ["urn:a", "urn:b"])
        let code = try #require(UserCode(typed: "WDJBMJHT"))
        let response = DeviceAuthorizationResponse(
            deviceCode: Secret(utf8: "gth_dc_x"), userCode: code, verificationURI: "https://id.example/device",
            expiresIn: 600)
        #expect(
            response.body == [
                "device_code": "gth_dc_x", "user_code": "WDJB-MJHT", "verification_uri": "https://id.example/device",
                "verification_uri_complete": "https://id.example/device?user_code=WDJB-MJHT", "expires_in": 600,
                "interval": 5,
            ])
        #expect(!"\(response)".contains("gth_dc_x"))
    }
}
