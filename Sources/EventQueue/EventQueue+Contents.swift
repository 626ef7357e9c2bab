extension EventQueue {
    /// Events in the order in which they were accepted.
    ///
    /// - Parameters:
    ///   - target: Only those of this target; `nil` for all.
    ///   - number: Where the list goes on: only events after this one.
    ///   - limit: At most this many.
    public func list(target: String? = nil, after number: Int = 0, limit: Int) throws -> [QueuedEvent] {
        try store.list(target: target, after: number, limit: limit)
    }

    /// How many events there are, and when the oldest of them was accepted, by target.
    public func counts() throws -> [(target: String, count: Int, oldestMilliseconds: Int64)] { try store.counts() }

    /// The targets that have events.
    public func targets() throws -> [String] { try store.heads().keys.sorted() }

    /// What there is to know of events but their content, in the order in which they were accepted.
    ///
    /// - Parameters:
    ///   - targets: Those of these targets.
    ///   - number: Only this one; `nil` for all.
    ///   - after: Where the list goes on: only events after this one.
    ///   - limit: At most this many.
    public func summaries(
        targets: [String], number: Int? = nil, after: Int = 0, limit: Int
    ) throws -> [EventSummary] {
        let first = number.map { max(after, $0 - 1) } ?? after
        let found = try store.summaries(targets: targets, after: first, upTo: number ?? .max, limit: limit)
        let inHand = eventsInHand
        return found.map { summary in
            var summary = summary
            summary.isInHand = inHand.contains(summary.number)
            return summary
        }
    }

    /// Deletes events: all, those of some targets, or one. What is being handled is not interrupted, and nothing
    /// follows from it.
    ///
    /// - Returns: How many.
    public func purge(targets: [String]? = nil, number: Int? = nil) throws -> Int {
        try store.purge(targets: targets, number: number)
    }
}
