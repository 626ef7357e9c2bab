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

    /// What the events follow from that follow from something.
    public func sources() throws -> [String] { try store.sources() }

    /// What there is to know of events but their content, in the order in which they were accepted.
    ///
    /// - Parameters:
    ///   - after: Where the list goes on: only events after this one.
    ///   - limit: At most this many.
    public func summaries(_ selection: EventSelection, after: Int = 0, limit: Int) throws -> [EventSummary] {
        let found = try store.summaries(selection, after: after, limit: limit)
        let inFlight = eventsInFlight
        return found.map { summary in
            var summary = summary
            summary.isInFlight = inFlight.contains(summary.number)
            return summary
        }
    }

    /// Deletes events. What is being handled is not interrupted, and nothing follows from it.
    ///
    /// - Returns: How many.
    public func purge(_ selection: EventSelection = EventSelection()) throws -> Int { try store.purge(selection) }
}
