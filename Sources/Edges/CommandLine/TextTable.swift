/// Rows in columns that are as wide as they have to be.
struct TextTable {
    private var head: [String]?
    private var rows: [[String]] = []
    private var widths: [Int]
    /// How long a line may be.
    private var columns = Int.max

    init(_ head: [String]) {
        self.head = head
        widths = head.map(\.count)
    }

    /// Adds a row. Line breaks and other control characters, which a function may have put there, become spaces.
    mutating func add(_ row: [String]) {
        let row = row.map(\.onOneLine)
        rows.append(row)
        for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.count) }
    }

    /// Makes lines of no more than so many characters. First cells lose their beginning, for the end of a name or an
    /// ARN says more, until little is left of them; then the last columns are cut off.
    mutating func fit(_ columns: Int) {
        self.columns = columns
        let others = widths.dropFirst().reduce(0) { $0 + $1 + 2 }
        let room = max(Self.leastFirstWidth, columns - others)
        guard widths[0] > room else { return }
        widths[0] = room
        rows = rows.map { row in
            row[0].count > room ? ["…" + row[0].suffix(room - 1)] + row.dropFirst() : row
        }
    }

    /// As much of a name as tells it from most others.
    private static let leastFirstWidth = 20

    /// The lines of the rows that were added since the last time; before the first rows, the head.
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
    /// The text with spaces for line breaks and other control characters: nothing in it acts on a terminal.
    var onOneLine: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
