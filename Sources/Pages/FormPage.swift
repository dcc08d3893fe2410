internal import SafeHTML

/// A page that asks for a few lines.
package struct FormPage: LaidOut {
    package let organisation: String
    package let title: String
    package let intro: String
    package let notice: Notice?
    package let fields: [Field]
    package let hidden: [HiddenValue]
    package let submit: String
    package let action: String
    /// Not every form belongs to a session; one that does not is held by what it carries, as the token of an invitation.
    package let csrf: String?
    /// Another way than the form.
    package let alternative: Link?

    package init(
        organisation: String, title: String, intro: String = "", notice: Notice? = nil, fields: [Field],
        hidden: [HiddenValue] = [], submit: String, action: String, csrf: String? = nil, alternative: Link? = nil
    ) {
        self.organisation = organisation
        self.title = title
        self.intro = intro
        self.notice = notice
        self.fields = fields
        self.hidden = hidden
        self.submit = submit
        self.action = action
        self.csrf = csrf
        self.alternative = alternative
    }

    package var page: Page { laidOut }

    var isRefused: Bool { fields.contains { $0.error != nil } }

    var content: HTML {
        let introduction: HTML = intro.isEmpty ? .nothing : "<p>\(intro)</p>"
        let first = fields.firstIndex { $0.error != nil }
        let rows = fields.enumerated().map { $0.element.html(at: $0.offset + 1, takesFocus: $0.offset == first) }
        let content: HTML = .joined(rows, by: "\n") + "\n<button type=\"submit\">\(submit)</button>"
        let other: HTML = alternative.map { "<p class=\"or\">or</p>\n<p>\($0.html(class: "choice"))</p>" } ?? .nothing
        return (notice?.html ?? .nothing) + introduction
            + Form(action: action, csrf: csrf, hidden: hidden, content: content).html + other
    }
}
