package import Secrets

extension SettingsValue {
    /// The longest secret in a file: a TLS key with its chain fits.
    static let largestSecret = 64 << 10

    /// A secret: text, `{file: path}` or `{env: NAME}`. No message of this reader quotes any of it.
    package func secret() -> Secret? {
        switch node.content {
        case .scalar: return secretText()
        case .list: return refuse("must be text, {file: path} or {env: NAME}")
        case .map(let entries): return secretReference(entries)
        }
    }

    private func secretText() -> Secret? {
        guard let (scalar, isExpanded) = scalar(expecting: "text") else { return nil }
        guard isExpanded || scalar.value == .text else {
            return refuse("must be text; put a secret that looks like a number or a word of YAML into quotes")
        }
        guard !scalar.text.isEmpty else { return refuse("is empty") }
        return Secret(utf8: scalar.text)
    }

    private func secretReference(_ entries: [YAMLEntry]) -> Secret? {
        let sources = entries.filter { ["file", "env", "value"].contains($0.key) }
        guard sources.count == entries.count else {
            // The key itself may be a secret: {hunter2} is a map.
            return refuse("must be text, {file: path} or {env: NAME}")
        }
        guard sources.count == 1, let source = sources.first else {
            return refuse("must have one source: a value, a file or an environment variable, not several")
        }
        let value = SettingsValue(source.value, key: "\(key).\(source.key)", context: context)
        switch source.key {
        case "file": return value.secretFile()
        case "env": return value.secretVariable()
        default: return value.secretText()
        }
    }

    private func secretVariable() -> Secret? {
        guard case .scalar(let scalar) = node.content, Interpolation.isName(scalar.text) else {
            return refuse("must be the name of an environment variable, without '$'")
        }
        guard let text = context.surroundings.environment(scalar.text) else {
            return refuse("names the environment variable \(printable(scalar.text)), which is not set")
        }
        guard !text.isEmpty else {
            return refuse("names the environment variable \(printable(scalar.text)), which is empty")
        }
        return Secret(utf8: text)
    }

    private func secretFile() -> Secret? {
        guard let path = path() else { return nil }
        switch context.surroundings.files.read(path, Self.largestSecret) {
        case .failure(let failure): return refuse("cannot be read: \(failure.message)")
        case .success(let content):
            guard !content.isReadableByOthers else {
                return refuse("is a file that others may read; run chmod 600 on it")
            }
            let bytes = content.bytes.withoutTrailingNewline
            return bytes.isEmpty ? refuse("is an empty file") : Secret(bytes)
        }
    }
}

extension [UInt8] {
    /// Editors and `echo` end a file with one; it is no part of the secret.
    fileprivate var withoutTrailingNewline: [UInt8] {
        guard last == UInt8(ascii: "\n") else { return self }
        let line = dropLast()
        return Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
    }
}
