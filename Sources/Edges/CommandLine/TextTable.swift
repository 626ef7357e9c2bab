/// A table of text whose columns are as wide as their widest cell.
struct TextTable {
    private var head: [String]?
    private var rows: [[String]] = []
    private var widths: [Int]
    /// The maximum length of a line.
    private var columns = Int.max

    init(_ head: [String]) {
        self.head = head
        widths = head.map(\.count)
    }

    /// Adds a row. Control characters in cells, which may be a function's output, become spaces.
    mutating func add(_ row: [String]) {
        let row = row.map(\.onOneLine)
        rows.append(row)
        for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.count) }
    }

    /// Limits lines to so many characters. Cells of the first column lose their beginning, since the end of a name or
    /// an ARN is more distinctive, down to `minimumFirstWidth`; then lines are cut at the end.
    mutating func fit(_ columns: Int) {
        self.columns = columns
        let others = widths.dropFirst().reduce(0) { $0 + $1 + 2 }
        let room = max(Self.minimumFirstWidth, columns - others)
        guard widths[0] > room else { return }
        widths[0] = room
        rows = rows.map { row in
            row[0].count > room ? ["…" + row[0].suffix(room - 1)] + row.dropFirst() : row
        }
    }

    /// Long enough to distinguish most names.
    private static let minimumFirstWidth = 20

    /// Removes and returns the lines of the rows added since the last call; the first time, after the head.
    mutating func takeLines(_ style: TextStyle) -> [String] {
        guard !rows.isEmpty else { return [] }
        let lines = (head.map { [style.bold(line($0))] } ?? []) + rows.map { line($0) }
        head = nil
        rows = []
        return lines
    }

    /// The last column is not padded.
    private func line(_ cells: [String]) -> String {
        let padded = cells.enumerated().map { column, cell in
            column == cells.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
        }
        return String(padded.joined(separator: "  ").prefix(columns))
    }
}

extension String {
    /// The text with spaces for line breaks and other control characters, safe to print on a terminal.
    var onOneLine: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
