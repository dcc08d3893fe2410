import ArgumentParser
import Foundation
import GatehouseClient
import HTTPFetch
import Secrets
import StrictJSON
import Testing

@testable import GatehouseKit

/// A folder that is gone after the test.
private final class Folder {
    let url = FileManager.default.temporaryDirectory.appending(path: "gatehouse-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }
    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: url.path())) ?? []).sorted() }
    func mode(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path(name))[.posixPermissions] as? Int
    }
    func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }
    func put(_ text: String, _ name: String) throws {
        try text.write(toFile: path(name), atomically: false, encoding: .utf8)
    }
}

@Suite struct CommandsNewFileTests {
    private let folder: Folder
    init() throws { folder = try Folder() }

    @Test func aNewFileIsOursAlone() throws {
        let file = try NewFile(folder.path("t"), replacingOld: false)
        #expect(!folder.names.contains("t"), "nothing under its name before it is whole")
        try file.commit(Array("secret".utf8))
        #expect(folder.names == ["t"])
        #expect(try folder.mode("t") == 0o600)
        #expect(try folder.text("t") == "secret")
    }

    @Test func anAbandonedFileLeavesNothing() throws {
        do { _ = try NewFile(folder.path("t"), replacingOld: false) }
        #expect(folder.names.isEmpty)
    }

    @Test func whatIsThereStays() throws {
        try folder.put("old", "t")
        let failure = #expect(throws: CommandFailure.self) { try NewFile(folder.path("t"), replacingOld: false) }
        #expect(failure?.status == .usage && failure?.hint?.contains("--force") == true)
        #expect(try folder.text("t") == "old" && folder.names == ["t"])
        try FileManager.default.createSymbolicLink(atPath: folder.path("l"), withDestinationPath: "nowhere")
        #expect(throws: CommandFailure.self) { try NewFile(folder.path("l"), replacingOld: false) }
    }

    @Test func forceReplaces() throws {
        try folder.put("a much older text", "t")
        try NewFile(folder.path("t"), replacingOld: true).commit(Array("new".utf8))
        #expect(try folder.text("t") == "new" && folder.mode("t") == 0o600 && folder.names == ["t"])
        #expect(throws: CommandFailure.self) { try NewFile(folder.url.path(), replacingOld: true) }
    }

    @Test func whatCameInTheMeantimeStays() throws {
        let file = try NewFile(folder.path("t"), replacingOld: false)
        try folder.put("theirs", "t")
        #expect(throws: CommandFailure.self) { try file.commit(Array("ours".utf8)) }
        #expect(try folder.text("t") == "theirs" && folder.names == ["t"])
    }

    @Test func aFolderThatIsNotThereIsFoundOutBefore() {
        let failure = #expect(throws: CommandFailure.self) {
            try NewFile(folder.path("no/t"), replacingOld: false)
        }
        #expect(failure?.status == .usage)
    }
}

@Suite struct CommandsSecretOutputTests {
    private static let now: Int64 = 1_795_482_123
    private let folder: Folder
    init() throws { folder = try Folder() }

    private func answer(_ data: String) throws -> SecretAnswer {
        try SecretAnswer(
            try FakeServer.response(
                #"{"active":true,"data":"\#(data)","expiration_timestamp":"2026-12-24T01:02:03.004Z","name":"b-x1"}"#))
    }

    private func text(_ arguments: [String], _ form: SecretForm = .token) throws -> String {
        let output = try SecretOutput.parse(arguments)
        return String(
            decoding: output.text(
                try answer("c2VjcmV0"), form: form, verb: "created", notes: ["n\u{1B}"], now: Self.now, style: .plain),
            as: UTF8.self)
    }

    @Test func texts() throws {
        #expect(
            try text([])
                == "✓ created b-x1   expires in 30d\n  n\u{FFFD}\n  token (shown once)  c2VjcmV0\n")
        #expect(try text(["-o", "token"]) == "c2VjcmV0\n")
        #expect(try text(["-o", "json"]).hasPrefix(#"{"active":true,"data":"c2VjcmV0","#))
        #expect(try text(["-o", "yaml"]).contains("name: b-x1\n"))
        #expect(
            try text(["--out", "c.p12"], .certificate)
                == "✓ created b-x1   expires in 30d\n  n\u{FFFD}\n  certificate written to c.p12\n")
        #expect(try text(["--out", "c.p12", "-o", "name"], .certificate) == "b-x1\n")
    }

    @Test(arguments: [(SecretForm.token, "c2VjcmV0\n"), (.certificate, "secret"), (.kubeconfig, "secret")])
    func contents(_ form: SecretForm, _ contents: String) throws {
        let output = try SecretOutput.parse(["--out", folder.path("f"), "-o", "name"])
        let file = try output.newFile()
        try output.deliver(try answer("c2VjcmV0"), to: file, form: form, verb: "created", now: Self.now)
        #expect(try folder.text("f") == contents && folder.mode("f") == 0o600 && folder.names == ["f"])
    }

