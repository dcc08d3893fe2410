import Foundation
import Pages
import Testing

/// Writes every page into the folder `PAGES_OUT`, with the style sheet where the pages look for it, so that a browser can
/// be pointed at them: `Tests/Interop/axe.py` does.
@Suite struct WrittenPages {
    private static let folder = ProcessInfo.processInfo.environment["PAGES_OUT"]

    @Test(.enabled(if: folder != nil)) func writeThem() throws {
        let folder = URL(filePath: try #require(Self.folder), directoryHint: .isDirectory)
        try write(Stylesheet.bytes, folder.appending(path: String(Stylesheet.path.dropFirst())))
        for sample in Samples.plain.all { try write(sample.page.html, folder.appending(path: sample.name + ".html")) }
        for sample in Self.long.all { try write(sample.page.html, folder.appending(path: "long-\(sample.name).html")) }
    }

    /// Long texts without a place to break: a page must not become wider by them. Links stay links.
    private static let long = Samples { text in
        if text.hasPrefix("/") || text.hasPrefix("https:") { return text }
        if text.allSatisfy({ $0.isLowercase || $0 == "-" }) { return text }  // a token of `autocomplete`
        return String(repeating: text.filter { $0 != " " }, count: 4)
    }

    private func write(_ bytes: [UInt8], _ file: URL) throws {
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }
}
