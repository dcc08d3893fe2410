import Pages
import Testing

/// What single pages promise.
@Suite struct PageTests {
    private func markup(_ name: String) throws -> Markup {
        try Markup(try #require(Samples.plain.all.first { $0.name == name }).source)
    }

    @Test func theChoiceUsedLastComesFirstAndSaysSo() throws {
        let links = try markup("sign-in").named("a")
        #expect(links.first?.text == "Continue with Okta Last used")
        #expect(links.count == Icon.allCases.count)
        #expect(links.filter { $0.text.contains("Last used") }.count == 1)
        #expect(links.dropFirst().first?.attributes["data-provider"] == "google")
    }

    @Test func theEmailFormAsksWithoutEffect() throws {
        let page = try markup("sign-in")
        let form = try #require(page.named("form").first)
        #expect(form.attributes == ["method": "get", "action": "/sign-in"])
        #expect(page.named("input").compactMap { $0.attributes["name"] } == ["return_to", "email"])
    }

    @Test(arguments: ["consent", "consent-least", "device-confirm"])
    func aDecisionHasTwoAnswersInOneForm(_ name: String) throws {
        let page = try markup(name)
        #expect(page.named("form").count == 1)
        #expect(page.named("button").map { $0.attributes["name"] } == ["decision", "decision"])
        #expect(page.named("button").map { $0.attributes["value"] } == ["allow", "deny"])
    }

    @Test func consentSaysWhoAsksForWhatAndAsWhom() throws {
        let text = try #require(try markup("consent").named("main").first).text
        for part in [
            "Quarterly Reports", "https://reports.example.com/about", "Know who you are",
            "Your name and your e-mail address.",
            "Stay connected while you are away", "alice@example.org", "Use another account",
        ] { #expect(text.contains(part), "\(part)") }
    }

    @Test func aDeviceIsConfirmedOnlyWithTheWarning() throws {
        let page = try markup("device-confirm")
        let text = try #require(page.named("main").first).text
        #expect(text.contains("Only continue if you started this yourself") && text.contains("WDJB-MJHT"))
        #expect(
            page.named("input").contains {
                $0.attributes["name"] == "user_code" && $0.attributes["value"] == "WDJB-MJHT"
            })
    }

    @Test func everySessionButThisOneCanBeEnded() throws {
        let page = try markup("account")
        #expect(
            page.named("input").filter { $0.attributes["name"] == "session" }.map { $0.attributes["value"] } == [
                "s2", "s3",
            ])
        #expect(
            page.named("form").map { $0.attributes["action"] } == [
                "/sign-out", "/account/sessions/end", "/account/sessions/end", "/account/sessions/end-others",
                "/account/applications/withdraw", "/account/applications/withdraw",
            ])
        #expect(
            page.named("input").filter { $0.attributes["name"] == "application" }.map { $0.attributes["value"] } == [
                "app", "old",
            ])
        #expect(try markup("account-alone").named("form").count == 1)
    }

    @Test func anErrorSaysItsNumber() throws {
        #expect(try markup("error").named("code").map(\.text) == ["01JB7Z3Q9K"])
        #expect(try markup("error").named("title").map(\.text) == ["Error: That link has expired – Example Machines"])
    }

    @Test func aPasswordIsNeverSentBack() throws {
        let field = Field(name: "p", label: "Password", type: .password, value: "hunter2")
        let page = FormPage(organisation: "O", title: "T", fields: [field], submit: "Go", action: "/").page
        #expect(!String(decoding: page.html, as: UTF8.self).contains("hunter2"))
    }

    @Test func theFirstFieldInErrorTakesTheFocus() throws {
        let page = try markup("form-errors")
        #expect(page.named("input").first { $0.attributes["autofocus"] != nil }?.attributes["id"] == "field-1")
        #expect(page.named("title").first?.text.hasPrefix("Error: ") == true)
        #expect(try markup("form").named("title").first?.text.hasPrefix("Error: ") == false)
        #expect(try markup("form").named("label").map(\.text).contains("Telephone (optional)"))
    }
}
