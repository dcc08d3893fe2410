import Pages
import Testing

/// A page with a name for the test's report.
struct Sample: Sendable, CustomTestStringConvertible {
    let name: String
    let page: Page

    var testDescription: String { name }
    var source: String { String(decoding: page.html, as: UTF8.self) }
}

/// Every page in every shape that differs, with all texts from outside made by one function: so a test can put the same
/// hostile text everywhere, and a browser can see the pages as they are meant.
struct Samples {
    /// Called with what the text is in real life.
    let text: @Sendable (String) -> String

    /// As people will see them.
    static let plain = Samples { $0 }

    var all: [Sample] {
        (signIn + consent + device + signOut + account + messages + forms).map { Sample(name: $0.name, page: $0.page) }
    }

    private var organisation: String { text("Example Machines") }
    private var csrf: String { text("f3Jq0cKxTg9s") }
    private var account: [(name: String, page: Page)] {
        let current = session("s1", "Firefox on Linux", isCurrent: true)
        let others = [
            session("s2", "Safari on iPhone"), session("s3", "The command line tool on build-17.example.org"),
        ]
        return [
            ("account", accountPage([current] + others, notice: Notice(.good, text("The session on iPad has ended.")))),
            ("account-alone", accountPage([current])), ("account-nowhere", accountPage([])),
        ]
    }

    private var signIn: [(name: String, page: Page)] {
        let choices = Icon.allCases.map { icon in
            Choice(
                name: text(icon.rawValue),
                title: text(icon.rawValue.prefix(1).uppercased() + icon.rawValue.dropFirst()), icon: icon,
                href: text("/sign-in/\(icon.rawValue)?return_to=%2F&state=1"), isLastUsed: icon == .okta)
        }
        return [
            (
                "sign-in",
                SignInPage(
                    organisation: organisation, choices: choices, emailFirst: EmailForm(),
                    returnTo: text("/authorize?a=b")
                ).page
            ),
            ("sign-in-choices", SignInPage(organisation: organisation, choices: Array(choices.prefix(2))).page),
            (
                "sign-in-email",
                SignInPage(
                    organisation: organisation, choices: [],
                    emailFirst: EmailForm(
                        value: text("alice@example.net"), error: text("No provider signs in people of example.net.")),
                    notice: Notice(.problem, text("The provider did not answer."))
                ).page
            ),
            (
                "sign-in-none",
                SignInPage(organisation: organisation, choices: [], notice: Notice(.note, text("New here."))).page
            ),
        ]
    }

    private var client: AskingClient {
        AskingClient(name: text("Quarterly Reports"), uri: text("https://reports.example.com/about"))
    }

    private var scopes: [ScopeLine] {
        [
            ScopeLine(text("Know who you are"), detail: text("Your name and your e-mail address.")),
            ScopeLine(text("Read namespaces"), detail: text("All that you may read.")),
            ScopeLine(text("Stay connected while you are away")),
        ]
    }

    private var consent: [(name: String, page: Page)] {
        [
            (
                "consent",
                ConsentPage(
                    organisation: organisation, client: client, scopes: scopes, account: text("alice@example.org"),
                    otherAccount: text("/sign-in?return_to=%2Fauthorize"),
                    hidden: [HiddenValue(text("request"), text("r-81"))], action: text("/authorize/decision"),
                    csrf: csrf
                ).page
            ),
            (
                "consent-least",
                ConsentPage(
                    organisation: organisation, client: AskingClient(name: text("Kiosk")), scopes: [],
                    account: text("alice@example.org"), otherAccount: "/sign-in", hidden: [],
                    action: "/authorize/decision", csrf: csrf
                ).page
            ),
        ]
    }

    private var device: [(name: String, page: Page)] {
        [
            ("device-entry", DeviceEntryPage(organisation: organisation, csrf: csrf, action: text("/device")).page),
            (
                "device-entry-error",
                DeviceEntryPage(
                    organisation: organisation, prefilled: text("WDJB-MJHX"),
                    error: text("No device waits with this code."),
                    csrf: csrf, action: "/device"
                ).page
            ),
            (
                "device-confirm",
                DeviceConfirmPage(
                    organisation: organisation, userCode: text("WDJB-MJHT"), client: client, scopes: scopes,
                    account: text("alice@example.org"), csrf: csrf, action: text("/device/decision")
                ).page
            ),
            ("device-allowed", DeviceDonePage(organisation: organisation, allowed: true).page),
            ("device-denied", DeviceDonePage(organisation: organisation, allowed: false).page),
        ]
    }

