/// An event to handle asynchronously: an invocation of a function, or a message for a destination.
public struct NewEvent: Hashable, Sendable {
    /// The ARN of its target. Events of one target are fetched in the order in which they are due.
    public var target: String
    /// The request id that the caller received.
    public var requestID: String
    /// The payload.
    public var payload: [UInt8]
    /// Further data for the handler, under names that the handler chooses.
    public var attributes: [String: String]
    /// The ARN of the target whose event caused it; empty for an event that a caller sent.
    public var source: String
    /// When it was accepted, in milliseconds since 1970. Its age counts from then.
    public var acceptedMilliseconds: Int64

    /// Describes an event.
    public init(
        target: String, requestID: String, payload: [UInt8], attributes: [String: String] = [:], source: String = "",
        acceptedMilliseconds: Int64
    ) {
        self.target = target
        self.requestID = requestID
        self.payload = payload
        self.attributes = attributes
        self.source = source
        self.acceptedMilliseconds = acceptedMilliseconds
    }
}

/// An event that is in the queue.
public struct QueuedEvent: Hashable, Sendable {
    /// Its number: counts up, and is never reused.
    public let number: Int
    /// What was accepted.
    public var event: NewEvent
    /// Identifies the delivery: the same at each attempt, and after a crash. Its target tells by it that it has taken
    /// the event already. The number alone would be used again by a queue that was made anew.
    public var deliveryID: String { "\(event.requestID)/\(number)" }
    /// When it is next tried, in milliseconds since 1970.
    public var dueMilliseconds: Int64
    /// How often it was tried.
    public var attempts: Int
    /// How many of the attempts were retries after an error of the target, as opposed to throttling or delivery errors.
    public var retries: Int
    /// Why it waits; empty before the first attempt.
    public var reason: String

    /// Describes an event of the queue.
    public init(
        number: Int, event: NewEvent, dueMilliseconds: Int64, attempts: Int = 0, retries: Int = 0, reason: String = ""
    ) {
        self.number = number
        self.event = event
        self.dueMilliseconds = dueMilliseconds
        self.attempts = attempts
        self.retries = retries
        self.reason = reason
    }
}

/// The outcome of an attempt.
public enum EventVerdict: Hashable, Sendable {
    /// The event is finished. Its follow-up events are added to the queue in the same transaction.
    case finished(followUps: [NewEvent] = [])
    /// It is tried again later.
    ///
    /// - Parameters:
    ///   - untilMilliseconds: When, in milliseconds since 1970.
    ///   - isRetry: Whether the target failed, which counts as a retry. If not, the event could not be tried, as when
    ///     it was throttled.
    ///   - reason: A message for operators.
    case postponed(untilMilliseconds: Int64, isRetry: Bool, reason: String)
}

/// Handles events.
public protocol EventHandler: Sendable {
    /// Tries an event once. Does not block.
    ///
    /// - Parameter answer: Must be called once, on any thread.
    func handle(_ event: QueuedEvent, _ answer: @escaping @Sendable (EventVerdict) -> Void)

    /// A follow-up event was dropped, because the queue is at its size limit.
    func didDropFollowUp(of event: QueuedEvent)
}
