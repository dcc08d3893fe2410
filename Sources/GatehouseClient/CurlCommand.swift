import HTTPFetch
import StrictJSON

/// The same call as a command for a shell, with no secret in it: the credential is `$GATEHOUSE_TOKEN`, other secrets
/// are read from where they came from.
package struct CurlCommand: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ request: ClientRequest, server: ServerAddress, sendsCredential: Bool) {
        var words = ["curl", "-sS"]
        if request.method != .GET { words += ["-X", request.method.rawValue] }
        if sendsCredential { words += ["-H", #""Authorization: Bearer $GATEHOUSE_TOKEN""#] }
        if let key = request.idempotencyKey { words += ["-H", Self.quoted("Idempotency-Key: \(key)")] }
        var prefix = ""
        switch request.body {
        case .none: break
        case .json(let value):
            words += ["-H", "'Content-Type: application/json'", "--data-raw", Self.quoted(value.encodedText())]
        case .jsonWithSecret(let object, let names, _, let source):
            words += ["-H", "'Content-Type: application/json'", "--data-binary", "@-"]
            prefix = Self.bodyWithSecret(object, names, from: source) + " | "
        case .form(let fields):
            for field in fields {
                words += ["--data-urlencode", Self.argument(field, pipe: &prefix)]
            }
        }
        words.append(Self.quoted(server.description + request.target))
        description = prefix + words.joined(separator: " ")
    }

    /// A secret comes through the pipe, the second one through a process substitution: neither is ever an argument.
    private static func argument(_ field: ClientRequest.FormField, pipe: inout String) -> String {
        switch field.value {
        case .text(let text): return quoted(field.name + "=" + text)
        case .secret(_, .variable(let name)): return "\"\(field.name)=$\(name)\""
        case .secret(_, .standardInput) where pipe.isEmpty:
            pipe = #"tr -d '\r\n' | "#
            return quoted(field.name + "@-")
        case .secret(_, .file(let path)) where pipe.isEmpty:
            pipe = #"tr -d '\r\n' < \#(quoted(path)) | "#
            return quoted(field.name + "@-")
        case .secret(_, .standardInput): return #"\#(field.name)@<(tr -d '\r\n')"#
        case .secret(_, .file(let path)): return #"\#(field.name)@<(tr -d '\r\n' < \#(quoted(path)))"#
        }
    }

    /// The body in three pieces, the one in the middle read from where the secret came from and escaped for JSON. All
    /// of them are built into the shell or read their input: no process has the secret as an argument.
    private static func bodyWithSecret(
        _ object: JSONObject, _ names: [String], from source: ClientRequest.SecretSource
    ) -> String {
        // No text of a command line has this character, so it marks the one place.
        let text = JSONValue.object(object.setting(names[...], to: "\u{0}")).encodedText()
        let pieces = text.split(separator: #""\u0000""#, maxSplits: 1, omittingEmptySubsequences: false)
        let (before, after) = (pieces.first.map { $0 + "\"" } ?? "", pieces.dropFirst().first.map { "\"" + $0 } ?? "")
        let escaped = #"sed 's/[\\"]/\\&/g'"#
        let secret =
            switch source {
            case .standardInput: escaped
            case .file(let path): "\(escaped) < \(quoted(path))"
            case .variable(let name): #"printf %s "$\#(name)" | \#(escaped)"#
            }
        return "{ printf %s \(quoted(before)); \(secret) | tr -d '\\r\\n'; printf %s \(quoted(after)); }"
    }

    /// One word for a POSIX shell.
    static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || "-._/:@%+,=".utf8.contains(byte)
            }
        return isPlain ? text : "'" + text.replacing("'", with: #"'\''"#) + "'"
    }
}
