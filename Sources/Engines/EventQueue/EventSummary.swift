/// An event of the queue without its payload.
public struct EventSummary: Hashable, Sendable {
    /// Its number: counts up, and is never reused.
    public let number: Int
    /// The ARN of its target.
    public var target: String
    /// The ARN of the target whose event caused it; empty for an event that a caller sent.
    public var source: String
    /// The request id that the caller received.
    public var requestID: String
    /// The length of the payload, in bytes.
    public var payloadBytes: Int
    /// When it was accepted, in milliseconds since 1970.
    public var acceptedMilliseconds: Int64
    /// When it is next tried, in milliseconds since 1970.
    public var dueMilliseconds: Int64
    /// How often it was tried.
    public var attempts: Int
    /// How many of the attempts were retries after an error of the target.
    public var retries: Int
    /// Why it waits; empty before the first attempt.
    public var reason: String
    /// Whether an attempt is in flight.
    public var isInFlight = false
}
