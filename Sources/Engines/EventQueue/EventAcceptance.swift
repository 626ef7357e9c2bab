public import Store

/// What became of an event that was to be accepted.
public enum EventAcceptance: Sendable {
    /// It is on the disk, and will be handled at least once.
    case stored
    /// The queue is full, or is shutting down.
    case refused
    /// It could not be written.
    case failed(StoreError)
}
