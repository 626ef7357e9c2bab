internal import AWSProtocol
internal import LinuxSystem

extension TopSnapshot {
    /// The snapshot as lines of text.
    ///
    /// - Parameter size: The terminal's size: the busiest functions and the longest queues that fit are shown, and a
    ///   last line counts the omitted ones. `nil` shows all.
    func lines(_ style: TextStyle, within size: Terminal.Size? = nil) -> [String] {
        let queues = queues
        let layout = Layout(functions: rows.count, queues: queues.count, rows: size?.rows)
        var functionTable = TextTable(
            ["FUNCTION", "STARTING", "BUSY", "IDLE", "FROZEN", "MEMORY", "INV/S", "ERR/S", "THR/S", "INVOCATIONS"])
        let places = Set(rows.map { "\($0.function.text("account"))/\($0.function.text("region"))" })
        for row in rows.prefix(layout.functions) { functionTable.add(row.cells(isQualified: places.count > 1)) }
        var queueTable = TextTable(["QUEUE", "EVENTS", "OLDEST"])
        for queue in queues.prefix(layout.queues) {
            queueTable.add([
                queue.text("target"), "\(Int(queue.number("events")))",
                Quantity.duration(seconds: queue.number("oldestSeconds")),
            ])
        }
        let columns = size?.columns ?? .max
        if size != nil {
            functionTable.fit(columns, leavingOut: Self.leastImportant)
            queueTable.fit(columns, leavingOut: ["OLDEST"])
        }
        var lines = [summary.cut(to: columns)] + functionTable.takeLines(style)
        if layout.queues > 0 { lines += [""] + queueTable.takeLines(style) }
        let omitted = [(rows.count - layout.functions, "function"), (queues.count - layout.queues, "queue")].filter {
            $0.0 > 0
        }
        if layout.hasNote {
            let words = omitted.map { "\($0) \($1)\($0 == 1 ? "" : "s")" }.joined(separator: ", ")
            lines.append("Not shown: \(words)".cut(to: columns))
        }
        return lines
    }

    /// The columns that a narrow terminal does without, the least important first. What runs, how much and whether it
    /// fails remains.
    private static let leastImportant = ["STARTING", "FROZEN", "INVOCATIONS", "IDLE", "THR/S", "MEMORY", "ERR/S"]

    /// The queues, longest first.
    private var queues: [AWSValue] {
        now.values("queues").sorted {
            ($1.number("events"), $0.text("target")) < ($0.number("events"), $1.text("target"))
        }
    }

    /// How many rows of each table fit on the terminal.
    struct Layout: Hashable {
        var functions: Int
        var queues: Int
        /// Whether the last line counts omitted rows.
        var hasNote = false

        /// - Parameter rows: The terminal's height; `nil` for unlimited.
        init(functions: Int, queues: Int, rows: Int?) {
            (self.functions, self.queues) = (functions, queues)
            // Two lines are taken: the summary, and the cursor's.
            guard let rows, Self.lines(functions, head: 1) + Self.lines(queues, head: 2) > rows - 2 else { return }
            hasNote = rows > 2
            let room = max(0, rows - 3)
            // Queues get the rows that functions leave, but at least a third.
            let part = max(room / 3, room - Self.lines(functions, head: 1))
            self.queues = min(queues, max(0, part - 2))
            self.functions = min(functions, max(0, room - Self.lines(self.queues, head: 2) - 1))
        }

        private static func lines(_ rows: Int, head: Int) -> Int { rows == 0 ? 0 : rows + head }
    }
}
