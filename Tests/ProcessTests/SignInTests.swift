import Foundation
import Testing

/// What somebody sees who starts `serve --dev` and opens the sign-in page: a browser's steps, done by curl with cookies.
@Suite(.serialized) struct SignInTests {
    @Test func theDemoPeopleSignInWithAClick() async throws {
        let server = try ServerProcess()
        try await server.start()
        let jar = server.state.appending(path: "cookies").path()
        let choice = try await browse(server.url + "/sign-in", jar)
        #expect(choice.contains("/people/authorize"), "\(choice)")
        let links = choice.matches(of: /data-provider="(\w+)" href="([^"]+)"/).map { (String($0.1), String($0.2)) }
        #expect(links.map(\.0) == ["alice", "bob", "carol"])
        let link = try #require(links.last?.1).replacing("&amp;", with: "&")
        let account = try await browse(server.provider + link, jar)
        #expect(account.hasSuffix(server.url + "/account"), "\(account)")
        #expect(account.contains("carol@example.org"))
        // A code is good once, and the sign-in it belonged to is over.
        let again = try await browse(server.provider + link, jar)
        #expect(!again.hasSuffix("/account"), "\(again)")
    }

    @Test func theDemoPeopleLeadNowhereElse() async throws {
        let server = try ServerProcess()
        try await server.start()
        let challenge = String(repeating: "A", count: 43)
        let query =
            "response_type=code&client_id=x&code_challenge_method=S256&code_challenge=\(challenge)&redirect_uri="
        for target in ["http://evil.example/", server.provider + "/", "//evil.example", ""] {
            let answer = try await browse(server.provider + "/people/continue?person=alice&" + query + target, "-")
            #expect(answer.contains("redirect_uri must be an address of \(server.url)."), "\(target): \(answer)")
        }
    }

    /// The last page's text, and behind it its address.
    private func browse(_ url: String, _ jar: String) async throws -> String {
        let arguments = [
            "-sSL", "--noproxy", "*", "--max-redirs", "10", "-b", jar, "-c", jar, "-w", "%{url_effective}", url,
        ]
        let result = try await run(arguments, executable: "/usr/bin/curl")
        try #require(result.code == 0, "curl: \(result.errors)")
        return result.output
    }
}
