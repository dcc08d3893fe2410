import SafeHTML

/// Descriptions as they stand in the document: paragraphs parted by an empty line, code between backquotes.
enum Prose {
    static func paragraphs(_ text: String?) -> HTML {
        let paragraphs: [HTML] = (text ?? "").split(separator: "\n\n").compactMap { paragraph in
            let line = paragraph.split(separator: "\n").joined(separator: " ")
            return line.isEmpty ? nil : "<p>\(inline(line))</p>"
        }
        return .joined(paragraphs)
    }

    /// A backquote without its second is one of the text.
    static func inline(_ text: String) -> HTML {
        let pieces = text.split(separator: "`", omittingEmptySubsequences: false).map(String.init)
        guard pieces.count % 2 == 1 else { return .text(text) }
        return .joined(
            pieces.enumerated().map { index, piece in
                index % 2 == 1 ? "<code>\(piece)</code>" : .text(piece)
            })
    }
}
