import OAuth
import Secrets
import Testing

@testable import GatehouseKit

/// What is taken for the end of a sign-in, and what is not.
@Suite struct SignInCallbackTests {
    private static let issuer = "https://id.example.com"
    private static let target = "/callback?code=C&state=S&iss=https%3A%2F%2Fid.example.com"
    private static let host = "Host: 127.0.0.1:4321"

    private static func parameters(_ head: String) -> FormBody? {
        SignInCallback.parameters(of: Array(head.utf8), port: 4321, state: Secret(utf8: "S"))
    }

    @Test(
        arguments: [
            "GET \(target) HTTP/1.1\r\n\(host)", "GET \(target) HTTP/1.0\r\n\(host)\r\nAccept: */*",
            "GET \(target) HTTP/1.1\r\nhOST:127.0.0.1:4321 ",
            "GET /callback?state=S HTTP/1.1\r\n\(host)",
            "GET /callback?error=access_denied&state=S HTTP/1.1\r\n\(host)",
        ])
    func ours(_ head: String) { #expect(Self.parameters(head) != nil) }

    @Test(
        arguments: [
            ("another state", "GET /callback?code=C&state=T HTTP/1.1\r\n\(host)"),
            ("a longer state", "GET /callback?code=C&state=SS HTTP/1.1\r\n\(host)"),
            ("no state", "GET /callback?code=C HTTP/1.1\r\n\(host)"),
            ("an empty state", "GET /callback?code=C&state= HTTP/1.1\r\n\(host)"),
            ("the state twice", "GET /callback?state=S&state=S HTTP/1.1\r\n\(host)"),
            ("the code twice", "GET /callback?code=C&code=D&state=S HTTP/1.1\r\n\(host)"),
            ("the issuer twice", "GET /callback?state=S&iss=a&iss=b HTTP/1.1\r\n\(host)"),
            ("no query", "GET /callback HTTP/1.1\r\n\(host)"),
            ("another path", "GET /callback/?state=S HTTP/1.1\r\n\(host)"),
            ("an escaped path", "GET /%63allback?state=S HTTP/1.1\r\n\(host)"),
            ("the icon", "GET /favicon.ico?state=S HTTP/1.1\r\n\(host)"),
            ("absolute form", "GET http://127.0.0.1:4321\(target) HTTP/1.1\r\n\(host)"),
            ("HEAD", "HEAD \(target) HTTP/1.1\r\n\(host)"), ("POST", "POST \(target) HTTP/1.1\r\n\(host)"),
            ("get", "get \(target) HTTP/1.1\r\n\(host)"), ("two spaces", "GET  \(target) HTTP/1.1\r\n\(host)"),
            ("HTTP/0.9", "GET \(target)\r\n\(host)"), ("HTTP/2", "GET \(target) HTTP/2\r\n\(host)"),
            ("no host", "GET \(target) HTTP/1.1\r\nAccept: */*"),
            ("another host", "GET \(target) HTTP/1.1\r\nHost: evil.example:4321"),
            ("localhost", "GET \(target) HTTP/1.1\r\nHost: localhost:4321"),
            ("another port", "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1:4322"),
            ("two hosts", "GET \(target) HTTP/1.1\r\n\(host)\r\n\(host)"),
            ("a bad escape", "GET /callback?state=S&code=%zz HTTP/1.1\r\n\(host)"),
            ("nothing", ""), ("noise", "\u{16}\u{3}\u{1}"),
        ])
    func notOurs(_ what: String, _ head: String) { #expect(Self.parameters(head) == nil, "\(what)") }

    @Test func theCodeOfTheRightIssuer() throws {
        let form = try #require(Self.parameters("GET \(Self.target) HTTP/1.1\r\n\(Self.host)"))
        #expect(try SignInCallback.code(form, issuer: Self.issuer).revealText() == "C")
    }

    @Test(
        arguments: [
            ("code=C&iss=https%3A%2F%2Fevil.example", "not from https://id.example.com"),
            ("code=C&iss=https%3A%2F%2Fid.example.com%2F", "not from"), ("code=C", "not from"),
            ("error=access_denied", "not from"),
            ("error=access_denied&iss=https%3A%2F%2Fid.example.com", "the sign-in was denied in the browser"),
            (
                "error=server_error&error_description=broken%1b&iss=https%3A%2F%2Fid.example.com",
                "server_error: broken\u{FFFD}"
            ),
            ("error=x&code=C&iss=https%3A%2F%2Fid.example.com", "refused: x"),
            ("iss=https%3A%2F%2Fid.example.com", "no code"), ("code=&iss=https%3A%2F%2Fid.example.com", "no code"),
        ])
    func answersWithoutACode(_ query: String, _ words: String) throws {
        let form = try #require(Self.parameters("GET /callback?state=S&\(query) HTTP/1.1\r\n\(Self.host)"))
        let failure = #expect(throws: CommandFailure.self) { try SignInCallback.code(form, issuer: Self.issuer) }
        #expect(failure?.status == .failure)
        #expect(failure?.text.contains(words) == true, "\(failure?.text ?? "")")
    }
}
