public import Store

/// The outbox of a store: a queue in the store's own database. What follows from a change is an event that is added in
/// the change's transaction, so both are durable, or neither. The queue hands it on until its target has taken it.
extension EventQueue {
    /// The tables of a queue, `event` and `target`: a store that has a queue applies these beside its own.
    public static var migrations: [Migration] { EventSchema.migrations }

    /// Adds events in a transaction of the database that the queue is in. They are handed on when it has committed, and
    /// again, with the same ``QueuedEvent/deliveryID``, if their end could not be written.
    ///
    /// - Throws: ``StoreError/Kind/limitExceeded`` where the queue's limit on the disk is reached.
    public func add(_ events: [NewEvent], in connection: borrowing Connection) throws(StoreError) {
        let bytes = Dictionary(events.map { ($0.target, $0.diskBytes) }, uniquingKeysWith: +)
        guard hasRoom(forBytes: bytes) else {
            throw StoreError(.limitExceeded, code: "outbox", message: "too many events wait for their targets")
        }
        var arrivals = EventArrivals()
        var heads: [String: Int64] = [:]
        for event in events {
            try arrivals.add(event, connection)
            heads[event.target] = min(heads[event.target] ?? .max, event.acceptedMilliseconds)
        }
        connection.afterCommit { [weak self, heads, newTargetCount = arrivals.newTargetCount] in
            self?.store.didAddTargets(newTargetCount)
            self?.schedule(heads, addedBytes: bytes)
        }
    }
}
