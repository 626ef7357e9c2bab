/// What there is to know of an event that is in the queue, but its content.
public struct EventSummary: Hashable, Sendable {
    /// Its number: counts up, and is never used again.
    public let number: Int
    /// What handles it: an ARN.
    public var target: String
    /// What it follows from: an ARN; empty for what was asked for by itself.
    public var source: String
    /// The id that the caller was told.
    public var requestID: String
    /// The length of the message, in bytes.
    public var payloadBytes: Int
    /// When it was asked for, in milliseconds since 1970.
    public var acceptedMilliseconds: Int64
    /// When it is next tried, in milliseconds since 1970.
    public var dueMilliseconds: Int64
    /// How often it was tried.
    public var attempts: Int
    /// How many of the attempts were retries after an error of the handler's own.
    public var retries: Int
    /// Why it waits; empty for what was never tried.
    public var reason: String
    /// Whether it is being handled at this moment.
    public var isInFlight = false
}
