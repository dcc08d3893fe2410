import Broker
import GatehouseTesting
import HTTPTypes
import StrictJSON
import Testing

/// The pages behind the links of invitations and e-mails.
@Suite struct SignUpPageTests {
    private static let form: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]

    private func api(_ policy: String, mail: TestMailbox? = nil) async throws -> API {
        let api = API(try await TestWorld(mail: mail))
        #expect(try await api.call(.put, SignUpTests.base + "policy", policy).status == 200)
        return api
    }

    private func send(_ api: API, _ path: String, _ body: String) async throws -> API.Answer {
        try await api.post(path, body, with: .nothing, headers: Self.form)
    }

    @Test func anInvitationIsFilledInAndUsed() async throws {
        let api = try await api(#"{"mode":"INVITATION"}"#)
        let made = try await api.post(SignUpTests.base + "invitations", #"{"email":"ada@example.com"}"#)
        let url = try #require(made.body["url"]?.stringValue)
        let token = try #require(made.body["token"]?.stringValue)
        let page = try await api.get(String(url.dropFirst(TestWorld.publicURL.count)), with: .nothing)
        #expect(page.status == 200 && page.text.contains(#"name="token" value="\#(token)""#))
        #expect(page.headers[.contentSecurityPolicy]?.contains("form-action 'self'") ?? false)
        // Looking at it, as often as anybody likes, uses nothing.
        let sent = try await send(api, "/sign-up", "email=ada%40example.com&first_name=Ada&token=\(token)")
        #expect(sent.status == 303)
        let state = try await api.get(try #require(sent.headers[.location]), with: .nothing)
        #expect(state.text.contains("You have an account") && state.text.contains("ada@example.com"))
        let again = try await send(api, "/sign-up", "email=ada%40example.com&token=\(token)")
        #expect(again.status == 400 && again.text.contains("must be an invitation for this address that is open"))
        #expect(again.text.contains("req-1"))
    }

    /// A page without a policy of its own has the server's `no-referrer`; with that one, browsers post its form with
    /// `Origin: null`, which is refused.
    @Test func browsersMayPostTheForms() async throws {
        let api = try await api(#"{"mode":"OPEN"}"#)
        let name = try #require(HTTPField.Name("Referrer-Policy"))
        for page in ["/sign-up", "/sign-up?invitation=x", "/sign-up/nobody"] {
            let answer = try await api.get(page, with: .nothing)
            #expect(answer.headers[name] == "same-origin" && answer.headers[.cacheControl] == "no-store", "\(page)")
            #expect(answer.text.contains(#"<meta name="referrer" content="same-origin">"#))
        }
        let sent = try await send(api, "/sign-up", "email=ada%40example.com")
        #expect(sent.headers[name] == "no-referrer", "the address of the next page is as long as a secret")
    }

    @Test func whereThereIsAProviderThePageSaysSo() async throws {
        let provider = try TestProvider(web: TestWeb())
        for (world, isOffered) in [
            (try await TestWorld(), false),
            (try await TestWorld(web: provider.web, signIn: [try provider.definition()]), true),
        ] {
            let page = try await API(world).get("/sign-up?invitation=a%26b", with: .nothing)
            #expect(page.text.contains(#"href="/sign-in?invitation=a%26b""#) == isOffered)
        }
    }

    @Test func aLinkInAnEMailAsksBeforeItConfirms() async throws {
        let mailbox = TestMailbox()
        let api = try await api(#"{"mode":"OPEN","verification":"EMAIL"}"#, mail: mailbox)
        let sent = try await send(api, "/sign-up", "email=ada%40example.com")
        let place = try #require(sent.headers[.location])
        #expect(try await api.get(place, with: .nothing).text.contains("Look into your mail"))
        let mail = try #require(await mailbox.next()).text
        let link = try #require(mail.split(separator: "\n").first { $0.contains("?token=") })
        let path = String(link.dropFirst(TestWorld.publicURL.count))
        for _ in 0..<3 { #expect(try await api.get(path, with: .nothing).text.contains("Confirm your e-mail address")) }
        #expect(throws: DirectoryFailure.self) { try api.world.broker.person("ada@example.com") }
        let token = try #require(path.split(separator: "=").last)
        #expect(try await send(api, place, "token=wrong").status == 400)
        let confirmed = try await send(api, place, "token=\(token)")
        #expect(confirmed.status == 303 && confirmed.headers[.location] == place)
        _ = try api.world.broker.person("ada@example.com")
        #expect(try await api.get(path, with: .nothing).text.contains("You have an account"))
    }

    @Test func whatComesFromOutsideIsTextAndNoMarkup() async throws {
        let api = try await api(#"{"mode":"OPEN"}"#)
        let page = try await api.get("/sign-up?invitation=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", with: .nothing)
        #expect(page.text.contains("&quot;&gt;&lt;script&gt;") && !page.text.contains("<script"))
        let sent = try await send(api, "/sign-up", "email=%26%22a%27%40example.com")
        let state = try await api.get(try #require(sent.headers[.location]), with: .nothing)
        #expect(state.status == 200 && !state.text.contains("\"a'@"))
        #expect(try await api.get("/sign-up/nobody", with: .nothing).status == 404)
    }

    @Test(arguments: ["", "email=a%40b.example&email=c%40d.example", "email=%zz", "{\"email\":\"a@b.example\"}"])
    func aFormThatIsNoneIsRefused(_ body: String) async throws {
        let api = try await api(#"{"mode":"OPEN"}"#)
        let answer = try await send(api, "/sign-up", body)
        #expect(answer.status == 400 && answer.text.contains("<h1>That did not work</h1>"))
        let json = try await api.post("/sign-up", "email=a%40b.example", with: .nothing)
        #expect(json.status == 400)
        #expect(api.world.broker.signUps.isEmpty)
    }
}
