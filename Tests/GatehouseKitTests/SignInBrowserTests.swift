import Foundation
@testable import GatehouseClient
import HTTPFetch
import OAuth
import Secrets
import StrictJSON
import Testing

@testable import GatehouseKit

@Suite struct LoopbackListenerTests {
    private static let state = Secret(utf8: "S")

    @Test func onlyTheCallbackEndsTheWait() async throws {
        let listener = try LoopbackListener()
        let port = listener.port
        let (answers, told) = AsyncStream.makeStream(of: String.self)
        Thread.detachNewThread {
            // A connection that says nothing, one that is left, and one that says too much: none of them is in the way.
            let idle = FakeBrowser.connected(to: port)
            if let left = FakeBrowser.connected(to: port) { close(left) }
            told.yield(FakeBrowser.send(String(repeating: "x", count: 20_000), to: port))
            for target in ["/", "/favicon.ico", "/callback", "/callback?state=T&code=C"] {
                told.yield(FakeBrowser.get(target, from: port))
            }
            told.yield(FakeBrowser.get("/callback?state=S&code=C", from: port))
            if let idle { close(idle) }
            told.finish()
        }
        let (form, connection) = try #require(await listener.callback(state: Self.state, within: .seconds(60)))
        #expect(form["code"] == "C")
        connection.answer(.signedIn)
        var texts: [String] = []
        for await text in answers { texts.append(text) }
        #expect(texts.count == 6 && texts.first == "")
        for text in texts.dropFirst().dropLast() { #expect(text.hasPrefix("HTTP/1.1 404 ")) }
        #expect(texts.last?.hasPrefix("HTTP/1.1 200 ") == true && texts.last?.contains("close this tab") == true)
    }

    @Test func nobodyComes() async throws {
        let listener = try LoopbackListener()
        #expect(await listener.callback(state: Self.state, within: .zero) == nil)
    }

    @Test(arguments: [(SignInPage.signedIn, "200 OK"), (.failed, "400 Bad Request"), (.notFound, "404 Not Found")])
    func pages(_ page: SignInPage, _ status: String) {
        let text = String(decoding: page.response, as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.1 \(status)\r\n"))
        for field in ["Cache-Control: no-store", "Connection: close", "Referrer-Policy: no-referrer"] {
            #expect(text.contains("\r\n\(field)\r\n"))
        }
        let body = text.split(separator: "\r\n\r\n").last ?? ""
        #expect(text.contains("Content-Length: \(body.utf8.count)\r\n"))
    }
}

@Suite struct BrowserSignInTests {
    private let fake = FakeAuthorizationServer()
    private let told = Told()

    /// Signs in with a browser that goes back with what the test makes of the code and the request.
    private func signIn(
        _ answer: @escaping @Sendable (_ code: String, _ state: String) -> String
    ) async throws -> (Result<TokenGrant, CommandFailure>, page: String) {
        let server = try await AuthorizationServer.discover(
            try ServerAddress(FakeAuthorizationServer.issuer), fake.call)
        let (pages, shown) = AsyncStream.makeStream(of: String.self)
        let fake = fake
        let flow = BrowserSignIn(
            server: server,
            open: { url in
                Thread.detachNewThread {
                    let query = FakeBrowser.query(url)
                    let target = "/callback?" + answer(fake.code(for: url), query["state"] ?? "")
                    shown.yield(FakeBrowser.get(target, from: FakeBrowser.port(of: query["redirect_uri"] ?? "")))
                    shown.finish()
                }
                return true
            }, tell: told.tell)
        let result: Result<TokenGrant, CommandFailure>
        do throws(CommandFailure) {
            result = .success(try await flow.run())
        } catch {
            result = .failure(error)
        }
        var page = ""
        for await text in pages { page += text }
        return (result, page)
    }

    @Test func aSignIn() async throws {
        let (result, page) = try await signIn { code, state in
            "code=\(code)&state=\(state)&iss=https%3A%2F%2Fid.example.com"
        }
        let grant = try result.get()
        #expect(grant.refreshToken != nil && grant.expiresIn == 900)
        #expect(page.hasPrefix("HTTP/1.1 200 "))
        let call = try #require(fake.calls.last)
        #expect(call.contains("grant_type=authorization_code&code=C1&redirect_uri=http%3A%2F%2F127.0.0.1%3A"))
        #expect(call.contains("&client_id=gatehouse-cli") && call.contains("&code_verifier="))
        let url = try #require(told.text.split(separator: "\n").first { $0.contains("https://") })
        let query = FakeBrowser.query(url.trimmingCharacters(in: .whitespaces))
        #expect(query["scope"] == "openid profile email offline_access api" && query["response_type"] == "code")
        #expect(query["code_challenge_method"] == "S256" && query["client_id"] == "gatehouse-cli")
        #expect(query["state"]?.count == 43 && query["code_challenge"]?.count == 43)
        #expect(!told.text.contains("C1") && !told.text.contains("verifier"), "the code is never told")
    }

    @Test(
        arguments: [
            ("iss=https%3A%2F%2Fevil.example", "not from"), ("iss=", "not from"),
        ])
    func anotherIssuer(_ issuer: String, _ words: String) async throws {
        let (result, page) = try await signIn { code, state in "code=\(code)&state=\(state)&\(issuer)" }
        try expectFailure(result, words)
        #expect(page.hasPrefix("HTTP/1.1 400 ") && page.contains("gatehouse login"))
        #expect(fake.count("/oauth/token") == 0, "the code of another server goes nowhere")
    }

    @Test func anErrorAnswer() async throws {
        let (result, page) = try await signIn { _, state in
            "error=access_denied&state=\(state)&iss=https%3A%2F%2Fid.example.com"
        }
        try expectFailure(result, "denied in the browser")
        #expect(page.hasPrefix("HTTP/1.1 400 "))
    }

    @Test func aCodeOfSomebodyElse() async throws {
        let (result, page) = try await signIn { _, state in
            "code=stolen&state=\(state)&iss=https%3A%2F%2Fid.example.com"
        }
        try expectFailure(result, "invalid_grant")
        #expect(page.hasPrefix("HTTP/1.1 400 "))
    }

    @Test func nobodyAnswers() async throws {
        let server = try await AuthorizationServer.discover(
            try ServerAddress(FakeAuthorizationServer.issuer), fake.call)
        let flow = BrowserSignIn(server: server, open: { _ in false }, limit: .zero, tell: told.tell)
        let failure = await #expect(throws: CommandFailure.self) { _ = try await flow.run() }
        #expect(failure == .unanswered && failure?.status == .notSignedIn)
        #expect(told.text.hasPrefix("Open this to sign in:"))
    }

    private func expectFailure(_ result: Result<TokenGrant, CommandFailure>, _ words: String) throws {
        guard case .failure(let failure) = result else {
            Issue.record("it was taken")
            return
        }
        #expect(failure.status == .failure && failure.text.contains(words), "\(failure.text)")
    }
}

@Suite struct SignInSurroundingsTests {
    @Test(
        arguments: [
            ([:], .device), (["DISPLAY": ":0"], .browser), (["WAYLAND_DISPLAY": "wayland-0"], .browser),
            (["DISPLAY": ""], .device), (["DISPLAY": ":0", "SSH_CONNECTION": "a 1 b 2"], .device),
            (["DISPLAY": ":0", "SSH_CONNECTION": ""], .browser),
        ] as [([String: String], SignInWay)])
    func theWay(_ environment: [String: String], _ way: SignInWay) {
        #expect(SignInWay.choose(environment) == way)
        #expect(SignInWay.choose(device: true, environment) == .device)
        #expect(SignInWay.choose(noBrowser: true, environment) == .printedAddress)
    }

    @Test(
        arguments: [
            (nil, "/bin/xdg-open U"), ("", "/bin/xdg-open U"), ("firefox", "/bin/firefox U"),
            ("none:firefox --new-tab %s", "/bin/firefox --new-tab U"), ("none", "/bin/xdg-open U"),
            ("firefox --url=%s -x", "/bin/firefox --url=U -x"),
        ])
    func theBrowser(_ variable: String?, _ command: String) {
        let found = Browser.command(for: "U", variable.map { ["BROWSER": $0] } ?? [:]) {
            ["firefox", "xdg-open"].contains($0) ? "/bin/" + $0 : nil
        }
        #expect(found.map { ([$0.program] + $0.arguments).joined(separator: " ") } == command)
    }

    @Test func noBrowser() { #expect(Browser.command(for: "U", [:]) { _ in nil } == nil) }
}
