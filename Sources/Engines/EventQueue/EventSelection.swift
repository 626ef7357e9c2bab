/// Selects events of a queue. A property that is `nil` selects all.
public struct EventSelection: Hashable, Sendable {
    /// One event, or the events of one request.
    public enum Identity: Hashable, Sendable {
        /// The event with this number.
        case number(Int)
        /// The event that was accepted with this request id, and its follow-up events.
        case request(String)
    }

    /// The events of these targets, and those that come from ``sources``.
    public var targets: [String]?
    /// In addition to those of ``targets``: the follow-up events of these sources.
    public var sources: [String]
    /// Only these of the selected events.
    public var identity: Identity?

    /// Selects events; all by default.
    public init(targets: [String]? = nil, sources: [String] = [], identity: Identity? = nil) {
        self.targets = targets
        self.sources = sources
        self.identity = identity
    }
}
