/// Keeps secrets and surprises out of log lines (security rule 14).
package enum Redaction {
    package static let replacement = "redacted"
    /// Longest value in a log line, in bytes.
    package static let valueLimit = 256

    /// Whether a field of this name is a secret whatever its value looks like.
    package static func isSecretName(_ name: String) -> Bool {
        let lower = name.lowercased()
        if harmlessNames.contains(lower) { return false }
        if secretParts.contains(where: { lower.contains($0) }) { return true }
        return words(of: name).contains { secretWords.contains($0) }
    }

    /// The text without tokens, on one line, at most `limit` bytes.
    package static func clean(_ text: String, limit: Int = valueLimit) -> String {
        if isHarmless(text, limit: limit) { return text }
        // Tokens go first: a token cut in two would not look like one.
        let bytes = removeTokens(from: Array(text.utf8))
        var result: [UInt8] = []
        result.reserveCapacity(min(bytes.count, limit))
        for (index, byte) in bytes.enumerated() {
            if result.count >= limit { break }
            let isC1 = (0x80...0x9F).contains(byte) && index > 0 && bytes[index - 1] == 0xC2
            if isC1 { result.removeLast() }
            result.append(byte < 0x20 || byte == 0x7F || isC1 ? UInt8(ascii: " ") : byte)
        }
        if result.count < bytes.count {
            while let last = result.last, last & 0xC0 == 0x80 { result.removeLast() }
            if let last = result.last, last >= 0xC0 { result.removeLast() }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Short, printable ASCII, and without the letters that every token begins with: most of what is logged.
    private static func isHarmless(_ text: String, limit: Int) -> Bool {
        var count = 0
        for byte in text.utf8 {
            count += 1
            guard (0x20...0x7E).contains(byte), byte != UInt8(ascii: "_"), byte != UInt8(ascii: "J") else {
                return false
            }
        }
        return count <= limit
    }

    private static let secretParts = [
        "token", "secret", "passwd", "password", "passphrase", "authorization", "cookie", "assertion",
        "credential_value", "private_key",
        "privatekey", "apikey", "api_key",
    ]
    private static let secretWords: Set<String> = ["code", "otp", "pin", "jwt", "nonce", "verifier"]
    private static let harmlessNames: Set<String> = [
        "status_code", "error_code", "exit_code", "token_type", "token_endpoint", "token_count",
        "authorization_endpoint",
    ]

    /// `deviceCode`, `device_code` and `device-code` are the words device and code.
    private static func words(of name: String) -> [String] {
        var words: [String] = [""]
        for character in name.unicodeScalars {
            if "_-. ".unicodeScalars.contains(character) {
                words.append("")
            } else {
                if character.properties.isUppercase { words.append("") }
                words[words.count - 1] += String(character).lowercased()
            }
        }
        return words
    }
}

extension Redaction {
    /// Replaces what has the shape of our own tokens, `gth_xx_` and at least 20 letters or digits, or of a JWT.
    static func removeTokens(from bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if let end = endOfOwnToken(in: bytes, at: index) ?? endOfJWT(in: bytes, at: index) {
                if result.isEmpty { result.append(contentsOf: bytes[..<index]) }
                result.append(contentsOf: replacement.utf8)
                index = end
            } else {
                if !result.isEmpty { result.append(bytes[index]) }
                index += 1
            }
        }
        return result.isEmpty ? bytes : result
    }

    private static func endOfOwnToken(in bytes: [UInt8], at start: Int) -> Int? {
        guard bytes[start] == UInt8(ascii: "g"), bytes[start...].starts(with: "gth_".utf8) else { return nil }
        let kind = bytes[start...].dropFirst(4).prefix(3)
        guard kind.count == 3, kind.last == UInt8(ascii: "_"),
            kind.dropLast().allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) })
        else { return nil }
        let body = bytes[start...].dropFirst(7).prefix { isAlphanumeric($0) }
        return body.count >= 20 ? body.endIndex : nil
    }

    /// Three segments or more (a JWE has five), the first beginning like `{"` in base64url. The last may be empty.
    private static func endOfJWT(in bytes: [UInt8], at start: Int) -> Int? {
        guard bytes[start] == UInt8(ascii: "e"), bytes[start...].starts(with: "eyJ".utf8) else { return nil }
        var dots = 0
        var end = start
        while end < bytes.count {
            if bytes[end] == UInt8(ascii: ".") {
                dots += 1
            } else if !isBase64URL(bytes[end]) {
                break
            }
            end += 1
        }
        return dots >= 2 ? end : nil
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    private static func isBase64URL(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
