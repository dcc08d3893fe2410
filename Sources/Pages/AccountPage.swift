internal import SafeHTML

/// One session of the user, with its times already in words.
package struct SessionLine: Sendable {
    package let id: String
    package let device: String
    package let address: String
    package let started: String
    package let lastSeen: String
    package let isCurrent: Bool

    package init(
        id: String, device: String, address: String, started: String, lastSeen: String, isCurrent: Bool = false
    ) {
        self.id = id
        self.device = device
        self.address = address
        self.started = started
        self.lastSeen = lastSeen
        self.isCurrent = isCurrent
    }
}

/// An application that the user let act for them.
package struct ApplicationLine: Sendable {
    package let id: String
    package let name: String
    package let since: String
    /// `nil` when it holds nothing now.
    package let lastSeen: String?

    package init(id: String, name: String, since: String, lastSeen: String?) {
        self.id = id
        self.name = name
        self.since = since
        self.lastSeen = lastSeen
    }
}

/// Who is signed in, where else, and what they allowed.
package struct AccountPage: LaidOut {
    package let organisation: String
    package let name: String
    package let provider: String
    package let signedInAt: String
    package let sessions: [SessionLine]
    package let applications: [ApplicationLine]
    package let csrf: String
    package let notice: Notice?

    package init(
        organisation: String, name: String, provider: String, signedInAt: String, sessions: [SessionLine],
        applications: [ApplicationLine] = [], csrf: String, notice: Notice? = nil
    ) {
        self.organisation = organisation
        self.name = name
        self.provider = provider
        self.signedInAt = signedInAt
        self.sessions = sessions
        self.applications = applications
        self.csrf = csrf
        self.notice = notice
    }

    /// Ends one session: `session` names it.
    package static let endAction = "/account/sessions/end"
    package static let endOthersAction = "/account/sessions/end-others"
    package static let signOutAction = "/sign-out"
    package static let sessionName = "session"
    /// Takes back what was allowed to one application: `application` names it.
    package static let withdrawAction = "/account/applications/withdraw"
    package static let applicationName = "application"

    package var title: String { "Your account" }
    package var page: Page { laidOut }

    var isWide: Bool { true }

    var content: HTML {
        let signOut = Form(
            action: Self.signOutAction, csrf: csrf, content: "<button type=\"submit\">Sign out</button>")
        return """
            \(notice?.html ?? .nothing)
            <dl class="facts">
            <dt>Name</dt><dd><bdi>\(name)</bdi></dd>
            <dt>Signed in with</dt><dd><bdi>\(provider)</bdi></dd>
            <dt>Since</dt><dd><span class="whole">\(signedInAt)</span></dd>
            </dl>
            \(signOut.html)
            <h2>Where you are signed in</h2>
            \(list)
            \(endOthers)
            \(allowed)
            """
    }

    private var allowed: HTML {
        if applications.isEmpty { return .nothing }
        return """
            <h2>What you allowed</h2>
            <ul class="sessions">\(applications.map(item))</ul>
            """
    }

    private func item(_ application: ApplicationLine) -> HTML {
        let seen: HTML =
            application.lastSeen.map { ", last used <span class=\"whole\">\($0)</span>" }
            ?? ", which it does not use now"
        let button: HTML = """
            <button type="submit" class="second">Withdraw<span class="unseen"> what you allowed \
            <bdi>\(application.name)</bdi></span></button>
            """
        let form = Form(
            action: Self.withdrawAction, csrf: csrf, hidden: [HiddenValue(Self.applicationName, application.id)],
            content: button)
        return """
            <li><div><p><strong><bdi>\(application.name)</bdi></strong></p>
            <p class="detail">Since <span class="whole">\(application.since)</span>\(seen).</p></div>\(form.html)</li>
            """
    }

    private var list: HTML {
        if sessions.isEmpty { return "<p>Nowhere.</p>" }
        return "<ul class=\"sessions\">\(sessions.map(item))</ul>"
    }

    /// This session is ended by signing out, which also says that it happened.
    private func item(_ session: SessionLine) -> HTML {
        let badge: HTML = session.isCurrent ? " <span class=\"badge\">This session</span>" : .nothing
        return """
            <li><div><p><strong><bdi>\(session.device)</bdi></strong>\(badge)</p>
            <p class="detail">From <bdi>\(session.address)</bdi>. Began <span class="whole">\(session.started)</span>,
            last seen <span class="whole">\(session.lastSeen)</span>.</p></div>\(session.isCurrent ? .nothing : end(session))</li>
            """
    }

    private func end(_ session: SessionLine) -> HTML {
        let button: HTML = """
            <button type="submit" class="second">End<span class="unseen"> the session on \(session.device), \
            \(session.address), last seen \(session.lastSeen)</span></button>
            """
        return Form(
            action: Self.endAction, csrf: csrf, hidden: [HiddenValue(Self.sessionName, session.id)], content: button
        ).html
    }

    private var endOthers: HTML {
        if sessions.allSatisfy(\.isCurrent) { return .nothing }
        return Form(
            action: Self.endOthersAction, csrf: csrf,
            content: "<button type=\"submit\" class=\"second\">End all others</button>"
        ).html
    }
}
