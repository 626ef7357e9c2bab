internal import Store
internal import Synchronization

/// The queue's database.
final class EventStore: Sendable {
    /// A change that is made in the next transaction.
    enum Change: Sendable {
        /// A new event.
        case add(NewEvent)
        /// An event is finished; its follow-up events are added.
        case finish(number: Int, followUps: [NewEvent])
        /// An event is tried again at a moment.
        case postpone(number: Int, untilMilliseconds: Int64, isRetry: Bool, reason: String)

        /// The target of a new event.
        var newTarget: String? { if case .add(let event) = self { event.target } else { nil } }
    }

    let database: Database
    private let newTargetCount = Mutex(0)

    /// Targets without events are deleted after this many new ones, so that the table stays near the number in use.
    static let targetsBetweenPruning = 1_000

    /// Uses the rows in a database that has the migrations of ``EventSchema``.
    init(_ database: Database) {
        self.database = database
        // On a full disk they stay, and the queue works all the same.
        try? database.write { connection throws(StoreError) in try Self.prune(connection) }
    }

    /// Deletes the targets that have no events and are no event's source.
    private static func prune(_ connection: borrowing Connection) throws(StoreError) {
        try connection.run(
            "DELETE FROM target WHERE count = 0 AND NOT EXISTS (SELECT 1 FROM event WHERE source = target.id)")
    }

    /// How many targets are known.
    func targetCount() throws(StoreError) -> Int {
        try database.read { connection throws(StoreError) in
            try connection.first("SELECT count(*) FROM target") { $0.integer(0) } ?? 0
        }
    }

    /// Makes all changes durable, or none.
    ///
    /// - Returns: The targets that have new events.
    func apply(_ changes: [Change]) throws(StoreError) -> Set<String> {
        let known = newTargetCount.withLock(\.self)
        let (arrivals, isPruned) = try database.write { connection throws(StoreError) in
            var arrivals = EventArrivals()
            for change in changes {
                switch change {
                case .add(let event):
                    try arrivals.add(event, connection)
                case .finish(let number, let followUps):
                    // The event was purged meanwhile: its follow-up events are dropped.
                    let count = try connection.run("DELETE FROM event WHERE number = ?", [.integer(number)])
                    guard count > 0 else { continue }
                    for event in followUps { try arrivals.add(event, connection) }
                case .postpone(let number, let due, let isRetry, let reason):
                    try connection.run(
                        """
                        UPDATE event SET due = ?, attempts = attempts + 1, retries = retries + ?, reason = ?
                        WHERE number = ?
                        """, [.integer(Int(due)), .integer(isRetry ? 1 : 0), .text(reason), .integer(number)])
                }
            }
            let isFull = known + arrivals.newTargetCount >= Self.targetsBetweenPruning
            if isFull { try Self.prune(connection) }
            return (arrivals, isFull)
        }
        // Others may have been added meanwhile.
        didAddTargets(isPruned ? -known : arrivals.newTargetCount)
        return Set(arrivals.targets.keys)
    }

    /// Counts targets that are new to the database, so that old ones are deleted in time.
    func didAddTargets(_ count: Int) { newTargetCount.withLock { $0 += count } }

    /// Bytes that events take on the disk: at most, so that what is reserved for one is what it is counted as.
    func usedBytes() throws(StoreError) -> Int {
        try database.read { connection throws(StoreError) in
            try connection.first("SELECT coalesce(sum(bytes), 0) FROM target") { $0.integer(0) } ?? 0
        }
    }

    /// The same, by target, of those that have events.
    func usedBytesByTarget() throws(StoreError) -> [String: Int] {
        let rows = try database.read { connection throws(StoreError) in
            try connection.all("SELECT name, bytes FROM target WHERE count > 0") { ($0.text(0), $0.integer(1)) }
        }
        return Dictionary(rows) { first, _ in first }
    }

    /// The same, of some targets.
    func usedBytes(of targets: Set<String>) throws(StoreError) -> [String: Int] {
        try database.read { connection throws(StoreError) in
            var used: [String: Int] = [:]
            for target in targets {
                used[target] =
                    try connection.first("SELECT bytes FROM target WHERE name = ?", [.text(target)]) { $0.integer(0) }
                    ?? 0
            }
            return used
        }
    }

