import DescriptionDocuments
import Foundation
import StrictJSON
import SafeHTML
import Testing

@testable import DescriptionPlugin

@Suite struct HTMLTests {
    @Test(arguments: [
        ("plain", "plain"), ("a < b & c > d", "a &lt; b &amp; c &gt; d"), ("&amp;", "&amp;amp;"),
        ("\" onclick='x'", "&quot; onclick=&#39;x&#39;"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("Zürich 🔑", "Zürich 🔑"), ("a\u{0}b", "a\u{FFFD}b"), ("", ""),
    ])
    func escapes(_ text: String, _ expected: String) {
        #expect(HTML.escaped(text) == expected)
        #expect(HTML.text(text).source == expected)
        let inElement: HTML = "<p title=\"\(text)\">\(text)</p>"
        #expect(inElement.source == "<p title=\"\(expected)\">\(expected)</p>")
    }

    @Test func markupIsNotEscapedTwice() {
        let inner: HTML = "<b>\("a&b")</b>"
        let outer: HTML = "<p>\(inner)\([inner, inner])</p>"
        #expect(outer.source == "<p><b>a&amp;b</b><b>a&amp;b</b><b>a&amp;b</b></p>")
    }

    @Test(arguments: [
        ("", ""), ("one", "<p>one</p>"), ("one\n\ntwo\nthree", "<p>one</p><p>two three</p>"),
        ("a `b` c", "<p>a <code>b</code> c</p>"), ("a `b", "<p>a `b</p>"),
        ("`<i>`", "<p><code>&lt;i&gt;</code></p>"), ("\n\n", ""),
    ])
    func prose(_ text: String, _ expected: String) {
        #expect(Prose.paragraphs(text).source == expected)
    }
}

@Suite struct PageTests {
    private let page: String

    init() throws { page = Page(try Fixtures.whole()).html.source }

    @Test func holdsEveryOperation() throws {
        let document = try Description.whole()
        for (operation, content) in Description.operations(document) {
            let identifier = try #require(content["operationId"]?.stringValue)
            #expect(page.contains("<h3 id=\"op-\(identifier)\">"), "\(operation)")
            #expect(page.contains("<a href=\"#op-\(identifier)\">"), "\(operation)")
        }
    }

    @Test func loadsNothingFromElsewhereAndRunsNothing() {
        for forbidden in ["<script", "javascript:", " src=", "<img", "<iframe", "<style", " style=", "url("] {
            #expect(!page.lowercased().contains(forbidden), "\(forbidden)")
        }
        let links = page.matches(of: /href="([^"]*)"/).map { String($0.1) }
        #expect(links.count > 100)
        #expect(Set(links.filter { !$0.hasPrefix("#") }) == ["docs/style.css", "openapi.json"])
        #expect(page.firstMatch(of: /<[^>]*\ on[a-z]+=/) == nil)
        let style = String(decoding: DescriptionDocuments.style, as: UTF8.self)
        #expect(!style.contains("url(") && !style.contains("@import"))
    }

    @Test func everyLinkOfThePageLeadsSomewhere() {
        let anchors = page.matches(of: /\ id="([^"]*)"/).map { String($0.1) }
        #expect(Set(anchors).count == anchors.count)
        for link in page.matches(of: /href="#([^"]*)"/) { #expect(anchors.contains(String(link.1)), "\(link.1)") }
        for label in page.matches(of: /aria-labelledby="([^"]*)"/) {
            #expect(anchors.contains(String(label.1)), "\(label.1)")
        }
    }

    /// One of the first level, and none is left out on the way down.
    @Test func headingsAreInOrder() {
        let levels = page.matches(of: /<h([1-6])/).compactMap { Int($0.1) }
        #expect(levels.first == 1 && levels.filter { $0 == 1 }.count == 1)
        for (above, below) in zip(levels, levels.dropFirst()) { #expect(below <= above + 1) }
    }

    @Test func hasALanguageAndLandmarks() {
        for part in ["<html lang=\"en\">", "<header>", "<nav ", "<main id=\"content\">", "href=\"#content\""] {
            #expect(page.contains(part), "\(part)")
        }
    }

    @Test func everyElementIsClosed() {
        for element in ["section", "article", "dl", "dt", "dd", "ul", "li", "p", "code", "span", "a", "h2", "h3", "h4"]
        {
            let opened = page.components(separatedBy: "<\(element)>") + page.components(separatedBy: "<\(element) ")
            #expect(opened.count - 2 == page.components(separatedBy: "</\(element)>").count - 1, "\(element)")
        }
    }

    /// Texts of the document are text on the page.
    @Test func escapesTheDocument() throws {
        #expect(page.contains("<code>APIToken &lt;token&gt;</code>"))
        #expect(!page.contains("<token>"))
    }

    @Test(
        arguments: [
            (["minLength": 1, "maxLength": 50], "1 to 50 characters."), (["maxItems": 1], "At most 1 item."),
            (["minimum": 0], "At least 0."),
            (["enum": ["", "A", 1]], "One of <code>&quot;&quot;</code>, <code>A</code>, <code>1</code>."),
            (["oneOf": [["type": "integer", "maximum": 9], ["type": "string"]]], "As integer: At most 9."),
            (["pattern": "^[<>]$"], "Matches <code>^[&lt;&gt;]$</code>."), (["type": "string"], ""),
        ] as [(JSONObject, String)])
    func limits(_ schema: JSONObject, _ expected: String) {
        #expect(PageSchema(schema).limits.source == expected)
    }

    @Test(
        arguments: [
            (["type": "string"], "string"),
            (["type": "string", "format": "date-time", "nullable": true], "string (date-time) or null"),
            (["$ref": "#/components/schemas/A"], "<a href=\"#schema-A\">A</a>"),
            (["type": "array", "items": ["type": "string"]], "array of string"),
            (["type": "object", "additionalProperties": ["type": "integer"]], "map of integer"),
            (["type": "object", "additionalProperties": true], "object"),
            (["oneOf": [["type": "integer"], ["type": "string"]]], "integer or string"),
            (["anyOf": [["required": ["a"]]], "type": "object"], "object"),
            (
                ["anyOf": [["$ref": "#/components/schemas/A"], ["type": "object", "nullable": true, "enum": [nil]]]],
                "<a href=\"#schema-A\">A</a> or null"
            ),
            ([:], "any"),
        ] as [(JSONObject, String)])
    func types(_ schema: JSONObject, _ expected: String) {
        #expect(PageSchema(schema).type.source == expected)
    }
}
