internal import SafeHTML

/// Asks for the code that a device shows (RFC 8628 §3.3).
package struct DeviceEntryPage: LaidOut {
    package let organisation: String
    package let prefilled: String?
    package let error: String?
    package let csrf: String
    package let action: String

    package init(organisation: String, prefilled: String? = nil, error: String? = nil, csrf: String, action: String) {
        self.organisation = organisation
        self.prefilled = prefilled
        self.error = error
        self.csrf = csrf
        self.action = action
    }

    package static let codeName = "user_code"

    package var title: String { "Connect a device" }
    package var page: Page { laidOut }

    var isRefused: Bool { error != nil }

    var content: HTML {
        let field = Field(
            name: Self.codeName, label: "Code", type: .code, value: prefilled ?? "", autocomplete: "off",
            maxLength: 64, hint: "Your device shows it. Capital and small letters are the same.", error: error)
        let content: HTML =
            field.html(at: 1, takesFocus: error != nil) + "<button type=\"submit\">Continue</button>"
        return Form(action: action, csrf: csrf, content: content).html
    }
}

/// Asks whether the device is the user's own: somebody else may have sent the code (RFC 8628 §5.4).
package struct DeviceConfirmPage: LaidOut {
    package let organisation: String
    package let userCode: String
    package let client: AskingClient
    package let scopes: [ScopeLine]
    package let account: String
    package let csrf: String
    package let action: String

    package init(
        organisation: String, userCode: String, client: AskingClient, scopes: [ScopeLine], account: String,
        csrf: String, action: String
    ) {
        self.organisation = organisation
        self.userCode = userCode
        self.client = client
        self.scopes = scopes
        self.account = account
        self.csrf = csrf
        self.action = action
    }

    package var title: String { "Is this your device?" }
    package var page: Page { laidOut }

    var content: HTML {
        let warning = Notice(
            .caution,
            "Only continue if you started this yourself, on a device that you have before you. "
                + "If somebody sent you this code, deny."
        )
        let form = Form(
            action: action, csrf: csrf, hidden: [HiddenValue(DeviceEntryPage.codeName, userCode)],
            content: Decision(allow: "Allow", deny: "Deny").html)
        return """
            \(warning.html)
            <p>Your device has to show this code:</p>
            <p class="user-code">\(userCode)</p>
            <dl class="facts">
            <dt>Program</dt><dd><bdi>\(client.name)</bdi></dd>
            <dt>Signed in as</dt><dd><bdi>\(account)</bdi></dd>
            </dl>
            <h2>What it asks for</h2>
            \(ScopeLine.list(scopes))
            \(form.html)
            """
    }
}

/// The end on this side; the device goes on by itself.
package struct DeviceDonePage: LaidOut {
    package let organisation: String
    package let allowed: Bool

    package init(organisation: String, allowed: Bool) {
        self.organisation = organisation
        self.allowed = allowed
    }

    package var title: String { allowed ? "Your device is connected" : "You denied the device" }
    package var page: Page { laidOut }

    var content: HTML {
        allowed
            ? "<p>It goes on by itself in a few seconds. You can close this page.</p>"
            : "<p>It gets no access. You can close this page.</p>"
    }
}
