import Identifiers

/// A message in plain text (RFC 5322, RFC 2045).
struct MailMessage {
    let from: String
    let to: String
    let subject: String
    let text: String
    /// RFC 5322 §3.3, and what makes the message one of its own.
    let date: String
    let id: String

    /// The whole of it, with CRLF. The text is in base64, so that no server has to change a line of it.
    func encoded() throws(MailFailure) -> [UInt8] {
        for line in [from, to, subject, date, id] where !Self.staysInItsLine(line) { throw .notSendable }
        guard Self.isAddress(from), Self.isAddress(to) else { throw .notSendable }
        let head = [
            "Date: \(date)", "From: <\(from)>", "To: <\(to)>", "Message-ID: <\(id)>", "Subject: \(Self.word(subject))",
            "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64",
            "Auto-Submitted: auto-generated", "",
        ]
        return Array((head + Self.lines(Base64Text.padded(Array(text.utf8)))).joined(separator: "\r\n").utf8)
            + Array("\r\n".utf8)
    }

    static func staysInItsLine(_ text: String) -> Bool {
        (1...900).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    /// What fits between angle brackets of SMTP and of the head.
    static func isAddress(_ text: String) -> Bool {
        text.utf8.count(where: { $0 == UInt8(ascii: "@") }) == 1
            && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"<>(),;:\\\"[]".utf8.contains($0) }
    }

    /// RFC 2047 §2 where it is not ASCII, in words of a length that is allowed.
    private static func word(_ text: String) -> String {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
        var words: [String] = []
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            let next = Array(String(scalar).utf8)
            if bytes.count + next.count > 42 {
                words.append("=?utf-8?B?\(Base64Text.padded(bytes))?=")
                bytes = []
            }
            bytes += next
        }
        words.append("=?utf-8?B?\(Base64Text.padded(bytes))?=")
        return words.joined(separator: "\r\n ")
    }

    private static func lines(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: 76).map {
            String(decoding: bytes[$0..<min($0 + 76, bytes.count)], as: UTF8.self)
        }
    }
}
