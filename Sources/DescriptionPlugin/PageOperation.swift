import StrictJSON
import SafeHTML

/// One operation on the page: how it is called, with what, and what it answers.
struct PageOperation {
    private let operation: Operation
    private let content: JSONObject
    private let components: JSONObject

    init(_ operation: Operation, _ content: JSONObject, components: JSONObject) {
        self.operation = operation
        self.content = content
        self.components = components
    }

    var tag: String { content["tags"]?.arrayValue?.first?.stringValue ?? "" }
    private var anchor: String { "op-" + (content["operationId"]?.stringValue ?? "") }
    private var summary: String { content["summary"]?.stringValue ?? "" }

    private var call: HTML {
        let parts = operation.description.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return .text(operation.description) }
        return "<span class=\"method\">\(parts[0])</span> <code>\(parts[1])</code>"
    }

    /// The line in the table of contents.
    var entry: HTML { "<li><a href=\"#\(anchor)\">\(summary)</a></li>" }

    var html: HTML {
        """
        <article aria-labelledby="\(anchor)"><h3 id="\(anchor)">\(summary)</h3>
        <p class="call">\(call)</p>
        \(Prose.paragraphs(content["description"]?.stringValue))
        <p class="meta">\(credential) Operation <code>\(content["operationId"]?.stringValue ?? "")</code>.</p>
        \(parameters)\(requestBody)\(answers)\(errors)</article>
        """
    }

    private var credential: HTML {
        let names = (content["security"]?.arrayValue ?? []).flatMap { $0.objectValue?.names ?? [] }
        guard !names.isEmpty else { return "No credential." }
        let codes: [HTML] = names.map { "<code>\($0)</code>" }
        return "<a href=\"#credentials\">Credential</a>: \(HTML.joined(codes, by: " or "))."
    }

    /// What a reference leads to, with its name; anything else as it is.
    private func resolved(_ value: JSONValue) -> (name: String?, content: JSONObject) {
        guard let reference = value["$ref"]?.stringValue.flatMap(Reference.init) else {
            return (nil, value.objectValue ?? JSONObject())
        }
        return (reference.name, components[reference.kind]?[reference.name]?.objectValue ?? JSONObject())
    }

    private var parameters: HTML {
        let entries: [HTML] = (content["parameters"]?.arrayValue ?? []).map { value in
            let parameter = resolved(value).content
            return PageSchema.field(
                parameter["name"]?.stringValue ?? "", of: parameter["schema"]?.objectValue ?? JSONObject(),
                place: parameter["in"]?.stringValue, isRequired: parameter["required"]?.boolValue ?? false,
                description: parameter["description"]?.stringValue)
        }
        return entries.isEmpty ? .nothing : "<h4>Parameters</h4><dl class=\"fields\">\(entries)</dl>"
    }

    private var requestBody: HTML {
        guard let body = content["requestBody"]?.objectValue else { return .nothing }
        let note: HTML = body["required"]?.boolValue ?? false ? .nothing : " May be left out."
        return "<h4>Request</h4><p>\(PageSchema.content(body["content"]?.objectValue)).\(note)</p>\(fields(body))"
    }

    /// The fields of a JSON body or a form, where its schema is one of ours.
    private func fields(_ body: JSONObject) -> HTML {
        .joined(
            (body["content"]?.objectValue?.members ?? []).compactMap { media in
                media.value["schema"].map { PageSchema(namedSchema($0)).fields }
            })
    }

    private func namedSchema(_ value: JSONValue) -> JSONObject { resolved(value).content }

    private var statuses: [JSONObject.Member] { content["responses"]?.objectValue?.members ?? [] }

    private static func isSuccess(_ status: JSONObject.Member) -> Bool {
        status.name.rawValue.utf8.first == UInt8(ascii: "2")
    }

    private var answers: HTML {
        .joined(
            statuses.filter(Self.isSuccess).map { status in
                let answer = resolved(status.value).content
                let media = PageSchema.content(answer["content"]?.objectValue)
                let what: HTML = media.isEmpty ? "No body." : "\(media)."
                return "<h4>Answer \(status.name.rawValue)</h4><p>\(what)</p>\(fields(answer))"
            })
    }

    private var errors: HTML {
        let entries: [HTML] = statuses.filter { !Self.isSuccess($0) }.map { status in
            let response = resolved(status.value)
            guard let name = response.name else {
                return "<li>\(status.name.rawValue): \(response.content["description"]?.stringValue ?? "")</li>"
            }
            return
                "<li><a href=\"#response-\(name)\">\(status.name.rawValue)<span class=\"name\"> \(name)</span></a></li>"
        }
        return entries.isEmpty ? .nothing : "<h4>Other answers</h4><ul class=\"statuses\">\(entries)</ul>"
    }
}
