internal import SafeHTML

/// Asks before signing out, because a link on somebody else's page may have led here.
package struct SignOutPage: LaidOut {
    package let organisation: String
    package let account: String
    package let csrf: String
    package let action: String
    /// What leads back afterwards, sent along as it is.
    package let returnHidden: [HiddenValue]
    package let stay: Link?

    package init(
        organisation: String, account: String, csrf: String, action: String, returnHidden: [HiddenValue] = [],
        stay: Link? = nil
    ) {
        self.organisation = organisation
        self.account = account
        self.csrf = csrf
        self.action = action
        self.returnHidden = returnHidden
        self.stay = stay
    }

    package var title: String { "Sign out?" }
    package var page: Page { laidOut }

    var content: HTML {
        let form = Form(
            action: action, csrf: csrf, hidden: returnHidden, content: "<button type=\"submit\">Sign out</button>")
        let stays: HTML = stay.map { "<p class=\"after\">\($0.html(class: "alone"))</p>" } ?? .nothing
        return """
            <p>You are signed in as <strong><bdi>\(account)</bdi></strong>.</p>
            \(form.html)
            \(stays)
            """
    }
}

package struct SignedOutPage: LaidOut {
    package let organisation: String
    package let returnLink: Link?

    package init(organisation: String, returnLink: Link? = nil) {
        self.organisation = organisation
        self.returnLink = returnLink
    }

    package var title: String { "You are signed out" }
    package var page: Page { laidOut }

    /// Who uses a shared computer would take "signed out" to cover the provider too.
    var content: HTML {
        let link: HTML = returnLink.map { "<p>\($0.html(class: "button"))</p>" } ?? .nothing
        return """
            <p>Your session here has ended. The provider that you signed in with may still know you in this browser.</p>
            \(link)
            """
    }
}
