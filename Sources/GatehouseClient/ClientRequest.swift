package import HTTPFetch
package import Secrets
package import StrictJSON

/// One call of the server's API, not yet made.
package struct ClientRequest: Sendable {
    package enum Body: Sendable {
        case none
        case json(JSONValue)
        /// An object with one member more, a secret: at its name, or at the names of the objects down to it.
        case jsonWithSecret(JSONObject, at: [String], Secret, source: SecretSource)
        case form([FormField])
    }

    /// One field of a form. What is secret says where it came from, so that it can be shown without itself.
    package struct FormField: Sendable {
        package enum Value: Sendable {
            case text(String)
            case secret(Secret, source: SecretSource)
        }

        package let name: String
        package let value: Value

        package init(_ name: String, _ text: String) { (self.name, value) = (name, .text(text)) }
        package init(_ name: String, _ secret: Secret, from source: SecretSource) {
            (self.name, value) = (name, .secret(secret, source: source))
        }
    }

    /// Where a secret came from, as a shell can read it again.
    package enum SecretSource: Hashable, Sendable {
        case file(String)
        case standardInput
        /// From elsewhere: shown as a variable of this name.
        case variable(String)
    }

    package let method: FetchMethod
    /// Escaped, beginning with `/`; may have a query of its own.
    package let path: String
    package let query: [(name: String, value: String)]
    package let body: Body
    /// Makes a repeated call the same call: the server answers it as it answered the first one.
    package let idempotencyKey: IdempotencyKey?

    package init(
        _ method: FetchMethod, _ path: String, query: [(name: String, value: String)] = [], body: Body = .none,
        idempotencyKey: IdempotencyKey? = nil
    ) {
        (self.method, self.path, self.query, self.body) = (method, path, query, body)
        self.idempotencyKey = idempotencyKey
    }

    /// `/api/web/namespaces/{}/…` with each placeholder replaced by an escaped segment; `nil` when a segment is empty
    /// or a dot segment, which would make it another path (RFC 3986 §5.2.4).
    package static func path(_ template: String, _ segments: String...) -> String? {
        var rest = segments[...]
        var result = ""
        for piece in template.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            result += "/"
            guard piece.utf8.elementsEqual("{}".utf8) else {
                result += piece
                continue
            }
            guard let segment = rest.popFirst(), !segment.isEmpty, !segment.utf8.allSatisfy({ $0 == UInt8(ascii: ".") })
            else { return nil }
            result += PercentEncoding.component(segment)
        }
        return result
    }

    /// Path and query as they are sent.
    var target: String {
        guard !query.isEmpty else { return path }
        let items = query.map { PercentEncoding.component($0.name) + "=" + PercentEncoding.component($0.value) }
        let hasQuery = path.utf8.contains(UInt8(ascii: "?"))
        return path + (hasQuery ? "&" : "?") + items.joined(separator: "&")
    }

    var contentType: String? {
        switch body {
        case .none: nil
        case .json, .jsonWithSecret: "application/json"
        case .form: "application/x-www-form-urlencoded"
        }
    }

    var encodedBody: [UInt8] {
        switch body {
        case .none: []
        case .json(let value): value.encoded()
        case .jsonWithSecret(let object, let names, let secret, _):
            JSONValue.object(object.setting(names[...], to: JSONValue(secret.revealText()))).encoded()
        case .form(let fields):
            Array(
                fields.map { field in
                    let text =
                        switch field.value {
                        case .text(let text): text
                        case .secret(let secret, _): secret.revealText()
                        }
                    return PercentEncoding.component(field.name) + "=" + PercentEncoding.component(text)
                }.joined(separator: "&").utf8)
        }
    }
}

extension JSONObject {
    /// The same with a value put in at a name, or at the names of the objects down to it.
    func setting(_ names: ArraySlice<String>, to value: JSONValue) -> JSONObject {
        guard let name = names.first else { return self }
        var object = self
        let inner = names.dropFirst()
        object[name] =
            inner.isEmpty ? value : .object((object[name]?.objectValue ?? JSONObject()).setting(inner, to: value))
        return object
    }
}
