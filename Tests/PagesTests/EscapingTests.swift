import Pages
import SafeHTML
import Synchronization
import Testing

@Suite struct EscapingTests {
    private static let hostile = "\"><script>alert(1)</script>&'"

    /// Paths and links keep their beginning, without which they would be left out.
    private static let samples = Samples { text in
        if text.hasPrefix("/") { return "/" + hostile }
        return text.hasPrefix("https://") ? "https://" + hostile : hostile
    }

    @Test(arguments: samples.all + Samples { _ in hostile }.all)
    func hostileTextStaysText(_ sample: Sample) throws {
        let source = sample.source
        #expect(!source.contains("<script") && !source.contains("'"))
        #expect(try Markup(source).named("script").isEmpty)
    }

    /// A page has the same elements and attributes, whatever is in it.
    @Test func hostileTextChangesNoStructure() throws {
        for (plain, hostile) in zip(Samples.plain.all, Self.samples.all) {
            let (left, right) = (try Markup(plain.source), try Markup(hostile.source))
            #expect(left.elements.map(\.name) == right.elements.map(\.name), "\(plain.name)")
            #expect(
                left.elements.map { $0.attributes.keys.sorted() } == right.elements.map { $0.attributes.keys.sorted() })
        }
    }

    /// Nothing is dropped on the way: each text that a page was given is in it.
    @Test func everyTextArrives() {
        let given = Mutex<[String]>([])
        let samples = Samples { text in
            if text.hasPrefix("/") || text.hasPrefix("https:") { return text }
            return given.withLock { texts in
                texts.append("<\(texts.count)>")
                return texts[texts.count - 1]
            }
        }
        let all = samples.all.map(\.source).joined()
        let texts = given.withLock(\.self)
        #expect(texts.count > 150)
        #expect(texts.filter { !all.contains(HTML.escaped($0)) } == [])
    }

    @Test(arguments: ["javascript:alert(1)", "//evil.example", "data:text/html,x", "https:evil", "\"><script>alert(1)"])
    func aTargetThatRunsSomethingIsNoLink(_ target: String) throws {
        let pages = [
            SignedOutPage(organisation: "O", returnLink: Link("Back", href: target)).page,
            ErrorPage(
                organisation: "O", title: "T", happened: "H", next: "N", requestID: "1",
                action: Link("Go", href: target)
            ).page,
            MessagePage(organisation: "O", title: "T", paragraphs: [], action: Link("Go", href: target)).page,
            SignInPage(organisation: "O", choices: [Choice(name: "n", title: "T", href: target)]).page,
            ConsentPage(
                organisation: "O", client: AskingClient(name: "C", uri: target), scopes: [], account: "A",
                otherAccount: target, hidden: [], action: "/", csrf: "c"
            ).page,
        ]
        for page in pages {
            #expect(try Markup(String(decoding: page.html, as: UTF8.self)).named("a").isEmpty, "\(page.title)")
        }
    }
}
