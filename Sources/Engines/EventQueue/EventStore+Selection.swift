internal import Store

/// The operators' queries and changes. They use indexes where they can, and several short transactions.
extension EventStore {
    /// Summaries of events, without their payloads, in the order of their numbers.
    ///
    /// The rows are scanned in that order for any targets, so that reading all pages costs one scan.
    func summaries(_ selection: EventSelection, after: Int, limit: Int) throws(StoreError) -> [EventSummary] {
        let numbers = try selection.identity.map { identity throws(StoreError) in try self.numbers(of: identity) }
        return try database.read { connection throws(StoreError) in
            let known = try connection.all("SELECT id, name FROM target") { ($0.integer(0), $0.text(1)) }
            let names = Dictionary(known) { first, _ in first }
            func ids(_ wanted: [String]) -> String {
                let wanted = Set(wanted)
                return Self.list(known.filter { wanted.contains($0.1) }.map(\.0))
            }
            // A plus keeps the indexes of targets and sources out of it.
            let ofTargets = selection.targets.map { targets in
                "AND (+target IN \(ids(targets)) OR +source IN \(ids(selection.sources)))"
            }
            let sql = """
                SELECT number, target, source, request_id, length(payload), accepted, due, attempts, retries, reason
                FROM event WHERE number > ? \(ofTargets ?? "")
                \(numbers.map { "AND number IN \(Self.list($0))" } ?? "") ORDER BY number LIMIT ?
                """
            return try connection.all(sql, [.integer(after), .integer(limit)]) { row in
                EventSummary(
                    number: row.integer(0), target: names[row.integer(1)] ?? "",
                    source: row.optionalInteger(2).flatMap { names[$0] } ?? "", requestID: row.text(3),
                    payloadBytes: row.integer(4), acceptedMilliseconds: Int64(row.integer(5)),
                    dueMilliseconds: Int64(row.integer(6)), attempts: row.integer(7), retries: row.integer(8),
                    reason: row.text(9))
            }
        }
    }

    /// The sources of the events that have one.
    func sources() throws(StoreError) -> [String] {
        try database.read { connection throws(StoreError) in
            try connection.all(
                "SELECT name FROM target WHERE EXISTS (SELECT 1 FROM event WHERE source = target.id) ORDER BY name"
            ) { $0.text(0) }
        }
    }

    /// Makes events due at once.
    ///
    /// - Parameter forgettingReasons: whether the reasons of their last failures are deleted.
    /// - Returns: How many were changed.
    func makeDue(
        _ selection: EventSelection, nowMilliseconds: Int64, forgettingReasons: Bool = false
    ) throws(StoreError) -> Int {
        let now = StoreValue.integer(Int(nowMilliseconds))
        let verb = "UPDATE event SET due = ?\(forgettingReasons ? ", reason = ''" : "")"
        return try change(verb, [now], where: "due > ?", now, selection)
    }

    /// Deletes events.
    ///
    /// - Returns: How many were deleted.
    func purge(_ selection: EventSelection) throws(StoreError) -> Int {
        // Events that are accepted meanwhile stay, so that the deletion ends.
        try change("DELETE FROM event", [], where: "number <= ?", .integer(try lastNumber()), selection)
    }

    /// Changes events in several transactions, so that a writer of new events waits for one of them at most.
    private func change(
        _ verb: String, _ values: [StoreValue], where condition: String, _ bound: StoreValue,
        _ selection: EventSelection
    ) throws(StoreError) -> Int {
        var total = 0
        for (part, found) in try parts(of: selection) {
            let sql = """
                \(verb) WHERE number IN (
                    SELECT number FROM event WHERE \(condition) AND \(part) LIMIT \(Self.batch))
                """
            var count = Self.batch
            while count == Self.batch {
                count = try database.write { connection throws(StoreError) in
                    try connection.run(sql, values + [bound] + found)
                }
                total += count
            }
        }
        return total
    }

    /// Conditions that an index serves, with their values; their union is the selection.
    private func parts(of selection: EventSelection) throws(StoreError) -> [(sql: String, values: [StoreValue])] {
        if selection.identity != nil {
            let found = try summaries(selection, after: 0, limit: Self.batch).map(\.number)
            return [("number IN \(Self.list(found))", [])]
        }
        let ofTarget = "target = (SELECT id FROM target WHERE name = ?)"
        guard let targets = selection.targets else { return [("true", [])] }
        return targets.map { (ofTarget, [.text($0)]) }
            + selection.sources.map { ("source = (SELECT id FROM target WHERE name = ?)", [.text($0)]) }
    }

    /// Events that are changed in one transaction: about ten milliseconds of work.
    private static let batch = 5_000

    /// The numbers of the events with an identity.
    private func numbers(of identity: EventSelection.Identity) throws(StoreError) -> [Int] {
        switch identity {
        case .number(let number): [number]
        case .request(let id): try numbers(ofRequest: id)
        }
    }

    /// Scans for a request id. Request ids have no index: each accepted event would pay for it, most with a long queue,
    /// and only operators look them up.
    private func numbers(ofRequest id: String) throws(StoreError) -> [Int] {
        let scanned =
            "(SELECT number, request_id FROM event WHERE number > ? ORDER BY number LIMIT \(Self.step)) AS part"
        let last = try lastNumber()
        var found: [Int] = []
        var after = 0
        // Step by step: a long read transaction keeps the write-ahead log from being reset.
        while after < last {
            let start = StoreValue.integer(after)
            let step = try database.read { connection throws(StoreError) in
                let numbers = try connection.all(
                    "SELECT number FROM \(scanned) WHERE request_id = ?", [start, .text(id)]
                ) { $0.integer(0) }
                let end = try connection.first("SELECT max(number) FROM \(scanned)", [start]) { $0.optionalInteger(0) }
                return (numbers: numbers, end: end ?? nil)
            }
            found += step.numbers
            guard let end = step.end else { break }
            after = end
        }
        return found
    }

    /// Events that are scanned in one transaction.
    private static let step = 50_000

    private func lastNumber() throws(StoreError) -> Int {
        try database.read { connection throws(StoreError) in
            try connection.first("SELECT coalesce(max(number), 0) FROM event") { $0.integer(0) } ?? 0
        }
    }

    /// Row ids, of which there is no parameter in what both engines take. NULL, so that the list is never empty.
    private static func list(_ numbers: [Int]) -> String {
        "(\((["NULL"] + numbers.map(String.init)).joined(separator: ", ")))"
    }
}
