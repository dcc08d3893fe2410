/// The client certificate and its key, out of a kubeconfig that holds them inside.
enum KubeconfigPEM {
    static func contents(_ kubeconfig: [UInt8]) throws(CommandFailure) -> [UInt8] {
        let lines = kubeconfig.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        return try block("client-certificate-data", lines) + block("client-key-data", lines)
    }

    /// The server writes one user, each member on a line of its own; anything else is refused, not guessed.
    private static func block(_ member: String, _ lines: [ArraySlice<UInt8>]) throws(CommandFailure) -> [UInt8] {
        let texts = lines.compactMap { line -> String? in
            let text = String(decoding: line, as: UTF8.self).drop { $0 == " " || $0 == "-" }
            guard text.utf8.starts(with: "\(member):".utf8) else { return nil }
            return String(text.dropFirst(member.count + 1).filter { $0 != " " && $0 != "\"" && $0 != "'" })
        }
        guard texts.count == 1, let text = texts.first, let bytes = try? SecretForm.kubeconfig.contents(text),
            bytes.starts(with: "-----BEGIN ".utf8)
        else {
            throw CommandFailure(
                .failure, "the kubeconfig was made, and has no \(member) that could be read",
                hint: "it is in the file of --out as it came")
        }
        return ListFormat.whole(bytes)
    }
}
