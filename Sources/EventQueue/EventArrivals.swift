internal import SQLite

/// The events that a transaction adds. It looks each target up once.
struct EventArrivals: Sendable {
    /// The targets that have new events, and their numbers.
    private(set) var targets: [String: Int] = [:]
    /// How many of them were not known before.
    private(set) var newTargetCount = 0

    mutating func add(_ event: NewEvent, _ connection: borrowing Connection) throws(SQLiteError) {
        let target = try number(of: event.target, connection)
        try connection.run(
            """
            INSERT INTO event (target, due, accepted, request_id, attributes, payload) VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(target), .integer(Int(event.acceptedMilliseconds)),
                .integer(Int(event.acceptedMilliseconds)), .text(event.requestID),
                .text(EventAttributes.encode(event.attributes)), .blob(event.payload),
            ])
    }

    private mutating func number(
        of target: String, _ connection: borrowing Connection
    ) throws(SQLiteError) -> Int {
        if let number = targets[target] { return number }
        newTargetCount += try connection.run(
            "INSERT INTO target (name) VALUES (?) ON CONFLICT DO NOTHING", [.text(target)])
        let number = try connection.first("SELECT id FROM target WHERE name = ?", [.text(target)]) { $0.integer(0) }
        targets[target] = number
        return number ?? 0
    }
}
