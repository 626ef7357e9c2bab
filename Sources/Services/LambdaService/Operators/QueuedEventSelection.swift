internal import EventQueue

/// Selects events of the queue.
struct QueuedEventSelection: Hashable, Sendable {
    /// Only events of this function, by name or ARN, and their follow-ups, such as messages to its destinations; `nil`
    /// for all of the caller's account and region.
    var functionName: String?
    /// Only the event with this number, or those of one request; `nil` for all.
    var identity: EventSelection.Identity?

    /// Selects events.
    init(functionName: String? = nil, identity: EventSelection.Identity? = nil) {
        self.functionName = functionName
        self.identity = identity
    }
}
