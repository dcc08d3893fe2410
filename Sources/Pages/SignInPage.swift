internal import SafeHTML

/// One way to sign in.
package struct Choice: Sendable {
    /// The provider's name, by which programs find the button.
    package let name: String
    package let title: String
    package let icon: Icon
    package let href: String
    package let isLastUsed: Bool

    package init(name: String, title: String, icon: Icon = .generic, href: String, isLastUsed: Bool = false) {
        self.name = name
        self.title = title
        self.icon = icon
        self.href = href
        self.isLastUsed = isLastUsed
    }

    var html: HTML {
        if !Link.isHarmless(href) { return .nothing }
        let badge: HTML = isLastUsed ? " <span class=\"badge\">Last used</span>" : .nothing
        return """
            <li><a class="choice" data-provider="\(name)" href="\(href)">\(icon.html)\
            <span class="label">Continue with <bdi>\(title)</bdi></span>\(badge)</a></li>
            """
    }
}

/// Asks for the e-mail address, from whose domain follows where to sign in.
package struct EmailForm: Sendable {
    package let value: String
    package let error: String?

    package init(value: String = "", error: String? = nil) {
        self.value = value
        self.error = error
    }

    package static let action = "/sign-in"
    package static let name = "email"
    package static let returnToName = "return_to"

    /// A question without effect, so GET, and no token.
    func html(returnTo: String?) -> HTML {
        let field = Field(
            name: Self.name, label: "E-mail address", type: .email, value: value, autocomplete: "username",
            maxLength: 320, error: error)
        let hidden: HTML = returnTo.map { HiddenValue(Self.returnToName, $0).html } ?? .nothing
        return """
            <form method="get" action="\(Self.action)">
            \(hidden)
            \(field.html(at: 1, takesFocus: error != nil))
            <button type="submit" class="second">Continue with your e-mail address</button>
            </form>
            """
    }
}

/// Where everybody starts: which provider knows you?
package struct SignInPage: LaidOut {
    package let organisation: String
    package let choices: [Choice]
    package let emailFirst: EmailForm?
    package let notice: Notice?
    package let returnTo: String?

    package init(
        organisation: String, choices: [Choice], emailFirst: EmailForm? = nil, notice: Notice? = nil,
        returnTo: String? = nil
    ) {
        self.organisation = organisation
        self.choices = choices
        self.emailFirst = emailFirst
        self.notice = notice
        self.returnTo = returnTo
    }

    package var title: String { "Sign in" }
    package var page: Page { laidOut }

    var isRefused: Bool { emailFirst?.error != nil }

    var content: HTML {
        let form = emailFirst?.html(returnTo: returnTo) ?? .nothing
        if choices.isEmpty && form.isEmpty {
            return (notice?.html ?? .nothing)
                + "<p>No way to sign in is set up here yet. An administrator can add one.</p>"
        }
        let between: HTML = choices.isEmpty || form.isEmpty ? .nothing : "<p class=\"or\">or</p>"
        return (notice?.html ?? .nothing) + list + between + form
    }

    /// The one used last comes first; the others keep the operator's order.
    private var list: HTML {
        if choices.isEmpty { return .nothing }
        let sorted = choices.filter(\.isLastUsed) + choices.filter { !$0.isLastUsed }
        return """
            <ul class="choices">
            \(HTML.joined(sorted.map(\.html), by: "\n"))
            </ul>
            """
    }
}
