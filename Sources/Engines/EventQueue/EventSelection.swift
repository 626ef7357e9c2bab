/// Which events of a queue are meant. What is not said does not matter.
public struct EventSelection: Hashable, Sendable {
    /// One event, or a few that belong together.
    public enum Identity: Hashable, Sendable {
        /// The event with this number.
        case number(Int)
        /// The event that a caller was told this id of, and what follows from it.
        case request(String)
    }

    /// Those that these handle, with those that follow from what is in ``sources``.
    public var targets: [String]?
    /// Beside those of ``targets``: those that follow from what these have handled.
    public var sources: [String]
    /// Of them, these only.
    public var identity: Identity?

    /// Selects events; all, where nothing is said.
    public init(targets: [String]? = nil, sources: [String] = [], identity: Identity? = nil) {
        self.targets = targets
        self.sources = sources
        self.identity = identity
    }
}