    @Test func aSecretThatCannotBeKeptIsToldAsLost() throws {
        let output = try SecretOutput.parse(["--out", folder.path("f")])
        let file = try output.newFile()
        let failure = #expect(throws: CommandFailure.self) {
            try output.deliver(try answer("no base64!"), to: file, form: .certificate, verb: "created", now: Self.now)
        }
        #expect(failure?.status == .failure && failure?.hint?.contains("b-x1") == true)
        #expect(folder.names.isEmpty)
    }

    @Test(arguments: ["{}", #"{"data":"","name":"b"}"#, #"{"data":"x"}"#, #"{"data":1,"name":"b"}"#])
    func answersWithoutASecret(_ body: String) throws {
        let response = try FakeServer.response(body)
        #expect(throws: ClientFailure.notUnderstood(status: 200)) { try SecretAnswer(response) }
    }

    @Test func anUnansweredCallSaysHowToRepeatIt() {
        let lost = ClientFailure.unreachable(.timeout(.response))
        #expect(CommandFailure(making: lost, key: nil).hint?.contains("not known: look with 'list'") == true)
        #expect(CommandFailure(making: lost, key: IdempotencyKey("k")).hint?.contains("the same --idem") == true)
        #expect(CommandFailure(making: lost, key: nil).status == .unreachable)
        let refused = ClientFailure.unreachable(.unreachable(.connectionRefused))
        #expect(CommandFailure(making: refused, key: nil) == CommandFailure(refused))
    }

    // MARK: passwords

    private func read(_ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: folder.url.appending(path: "pw"))
        return try PasswordSource.file(folder.path("pw")).read(hasTerminal: false, ask: { _ in nil }).revealText()
    }

    @Test(
        arguments: [
            ("secret", "secret"), ("secret\n", "secret"), ("secret\r\n", "secret"), (" se cret ", " se cret "),
            ("sécret", "sécret"), ("p\"\\ssw", "p\"\\ssw"),
            (String(repeating: "x", count: 50), String(repeating: "x", count: 50)),
        ])
    func passwordsOfFiles(_ contents: String, _ password: String) throws {
        #expect(try read(Array(contents.utf8)) == password)
    }

    @Test(
        arguments: [
            [], Array("short".utf8), Array("short\n".utf8), [UInt8](repeating: 0x78, count: 51),
            Array("two\nlines".utf8), Array("secret\n\n".utf8), Array("tab\there".utf8),
            [0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0xFA],
            Array("secret\u{3}".utf8), [UInt8](repeating: 0x78, count: 5000),
        ] as [[UInt8]])
    func unusablePasswords(_ bytes: [UInt8]) {
        let failure = #expect(throws: CommandFailure.self) { try read(bytes) }
        #expect(failure?.status == .usage)
    }

    @Test func aPasswordIsAskedForTwice() throws {
        func typed(_ answers: String?...) throws -> String {
            var rest = answers[...]
            return try PasswordSource.terminal.read(hasTerminal: true) { _ in rest.popFirst() ?? nil }.revealText()
        }
        #expect(try typed("secret", "secret") == "secret")
        for answers in [("secret", "Secret"), ("secret", nil), ("short", "short"), (nil, nil)] {
            #expect(throws: CommandFailure.self) { try typed(answers.0, answers.1) }
        }
        let failure = #expect(throws: CommandFailure.self) {
            try PasswordSource.terminal.read(hasTerminal: false) { _ in "secret" }
        }
        #expect(failure?.hint?.contains("--password-file") == true)
    }

    // MARK: kubeconfigs

    private func kubeconfig(_ certificate: String, _ key: String) -> [UInt8] {
        Array(
            """
            apiVersion: v1
            clusters:
            - cluster:
                certificate-authority-data: \(Data("CA".utf8).base64EncodedString())
            users:
            - name: bot
              user:
                \(certificate)
                \(key)
            """.utf8)
    }

    private static func member(_ name: String, _ text: String, quote: String = "") -> String {
        "\(name): \(quote)\(Data(text.utf8).base64EncodedString())\(quote)"
    }

    @Test(arguments: ["", "\"", "'"])
    func thePEMOfAKubeconfig(_ quote: String) throws {
        let text = kubeconfig(
            Self.member("client-certificate-data", "-----BEGIN CERTIFICATE-----\nx", quote: quote),
            Self.member("client-key-data", "-----BEGIN PRIVATE KEY-----\ny\n", quote: quote))
        #expect(
            try KubeconfigPEM.contents(text)
                == Array("-----BEGIN CERTIFICATE-----\nx\n-----BEGIN PRIVATE KEY-----\ny\n".utf8))
    }

    @Test(
        arguments: [
            (member("client-certificate-data", "-----BEGIN C"), "token: x"),
            ("client-certificate-data: '!'", member("client-key-data", "-----BEGIN K")),
            (member("client-certificate-data", "DER"), member("client-key-data", "-----BEGIN K")),
            (
                member("client-certificate-data", "-----BEGIN C") + "\n"
                    + member("client-certificate-data", "-----BEGIN C"),
                member("client-key-data", "-----BEGIN K")
            ),
        ])
    func kubeconfigsWithout(_ certificate: String, _ key: String) {
        let failure = #expect(throws: CommandFailure.self) {
            try KubeconfigPEM.contents(kubeconfig(certificate, key))
        }
        #expect(failure?.status == .failure)
    }
}
