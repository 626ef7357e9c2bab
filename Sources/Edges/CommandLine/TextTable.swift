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

    /// Limits lines to so many characters: leaves out columns until the first one has `minimumFirstWidth`, or what it
    /// needs, and cuts its cells in the middle where that is still too little: names often differ at their ends, and
    /// those of one project begin alike.
    ///
    /// - Parameter order: the heads of the columns that may be left out, the least important first.
    mutating func fit(_ columns: Int, leavingOut order: [String] = []) {
        self.columns = columns
        for name in order where columns - othersWidth < min(widths[0], Self.minimumFirstWidth) {
            guard let column = head?.firstIndex(of: name) else { continue }
            head?.remove(at: column)
            widths.remove(at: column)
            rows = rows.map { row in
                var row = row
                row.remove(at: column)
                return row
            }
        }
        let room = max(Self.minimumFirstWidth, columns - othersWidth)
        guard widths[0] > room else { return }
        widths[0] = room
        rows = rows.map { [$0[0].cutInTheMiddle(to: room)] + $0.dropFirst() }
    }

    /// What the columns behind the first one take, with the gaps before them.
    private var othersWidth: Int { widths.dropFirst().reduce(0) { $0 + $1 + 2 } }

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
        return padded.joined(separator: "  ").cut(to: columns)
    }
}

extension String {
    /// The text, with an ellipsis for the end where it is longer than so many characters.
    func cut(to count: Int) -> String { self.count > count ? prefix(max(0, count - 1)) + "…" : self }

    /// The text, with an ellipsis for its middle where it is longer than so many characters.
    func cutInTheMiddle(to count: Int) -> String {
        guard self.count > count else { return self }
        let start = max(0, count - 1) / 2
        return prefix(start) + "…" + suffix(max(0, count - 1 - start))
    }

    /// The text with spaces for line breaks and other control characters, safe to print on a terminal.
    var onOneLine: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