    /// The numbers of a target's events in the order in which they are due.
    ///
    /// - Parameters:
    ///   - milliseconds: Only those that are due by then.
    ///   - limit: At most this many.
    func due(for target: String, byMilliseconds milliseconds: Int64, limit: Int) throws(StoreError) -> [Int] {
        try database.read { connection throws(StoreError) in
            try connection.all(
                """
                SELECT number FROM event WHERE target = (SELECT id FROM target WHERE name = ?) AND due <= ?
                ORDER BY due, number LIMIT ?
                """, [.text(target), .integer(Int(milliseconds)), .integer(limit)]
            ) { $0.integer(0) }
        }
    }

    /// An event; `nil` when it is finished or was deleted.
    func event(_ number: Int) throws(StoreError) -> QueuedEvent? {
        try events("WHERE number = ?", [.integer(number)]).first
    }

    /// When the next event of a target is due after a moment; `nil` when there is none.
    func nextDue(for target: String, afterMilliseconds milliseconds: Int64) throws(StoreError) -> Int64? {
        try database.read { connection throws(StoreError) in
            try connection.first(
                """
                SELECT due FROM event WHERE target = (SELECT id FROM target WHERE name = ?) AND due > ?
                ORDER BY due LIMIT 1
                """, [.text(target), .integer(Int(milliseconds))]
            ) { Int64($0.integer(0)) }
        }
    }

    /// Every event in the order of its number, page by page.
    func list(target: String?, after number: Int, limit: Int) throws(StoreError) -> [QueuedEvent] {
        try events(
            "WHERE name = coalesce(?, name) AND number > ? ORDER BY number LIMIT ?",
            [target.map { .text($0) } ?? .null, .integer(number), .integer(limit)])
    }

    /// The targets that have events, each with the moment at which the first of them is due.
    func heads() throws(StoreError) -> [String: Int64] {
        let rows = try database.read { connection throws(StoreError) in
            try connection.all(
                """
                SELECT name, (SELECT due FROM event WHERE target = target.id ORDER BY due LIMIT 1)
                FROM target WHERE count > 0
                """
            ) { $0.isNull(1) ? nil : ($0.text(0), Int64($0.integer(1))) }
        }
        return Dictionary(rows.compactMap(\.self)) { first, _ in first }
    }

    /// The number of events and the acceptance time of the oldest, by target.
    func counts() throws(StoreError) -> [(target: String, count: Int, oldestMilliseconds: Int64)] {
        try database.read { connection throws(StoreError) in
            try connection.all(
                """
                SELECT name, count, (SELECT accepted FROM event WHERE target = target.id ORDER BY number LIMIT 1)
                FROM target WHERE count > 0
                """
            ) { ($0.text(0), $0.integer(1), Int64($0.integer(2))) }
        }
    }

    private func events(_ condition: String, _ values: [StoreValue]) throws(StoreError) -> [QueuedEvent] {
        let sql = """
            SELECT number, name, request_id, payload, attributes, accepted, due, attempts, retries, reason,
                (SELECT name FROM target AS origin WHERE origin.id = event.source)
            FROM target JOIN event ON event.target = target.id \(condition)
            """
        return try database.read { connection throws(StoreError) in
            try connection.all(sql, values) { row in
                QueuedEvent(
                    number: row.integer(0),
                    event: NewEvent(
                        target: row.text(1), requestID: row.text(2), payload: row.blob(3),
                        attributes: EventAttributes.decode(row.text(4)), source: row.isNull(10) ? "" : row.text(10),
                        acceptedMilliseconds: Int64(row.integer(5))),
                    dueMilliseconds: Int64(row.integer(6)), attempts: row.integer(7), retries: row.integer(8),
                    reason: row.text(9))
            }
        }
    }
}

extension NewEvent {
    /// The most bytes that the event takes on the disk: the queue's limit is in these.
    ///
    /// Source: "Database File Format", section 1.6, sqlite.org. A row shares a page with others as long as it fits, so
    /// that a page may be half empty; a longer one has pages of its own, and a part in such a page.
    var diskBytes: Int {
        // Twice, because names are in an index too, and attributes may be escaped.
        let text = attributes.reduce(requestID.utf8.count + target.utf8.count + source.utf8.count) {
            $0 + $1.key.utf8.count + $1.value.utf8.count + 1
        }
        let row = payload.count + 2 * text
        return row + row / 1_000 + min(row, 2 * Self.pageBytes) + Self.indexBytes
    }

    private static let pageBytes = 4_096
    /// The numbers of an event, in its row and in three indexes, in pages that may be half empty.
    private static let indexBytes = 400
}
