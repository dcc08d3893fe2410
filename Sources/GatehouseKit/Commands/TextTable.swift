/// Rows under headings, columns as wide as they must be.
struct TextTable: Hashable, Sendable {
    let headings: [String]
    private(set) var rows: [[String]] = []

    init(_ headings: [String]) { self.headings = headings }

    mutating func add(_ cells: [String]) { rows.append(cells.map { Printable.shortened($0, to: 120) }) }

    /// Every line ends in a line feed and has no blanks before it.
    var text: String {
        let all = [headings] + rows
        let widths = headings.indices.map { column in
            all.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return all.map { row in
            let cells = row.enumerated().map { column, cell in
                column + 1 < row.count ? cell + String(repeating: " ", count: widths[column] - cell.count) : cell
            }
            let line = cells.joined(separator: "   ")
            let end =
                line.utf8.lastIndex { $0 != UInt8(ascii: " ") }.map { line.utf8.index(after: $0) } ?? line.startIndex
            return line[..<end] + "\n"
        }.joined()
    }
}
