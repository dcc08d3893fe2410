internal import SafeHTML

/// One thing that is asked for, in words.
package struct ScopeLine: Sendable {
    package let title: String
    package let detail: String

    package init(_ title: String, detail: String = "") {
        self.title = title
        self.detail = detail
    }

    static func list(_ lines: [ScopeLine]) -> HTML {
        if lines.isEmpty { return "<p>Nothing beyond knowing that you are signed in.</p>" }
        let items: [HTML] = lines.map { line in
            let detail: HTML = line.detail.isEmpty ? .nothing : "<p class=\"detail\">\(line.detail)</p>"
            return "<li><p><strong>\(line.title)</strong></p>\(detail)</li>"
        }
        return "<ul class=\"scopes\">\(items)</ul>"
    }
}

/// Who asks for access.
package struct AskingClient: Sendable {
    package let name: String
    package let uri: String?

    package init(name: String, uri: String? = nil) {
        self.name = name
        self.uri = uri
    }
}

/// Asks for consent: who asks, for what, and as whom.
package struct ConsentPage: LaidOut {
    package let organisation: String
    package let client: AskingClient
    package let scopes: [ScopeLine]
    package let account: String
    /// Where to choose another account; it comes back to the same question.
    package let otherAccount: String
    package let hidden: [HiddenValue]
    package let action: String
    package let csrf: String

    package init(
        organisation: String, client: AskingClient, scopes: [ScopeLine], account: String, otherAccount: String,
        hidden: [HiddenValue], action: String, csrf: String
    ) {
        self.organisation = organisation
        self.client = client
        self.scopes = scopes
        self.account = account
        self.otherAccount = otherAccount
        self.hidden = hidden
        self.action = action
        self.csrf = csrf
    }

    package var title: String { "Allow access?" }
    package var page: Page { laidOut }

    var content: HTML {
        let site: HTML =
            client.uri.map { "<dt>Its site</dt><dd>\(Link($0, href: $0).html(class: "site"))</dd>" } ?? .nothing
        return """
            <p><strong><bdi>\(client.name)</bdi></strong> asks for access to your account.</p>
            <dl class="facts">
            \(site)<dt>Signed in as</dt><dd><bdi>\(account)</bdi></dd>
            </dl>
            <h2>What it asks for</h2>
            \(ScopeLine.list(scopes))
            \(Form(action: action, csrf: csrf, hidden: hidden, content: Decision(allow: "Allow", deny: "Deny").html).html)
            <p class="after">\(Link("Use another account", href: otherAccount).html(class: "alone"))</p>
            """
    }
}
