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
    public func purge(_ selection: EventSelection = EventSelection()) throws -> Int {
        let count = try store.purge(selection)
        if count > 0 { didPurge() }
        return count
    }

    /// Makes waiting events due now.
    ///
    /// - Returns: How many waited.
    public func makeDue(_ selection: EventSelection = EventSelection()) throws -> Int {
        let count = try store.makeDue(selection, nowMilliseconds: clock())
        schedule(try store.heads())
        return count
    }

    /// Has events of some targets tried again at the start, which they would otherwise wait for.
    func retryAfterRestart(_ isRetried: (_ target: String) -> Bool) {
        do {
            let targets = try store.heads().keys.filter(isRetried)
            guard !targets.isEmpty else { return }
            let selection = EventSelection(targets: targets)
            _ = try store.makeDue(selection, nowMilliseconds: clock(), forgettingReasons: true)
            schedule(try store.heads())
        } catch {
            // They are tried when they are due: the disk may be full.
        }
    }
}
