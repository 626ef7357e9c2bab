internal import Store

/// The events that one transaction adds. It looks each target and source up once.
struct EventArrivals: Sendable {
    /// The targets that have new events, with their row ids.
    private(set) var targets: [String: Int] = [:]
    /// How many targets and sources are new to the database.
    private(set) var newTargetCount = 0
    /// The sources of new events, with their row ids; they are rows of the same table as targets.
    private var sources: [String: Int] = [:]

    /// Inserts an event.
    mutating func add(_ event: NewEvent, _ connection: borrowing Connection) throws(StoreError) {
        let target = try number(of: event.target, in: \.targets, connection)
        let source =
            event.source.isEmpty ? nil : try number(of: event.source, in: \.sources, connection)
        try connection.run(
            """
            INSERT INTO event (target, due, accepted, request_id, attributes, payload, source, bytes)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(target), .integer(Int(event.acceptedMilliseconds)),
                .integer(Int(event.acceptedMilliseconds)), .text(event.requestID),
                .text(EventAttributes.encode(event.attributes)), .blob(event.payload),
                source.map { .integer($0) } ?? .null, .integer(event.diskBytes),
            ])
    }

    /// The row id of a target or source; inserts its row when there is none.
    private mutating func number(
        of name: String, in known: WritableKeyPath<EventArrivals, [String: Int]>, _ connection: borrowing Connection
    ) throws(StoreError) -> Int {
        if let number = self[keyPath: known][name] { return number }
        newTargetCount += try connection.run(
            "INSERT INTO target (name) VALUES (?) ON CONFLICT DO NOTHING", [.text(name)])
        let number = try connection.first("SELECT id FROM target WHERE name = ?", [.text(name)]) { $0.integer(0) }
        self[keyPath: known][name] = number
        return number ?? 0
    }
}
