internal import SafeHTML

/// What happened, what to do about it, and the number by which an administrator finds it in the log.
package struct ErrorPage: LaidOut {
    package let organisation: String
    package let title: String
    package let happened: String
    package let next: String
    package let requestID: String
    package let action: Link?

    package init(
        organisation: String, title: String, happened: String, next: String, requestID: String, action: Link? = nil
    ) {
        self.organisation = organisation
        self.title = title
        self.happened = happened
        self.next = next
        self.requestID = requestID
        self.action = action
    }

    package var page: Page { laidOut }

    var isRefused: Bool { true }

    var content: HTML {
        let link: HTML = action.map { "<p>\($0.html(class: "button"))</p>" } ?? .nothing
        return """
            <p>\(happened)</p>
            <h2>What you can do</h2>
            <p>\(next)</p>
            \(link)
            <p class="quiet">The number of this request, for whoever helps you: <code>\(requestID)</code></p>
            """
    }
}

/// A page that only says something.
package struct MessagePage: LaidOut {
    package let organisation: String
    package let title: String
    package let paragraphs: [String]
    package let action: Link?

    package init(organisation: String, title: String, paragraphs: [String], action: Link? = nil) {
        self.organisation = organisation
        self.title = title
        self.paragraphs = paragraphs
        self.action = action
    }

    package var page: Page { laidOut }

    var content: HTML {
        let texts: [HTML] = paragraphs.map { "<p>\($0)</p>\n" }
        let link: HTML = action.map { "<p>\($0.html(class: "button"))</p>" } ?? .nothing
        return .joined(texts) + link
    }
}
