extension EventQueue {
    /// Events in the order in which they were accepted.
    ///
    /// - Parameters:
    ///   - target: Only those of this target; `nil` for all.
    ///   - number: Only events after this one: where the next page starts.
    ///   - limit: At most this many.
    public func list(target: String? = nil, after number: Int = 0, limit: Int) throws -> [QueuedEvent] {
        try store.list(target: target, after: number, limit: limit)
    }

    /// The number of events and the acceptance time of the oldest, by target.
    public func counts() throws -> [(target: String, count: Int, oldestMilliseconds: Int64)] { try store.counts() }

    /// The targets that have events.
    public func targets() throws -> [String] { try store.heads().keys.sorted() }

    /// The sources of the events that have one.
    public func sources() throws -> [String] { try store.sources() }

    /// Summaries of events, without their payloads, in the order in which they were accepted.
    ///
    /// - Parameters:
    ///   - after: Only events after this one: where the next page starts.
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

    /// Deletes events. Attempts in flight are not interrupted, and their follow-up events are dropped.
    ///
    /// - Returns: How many events were deleted.
    public func purge(_ selection: EventSelection = EventSelection()) throws -> Int { try store.purge(selection) }
}