    private var signOut: [(name: String, page: Page)] {
        [
            (
                "sign-out",
                SignOutPage(
                    organisation: organisation, account: text("alice@example.org"), csrf: csrf,
                    action: text("/sign-out"),
                    returnHidden: [HiddenValue(text("state"), text("abc"))],
                    stay: Link(text("Stay signed in"), href: text("/account"))
                ).page
            ),
            (
                "signed-out",
                SignedOutPage(
                    organisation: organisation,
                    returnLink: Link(text("Back to Quarterly Reports"), href: text("https://reports.example.com/"))
                ).page
            ),
            ("signed-out-here", SignedOutPage(organisation: organisation).page),
        ]
    }

    private func session(_ id: String, _ device: String, isCurrent: Bool = false) -> SessionLine {
        SessionLine(
            // That of the current session is in no form, as signing out ends it.
            id: isCurrent ? id : text(id), device: text(device), address: text("2001:db8::7"),
            started: text("2026-10-01 08:15 UTC"),
            lastSeen: text("2 minutes ago"), isCurrent: isCurrent)
    }

    private func accountPage(_ sessions: [SessionLine], notice: Notice? = nil) -> Page {
        AccountPage(
            organisation: organisation, name: text("Alice Liddell"), provider: text("Okta"),
            signedInAt: text("2026-10-01 08:15 UTC"), sessions: sessions,
            applications: sessions.count < 2
                ? []
                : [
                    ApplicationLine(
                        id: text("app"), name: text("Quarterly Reports"), since: text("2026-10-01 08:15 UTC"),
                        lastSeen: text("2026-10-02 09:00 UTC")),
                    ApplicationLine(id: text("old"), name: text("Old"), since: text("2025"), lastSeen: nil),
                ], csrf: csrf, notice: notice
        ).page
    }

    private var messages: [(name: String, page: Page)] {
        [
            (
                "error",
                ErrorPage(
                    organisation: organisation, title: text("That link has expired"),
                    happened: text("A sign-in has to be finished within ten minutes, and this one took longer."),
                    next: text("Start again from the program that you came from."), requestID: text("01JB7Z3Q9K"),
                    action: Link(text("Sign in again"), href: text("/sign-in"))
                ).page
            ),
            (
                "error-bare",
                ErrorPage(
                    organisation: organisation, title: text("Something broke"), happened: text("It did."),
                    next: text("Try again."), requestID: text("01JB7Z3Q9K")
                ).page
            ),
            (
                "message",
                MessagePage(
                    organisation: organisation, title: text("Look into your mail"),
                    paragraphs: [text("We have written to you."), text("Follow the link in the e-mail.")],
                    action: Link(text("To the sign-in"), href: text("/sign-in"))
                ).page
            ),
        ]
    }

    private var forms: [(name: String, page: Page)] {
        func page(errors: Bool) -> Page {
            let kinds: [(String, Field.Kind, String?)] = [
                ("E-mail address", .email, "email"), ("First name", .text, "given-name"),
                ("Telephone", .telephone, "tel"),
                ("Site", .url, "url"), ("Password", .password, "new-password"), ("Code", .code, nil),
            ]
            let fields = kinds.map { label, kind, autocomplete in
                Field(
                    name: text(label), label: text(label), type: kind,
                    value: errors && kind != .password ? text("typed before") : "",
                    autocomplete: errors ? autocomplete.map(text) : autocomplete, required: kind != .telephone,
                    maxLength: 256, hint: kind == .password ? text("At least 12 characters.") : nil,
                    error: errors ? text("This cannot be used.") : nil)
            }
            return FormPage(
                organisation: organisation, title: text("Sign up"), intro: text("You were invited by bob@example.org."),
                notice: errors ? Notice(.caution, text("Nothing was saved.")) : nil, fields: fields,
                hidden: [HiddenValue(text("token"), text("i-1"))], submit: text("Create the account"),
                action: text("/sign-up"), csrf: errors ? csrf : nil,
                alternative: Link(text("Sign in with a provider instead"), href: "/sign-in")
            ).page
        }
        return [("form", page(errors: false)), ("form-errors", page(errors: true))]
    }
}
