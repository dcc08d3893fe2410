import Foundation
import Glibc
import MailDelivery
import Secrets
import Synchronization
import Testing

/// Mail over real sockets, to a server that takes down what it is told.
@Suite struct SMTPMailerTests {
    private func mailer(_ server: FakeSMTPServer, requiresTLS: Bool = false, password: Secret? = nil) -> SMTPMailer {
        SMTPMailer(
            MailServer(
                url: "smtp://127.0.0.1:\(server.port)", requiresTLS: requiresTLS, from: "id@example.com",
                username: password == nil ? nil : "gatehouse", password: password)
        ) { 1_800_000_000 }
    }

    @Test func aMessageArrivesAsItWasWritten() async throws {
        let server = try FakeSMTPServer()
        let text = "Grüße\n.\n\(String(repeating: "a long line ", count: 40))\nhttps://id.example/sign-up?x=1"
        try await mailer(server).send(
            to: "ada@example.com", subject: "Für Ada, die eine lange Zeile liest: Willkommen bei uns, ja wirklich",
            text: text)
        let told = server.lines
        #expect(
            told.contains("MAIL FROM:<id@example.com>") || told.contains { $0.hasPrefix("MAIL FROM:<id@example.com> ") }
        )
        #expect(told.contains("RCPT TO:<ada@example.com>"))
        #expect(told.contains("Date: Fri, 15 Jan 2027 08:00:00 +0000"))
        #expect(told.contains("To: <ada@example.com>") && told.contains("From: <id@example.com>"))
        #expect(told.contains { $0.hasPrefix("Subject: =?utf-8?B?") })
        #expect(told.allSatisfy { $0.utf8.count <= 78 }, "no line is too long")
        let start = try #require(told.firstIndex(of: ""))
        let end = try #require(told.lastIndex(of: "."))
        let body = try #require(Data(base64Encoded: told[(start + 1)..<end].joined()))
        #expect(String(decoding: body, as: UTF8.self) == text)
    }

    @Test func aServerThatRefusesIsAFailure() async throws {
        let server = try FakeSMTPServer(refusing: "RCPT")
        await #expect(throws: MailFailure.self) {
            try await mailer(server).send(to: "ada@example.com", subject: "x", text: "y")
        }
        #expect(!server.lines.contains { $0.hasPrefix("DATA") })
    }

    /// Without encryption nothing is said: neither the message nor the password.
    @Test func nothingIsSaidInTheOpenUnlessItMay() async throws {
        let server = try FakeSMTPServer()
        await #expect(throws: MailFailure.self) {
            try await mailer(server, requiresTLS: true, password: Secret(utf8: "hunter2"))
                .send(to: "ada@example.com", subject: "x", text: "y")
        }
        #expect(!server.lines.contains { $0.hasPrefix("MAIL") || $0.hasPrefix("AUTH") })
    }

    @Test(
        "an address or a subject never breaks out of its line",
        arguments: [
            ("ada@example.com\r\nRCPT TO:<eve@example.com>", "x"), ("ada@example.com>\r\nDATA", "x"),
            ("ada@example.com", "x\r\nBcc: eve@example.com"), ("ada@example.com", "x\u{0}"), ("ada", "x"),
            ("<ada@example.com>", "x"), ("ada@example.com, eve@example.com", "x"), ("a\"b@example.com", "x"), ("", "x"),
        ])
    func injection(_ to: String, _ subject: String) async throws {
        let server = try FakeSMTPServer()
        await #expect(throws: MailFailure.notSendable) {
            try await mailer(server).send(to: to, subject: subject, text: "y")
        }
        #expect(server.lines.isEmpty)
    }

    @Test func aServerThatIsNotThereIsAFailure() async throws {
        let port = try FakeSMTPServer.freePort()
        let mailer = SMTPMailer(
            MailServer(url: "smtp://127.0.0.1:\(port)", requiresTLS: false, from: "id@example.com")
        ) { 0 }
        await #expect(throws: MailFailure.self) {
            try await mailer.send(to: "ada@example.com", subject: "x", text: "y")
        }
    }
}
