import OAuth
import Secrets

/// What the browser brought back to the loopback address, as far as it is ours: anybody on this machine, and every page
/// that is open in the browser, can send requests there.
enum SignInCallback {
    /// The parameters of `GET /callback` with our state; `nil` for everything else, which is answered as a page that is
    /// not there and changes nothing.
    static func parameters(of head: [UInt8], port: UInt16, state: Secret) -> FormBody? {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
        let words = (lines.first ?? "").split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == "GET", words[2].utf8.starts(with: "HTTP/1.".utf8),
            hosts(lines.dropFirst()) == ["127.0.0.1:\(port)"]
        else { return nil }
        let parts = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        // A parameter that comes twice is no answer of a server (RFC 6749 §3.1).
        guard parts.count == 2, parts[0].utf8.elementsEqual("/callback".utf8),
            let form = try? FormBody(Array(parts[1].utf8), repeatable: []),
            let theirs = form.secret("state"), theirs.matches(state)
        else { return nil }
        return form
    }

    /// The code in the answer of that issuer (RFC 9207 §2.4: an answer of another one must not be used).
    static func code(_ parameters: FormBody, issuer: String) throws(CommandFailure) -> Secret {
        guard let theirs = parameters["iss"], theirs.utf8.elementsEqual(issuer.utf8) else {
            throw CommandFailure(
                .failure, "the answer in the browser is not from \(issuer); it was not used",
                hint: "run gatehouse login again; if it comes back, another server is mixed up with this one")
        }
        if let error = parameters["error"] {
            guard OAuthErrorCode(rawValue: error) != .accessDenied else {
                throw CommandFailure(.failure, "the sign-in was denied in the browser")
            }
            throw CommandFailure(OAuthRefusal(error, parameters["error_description"]))
        }
        guard let code = parameters.secret("code") else {
            throw CommandFailure(.failure, "the answer in the browser has no code")
        }
        return code
    }

    /// Names of fields are compared without case (RFC 9110 §5.1); exactly one Host is allowed (RFC 9112 §3.2).
    private static func hosts(_ lines: ArraySlice<Substring>) -> [String] {
        lines.compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].lowercased() == "host" else { return nil }
            return String(decoding: InputFile.trimmed(Array(parts[1].utf8)), as: UTF8.self)
        }
    }
}
