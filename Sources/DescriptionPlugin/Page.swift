import Identifiers
import StrictJSON
import SafeHTML

/// `/docs`: the description as one page of HTML. No script, and nothing from elsewhere.
struct Page {
    private let document: JSONObject
    private let components: JSONObject

    init(_ description: Description) {
        document = description.document
        components = document["components"]?.objectValue ?? JSONObject()
    }

    var html: HTML {
        let info = document["info"]?.objectValue ?? JSONObject()
        let title = info["title"]?.stringValue ?? ""
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(title) API</title>
            <link rel="stylesheet" href="docs/style.css">
            </head>
            <body>
            <a class="skip" href="#content">Skip to the content</a>
            <header>
            <h1>\(title) API</h1>
            <p>Served at \(servers). The same as <a href="openapi.json">OpenAPI \(document["openapi"]?.stringValue ?? "")</a>,
            for programs.</p>
            </header>
            <nav aria-labelledby="contents"><h2 id="contents">Contents</h2>\(contents)</nav>
            <main id="content">
            <section aria-labelledby="overview"><h2 id="overview">Overview</h2>
            \(Prose.paragraphs(info["description"]?.stringValue))</section>
            <section aria-labelledby="credentials"><h2 id="credentials">Credentials</h2>\(securitySchemes)</section>
            \(groups.map(section))
            <section aria-labelledby="errors"><h2 id="errors">Errors</h2>\(errors)</section>
            <section aria-labelledby="schemas"><h2 id="schemas">Schemas</h2>\(schemas)</section>
            </main>
            </body>
            </html>

            """
    }

    private var servers: HTML {
        .joined(
            (document["servers"]?.arrayValue ?? []).map { "<code>\($0["url"]?.stringValue ?? "")</code>" }, by: ", ")
    }

    // MARK: Operations by tag

    private struct Group {
        let name: String
        let title: String
        let description: String
        let operations: [PageOperation]
    }

    private var groups: [Group] {
        let operations = Description.operations(document).map {
            PageOperation($0.operation, $0.content, components: components)
        }
        return (document["tags"]?.arrayValue ?? []).compactMap { tag in
            guard let name = tag["name"]?.stringValue else { return nil }
            return Group(
                name: name, title: tag["x-displayName"]?.stringValue ?? name,
                description: tag["description"]?.stringValue ?? "",
                operations: operations.filter { $0.tag.hasSameBytes(as: name) })
        }
    }

    private func section(_ group: Group) -> HTML {
        """
        <section aria-labelledby="tag-\(group.name)"><h2 id="tag-\(group.name)">\(group.title)</h2>
        \(Prose.paragraphs(group.description))\(group.operations.map(\.html))</section>
        """
    }

    private var contents: HTML {
        let entries: [HTML] = groups.map { group in
            "<li><a href=\"#tag-\(group.name)\">\(group.title)</a><ul>\(group.operations.map(\.entry))</ul></li>"
        }
        return """
            <ul><li><a href="#overview">Overview</a></li><li><a href="#credentials">Credentials</a></li>\(entries)
            <li><a href="#errors">Errors</a></li><li><a href="#schemas">Schemas</a></li></ul>
            """
    }

    // MARK: Components

    private func members(_ kind: String) -> [(name: String, content: JSONObject)] {
        (components[kind]?.objectValue?.members ?? []).compactMap { member in
            member.value.objectValue.map { (member.name.rawValue, $0) }
        }
    }

    private var securitySchemes: HTML {
        let entries: [HTML] = members("securitySchemes").map { scheme in
            "<dt><code>\(scheme.name)</code></dt><dd>\(Prose.paragraphs(scheme.content["description"]?.stringValue))</dd>"
        }
        return "<dl class=\"fields\">\(entries)</dl>"
    }

    private var errors: HTML {
        let entries: [HTML] = members("responses").map { response in
            let content = PageSchema.content(response.content["content"]?.objectValue)
            let body: HTML = content.isEmpty ? .nothing : "<p>\(content)</p>"
            return """
                <dt id="response-\(response.name)"><code>\(response.name)</code></dt>
                <dd>\(Prose.paragraphs(response.content["description"]?.stringValue))\(body)</dd>
                """
        }
        return "<dl class=\"fields\">\(entries)</dl>"
    }

    private var schemas: HTML {
        .joined(
            members("schemas").map { schema in
                """
                <article aria-labelledby="schema-\(schema.name)"><h3 id="schema-\(schema.name)"><code>\(schema.name)</code></h3>
                \(Prose.paragraphs(schema.content["description"]?.stringValue))\(PageSchema(schema.content).body)</article>
                """
            })
    }
}
