internal import AWSProtocol
internal import LinuxSystem

extension TopPicture {
    /// The picture for people.
    ///
    /// - Parameter size: How much there is room for: the busiest functions and the longest queues are shown, and a last
    ///   line says how many are not. All, where it is not known.
    func lines(_ style: TextStyle, within size: Terminal.Size? = nil) -> [String] {
        let queues = queues
        let share = Share(functions: rows.count, queues: queues.count, rows: size?.rows)
        var functionTable = TextTable(
            ["FUNCTION", "STARTING", "BUSY", "IDLE", "FROZEN", "MEMORY", "INV/S", "ERR/S", "THR/S", "INVOCATIONS"])
        let places = Set(rows.map { "\($0.function.text("account"))/\($0.function.text("region"))" })
        for row in rows.prefix(share.functions) { functionTable.add(row.cells(isQualified: places.count > 1)) }
        var queueTable = TextTable(["QUEUE", "EVENTS", "OLDEST"])
        for queue in queues.prefix(share.queues) {
            queueTable.add([
                queue.text("target"), "\(Int(queue.number("events")))",
                Quantity.duration(seconds: queue.number("oldestSeconds")),
            ])
        }
        let columns = size?.columns ?? .max
        if size != nil {
            functionTable.fit(columns)
            queueTable.fit(columns)
        }
        var lines = [String(summary.prefix(columns))] + functionTable.takeLines(style)
        if share.queues > 0 { lines += [""] + queueTable.takeLines(style) }
        let left = [(rows.count - share.functions, "function"), (queues.count - share.queues, "queue")].filter {
            $0.0 > 0
        }
        if share.hasNote {
            let words = left.map { "\($0) \($1)\($0 == 1 ? "" : "s")" }.joined(separator: ", ")
            lines.append(String("Not shown: \(words)".prefix(columns)))
        }
        return lines
    }

    /// The longest first.
    private var queues: [AWSValue] {
        now.values("queues").sorted {
            ($1.number("events"), $0.text("target")) < ($0.number("events"), $1.text("target"))
        }
    }

    /// How many rows of each table there is room for.
    struct Share: Hashable {
        var functions: Int
        var queues: Int
        /// Whether there is a line that says what is not shown.
        var hasNote = false

        /// - Parameter rows: The lines of the terminal; `nil` where there is no end of them.
        init(functions: Int, queues: Int, rows: Int?) {
            (self.functions, self.queues) = (functions, queues)
            // The cursor stands in a line of its own, and the summary has one.
            guard let rows, Self.lines(functions, head: 1) + Self.lines(queues, head: 2) > rows - 2 else { return }
            hasNote = rows > 2
            let room = max(0, rows - 3)
            // Queues get what functions leave, and a third at least.
            let part = max(room / 3, room - Self.lines(functions, head: 1))
            self.queues = min(queues, max(0, part - 2))
            self.functions = min(functions, max(0, room - Self.lines(self.queues, head: 2) - 1))
        }

        private static func lines(_ rows: Int, head: Int) -> Int { rows == 0 ? 0 : rows + head }
    }
}
