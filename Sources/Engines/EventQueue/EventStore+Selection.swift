internal import SQLite

/// The operators' queries and changes. They use indexes where they can, and several short transactions.
extension EventStore {
    /// Summaries of events, without their payloads, in the order of their numbers.
    ///
    /// The rows are scanned in that order for any targets, so that reading all pages costs one scan.
    func summaries(_ selection: EventSelection, after: Int, limit: Int) throws(SQLiteError) -> [EventSummary] {
        let numbers = try selection.identity.map { identity throws(SQLiteError) in try self.numbers(of: identity) }
        let sql = """
            SELECT number, target, source, request_id, length(payload), accepted, due, attempts, retries, reason
            FROM event
            WHERE number > ?1 AND (+target IN (SELECT value FROM json_each(?2))
                OR +source IN (SELECT value FROM json_each(?3)))
            \(numbers == nil ? "" : "AND number IN (SELECT value FROM json_each(?5))") ORDER BY number LIMIT ?4
            """
        return try database.read { connection throws(SQLiteError) in
            let known = try connection.all("SELECT id, name FROM target") { ($0.integer(0), $0.text(1)) }
            let names = Dictionary(known) { first, _ in first }
            func ids(_ wanted: [String]) -> SQLiteValue {
                let wanted = Set(wanted)
                return Self.list(known.filter { wanted.contains($0.1) }.map(\.0))
            }
            let targets = selection.targets.map(ids) ?? Self.list(known.map(\.0))
            var values: [SQLiteValue] = [.integer(after), targets, ids(selection.sources), .integer(limit)]
            if let numbers { values.append(Self.list(numbers)) }
            return try connection.all(sql, values) { row in
                EventSummary(
                    number: row.integer(0), target: names[row.integer(1)] ?? "",
                    source: row.isNull(2) ? "" : names[row.integer(2)] ?? "", requestID: row.text(3),
                    payloadBytes: row.integer(4), acceptedMilliseconds: Int64(row.integer(5)),
                    dueMilliseconds: Int64(row.integer(6)), attempts: row.integer(7), retries: row.integer(8),
                    reason: row.text(9))
            }
        }
    }

    /// The sources of the events that have one.
    func sources() throws(SQLiteError) -> [String] {
        try database.read { connection throws(SQLiteError) in
            try connection.all(
                "SELECT name FROM target WHERE EXISTS (SELECT 1 FROM event WHERE source = target.id) ORDER BY name"
            ) { $0.text(0) }
        }
    }

    /// Makes events due at once.
    ///
    /// - Returns: How many were changed.
    func makeDue(_ selection: EventSelection, nowMilliseconds: Int64) throws(SQLiteError) -> Int {
        let now = SQLiteValue.integer(Int(nowMilliseconds))
        return try change("UPDATE event SET due = ?", [now], where: "due > ?", now, selection)
    }

    /// Deletes events.
    ///
    /// - Returns: How many were deleted.
    func purge(_ selection: EventSelection) throws(SQLiteError) -> Int {
        // Events that are accepted meanwhile stay, so that the deletion ends.
        try change("DELETE FROM event", [], where: "number <= ?", .integer(try lastNumber()), selection)
    }

    /// Changes events in several transactions, so that a writer of new events waits for one of them at most.
    private func change(
        _ verb: String, _ values: [SQLiteValue], where condition: String, _ bound: SQLiteValue,
        _ selection: EventSelection
    ) throws(SQLiteError) -> Int {
        var total = 0
        for (part, value) in try parts(of: selection) {
            let sql = """
                \(verb) WHERE number IN (
                    SELECT number FROM event WHERE \(condition) AND \(part) LIMIT \(Self.batch))
                """
            var count = Self.batch
            while count == Self.batch {
                count = try database.write { connection throws(SQLiteError) in
                    try connection.run(sql, values + [bound, value])
                }
                total += count
            }
        }
        return total
    }

    /// Conditions that an index serves, with their values; their union is the selection.
    private func parts(of selection: EventSelection) throws(SQLiteError) -> [(sql: String, value: SQLiteValue)] {
        if selection.identity != nil {
            let found = try summaries(selection, after: 0, limit: Self.batch).map(\.number)
            return [("number IN (SELECT value FROM json_each(?))", Self.list(found))]
        }
        let ofTarget = "target IN (SELECT id FROM target WHERE name = ifnull(?, name))"
        guard let targets = selection.targets else { return [(ofTarget, .null)] }
        return targets.map { (ofTarget, .text($0)) }
            + selection.sources.map { ("source = (SELECT id FROM target WHERE name = ?)", .text($0)) }
    }

    /// Events that are changed in one transaction: about ten milliseconds of work.
    private static let batch = 5_000

    /// The numbers of the events with an identity.
    private func numbers(of identity: EventSelection.Identity) throws(SQLiteError) -> [Int] {
        switch identity {
        case .number(let number): [number]
        case .request(let id): try numbers(ofRequest: id)
        }
    }

    /// Scans for a request id. Request ids have no index: each accepted event would pay for it, most with a long queue,
    /// and only operators look them up.
    private func numbers(ofRequest id: String) throws(SQLiteError) -> [Int] {
        let sql = """
            SELECT max(number), group_concat(CASE WHEN request_id = ? THEN number END)
            FROM (SELECT number, request_id FROM event WHERE number > ? ORDER BY number LIMIT \(Self.step))
            """
        let last = try lastNumber()
        var found: [Int] = []
        var after = 0
        // Step by step: a long read transaction keeps the write-ahead log from being reset.
        while after < last {
            let values: [SQLiteValue] = [.text(id), .integer(after)]
            let step = try database.read { connection throws(SQLiteError) in
                try connection.first(sql, values) {
                    ($0.isNull(0) ? nil : $0.integer(0), $0.isNull(1) ? "" : $0.text(1))
                }
            }
            guard let step, let end = step.0 else { break }
            found += step.1.split(separator: ",").compactMap { Int($0) }
            after = end
        }
        return found
    }

    /// Events that are scanned in one transaction.
    private static let step = 50_000

    private func lastNumber() throws(SQLiteError) -> Int {
        try database.read { connection throws(SQLiteError) in
            try connection.first("SELECT ifnull(max(number), 0) FROM event") { $0.integer(0) } ?? 0
        }
    }

    private static func list(_ numbers: [Int]) -> SQLiteValue {
        .text("[\(numbers.map { "\($0)" }.joined(separator: ","))]")
    }
}
