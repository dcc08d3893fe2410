import Pages
import Testing

/// What assistive technology, and people, rely on.
@Suite struct StructureTests {
    private static let pages = Samples.plain.all

    @Test(arguments: pages)
    func hasOneOfEachLandmark(_ sample: Sample) throws {
        let markup = try Markup(sample.source)
        for element in ["h1", "main", "header", "footer", "title"] {
            #expect(markup.named(element).count == 1, "\(element)")
            #expect(markup.named(element).allSatisfy { !$0.text.isEmpty })
        }
        #expect(markup.named("html").first?.attributes["lang"] == "en")
        let meta = markup.named("meta").reduce(into: [:]) { $0[$1.attributes["name"] ?? ""] = $1.attributes["content"] }
        #expect(meta["robots"] == "noindex")
        #expect(meta["referrer"] == "same-origin")
        #expect(meta["viewport"] == "width=device-width, initial-scale=1")
        #expect(markup.named("link").map { $0.attributes["href"] } == [Stylesheet.path])
    }

    @Test func noTwoPagesHaveTheSameNameInTheTable() { #expect(Set(Self.pages.map(\.name)).count == Self.pages.count) }

    /// The content security policy is `default-src 'self'`, and nothing may need more.
    @Test(arguments: pages)
    func needsNothingThatThePolicyForbids(_ sample: Sample) throws {
        for forbidden in ["<script", "<style", "style=", "http://", "url(", "javascript:", "<img", "<iframe", " src="] {
            #expect(!sample.source.contains(forbidden), "\(forbidden)")
        }
        for element in try Markup(sample.source).elements {
            #expect(!element.attributes.keys.contains { $0.hasPrefix("on") || $0 == "tabindex" }, "\(element)")
        }
    }

    @Test(arguments: pages)
    func everyFieldHasItsLabelAndItsTexts(_ sample: Sample) throws {
        let markup = try Markup(sample.source)
        let ids = markup.elements.compactMap { $0.attributes["id"] }
        #expect(Set(ids).count == ids.count)
        let labels = markup.named("label")
        for field in markup.named("input") where field.attributes["type"] != "hidden" {
            let id = try #require(field.attributes["id"])
            #expect(labels.filter { $0.attributes["for"] == id && !$0.text.isEmpty }.count == 1, "\(id)")
            let texts = (field.attributes["aria-describedby"] ?? "").split(separator: " ").map(String.init)
            #expect(texts.allSatisfy { ids.contains($0) })
            #expect((field.attributes["aria-invalid"] == "true") == texts.contains(id + "-error"))
        }
        #expect(labels.allSatisfy { ids.contains($0.attributes["for"] ?? "") })
        #expect(markup.elements.filter { $0.attributes["autofocus"] != nil }.count <= 1)
    }

    @Test(arguments: pages)
    func everyButtonAndLinkSaysWhatItDoes(_ sample: Sample) throws {
        let markup = try Markup(sample.source)
        for element in markup.named("button", "a") {
            #expect(element.text.contains { $0.isLetter })
            if element.name == "a" { #expect(element.attributes["href"]?.isEmpty == false) }
            if element.name == "button" { #expect(element.attributes["type"] == "submit") }
        }
        let texts = markup.named("button").map(\.text)
        #expect(Set(texts).count == texts.count, "two buttons that sound the same")
        for svg in markup.named("svg") { #expect(svg.attributes["aria-hidden"] == "true") }
    }

    @Test(arguments: pages)
    func headingsAreInOrder(_ sample: Sample) throws {
        let levels = try Markup(sample.source).named("h1", "h2", "h3").compactMap {
            $0.name.dropFirst().first?.wholeNumberValue
        }
        #expect(levels.first == 1)
        for (above, below) in zip(levels, levels.dropFirst()) { #expect(below <= above + 1) }
    }

    /// Whatever changes something carries the token of the session.
    @Test(arguments: pages.filter { $0.name != "form" })
    func everyFormThatPostsHasItsToken(_ sample: Sample) throws {
        let markup = try Markup(sample.source)
        let posts = markup.named("form").filter { $0.attributes["method"] == "post" }.count
        let tokens = markup.named("input").filter { $0.attributes["name"] == "csrf" }
        #expect(tokens.count == posts)
        #expect(tokens.allSatisfy { $0.attributes["value"] == "f3Jq0cKxTg9s" && $0.attributes["type"] == "hidden" })
    }
}
