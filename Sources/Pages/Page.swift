internal import SafeHTML

/// A page as it is sent.
package struct Page: Sendable {
    package let title: String
    package let html: [UInt8]
}

/// What differs from page to page. The rest is the layout, which all have in common.
package protocol PageContent: Sendable {
    /// Whose sign-in this is, as the operator calls it.
    var organisation: String { get }
    /// The only heading of the first level.
    var title: String { get }
    var page: Page { get }
}

/// Kept apart from the public part, so that users of the pages need not see their HTML.
protocol LaidOut: PageContent {
    var content: HTML { get }
    /// Whether something that was sent has to be mended: then the title says so first, as it is read aloud first.
    var isRefused: Bool { get }
    /// For lists, which need more room than a form.
    var isWide: Bool { get }
}

extension LaidOut {
    var isRefused: Bool { false }
    var isWide: Bool { false }

    /// The referrer policy tells other sites nothing, as `no-referrer` does; but with that one, browsers send
    /// `Origin: null` with our own forms too (WHATWG Fetch, "append a request Origin header"), which the server refuses.
    fileprivate var source: HTML {
        let width: HTML = isWide ? " class=\"wide\"" : .nothing
        let prefix: HTML = isRefused ? "Error: " : .nothing
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="same-origin">
            <meta name="robots" content="noindex">
            <title>\(prefix)\(title) – \(organisation)</title>
            <link rel="stylesheet" href="\(Stylesheet.path)">
            </head>
            <body>
            <header><p><bdi>\(organisation)</bdi></p></header>
            <main\(width)>
            <h1>\(title)</h1>
            \(content)
            </main>
            <footer><p>Gatehouse</p></footer>
            </body>
            </html>

            """
    }

    var laidOut: Page { Page(title: title, html: Array(source.source.utf8)) }
}
