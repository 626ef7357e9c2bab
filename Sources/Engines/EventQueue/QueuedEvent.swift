/// Something to be done later, which nobody waits for: to run a function, or to hand a message to a destination.
public struct NewEvent: Hashable, Sendable {
    /// What handles it: an ARN. Events of one target are taken in the order in which they are due.
    public var target: String
    /// The id that the caller was told.
    public var requestID: String
    /// The message.
    public var payload: [UInt8]
    /// What else the handler needs to know, by names of its own.
    public var attributes: [String: String]
    /// What it follows from, an ARN as in ``target``; empty for what was asked for by itself.
    public var source: String
    /// When it was asked for, in milliseconds since 1970. Its age counts from then.
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
    /// Its number: counts up, and is never used again.
    public let number: Int
    /// What was accepted.
    public var event: NewEvent
    /// When it is next tried, in milliseconds since 1970.
    public var dueMilliseconds: Int64
    /// How often it was tried.
    public var attempts: Int
    /// How many of the attempts were retries after an error of the handler's own, as opposed to one of the way there.
    public var retries: Int
    /// Why it waits; empty for what was never tried.
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

/// What became of an attempt.
public enum EventVerdict: Hashable, Sendable {
    /// The event is done with. What follows from it is put into the queue in the same transaction.
    case finished(followUps: [NewEvent] = [])
    /// It is tried again later.
    ///
    /// - Parameters:
    ///   - untilMilliseconds: When, in milliseconds since 1970.
    ///   - isRetry: Whether it was the handler's own error, which counts as a retry.
    ///   - reason: Why, for people.
    case postponed(untilMilliseconds: Int64, isRetry: Bool, reason: String)
}

/// Handles events.
public protocol EventHandler: Sendable {
    /// Tries an event once. Does not block.
    ///
    /// - Parameter answer: To be called once, on any thread.
    func handle(_ event: QueuedEvent, _ answer: @escaping @Sendable (EventVerdict) -> Void)

    /// Something that was to follow from an event is lost: the queue has no place for it.
    func didDropFollowUp(of event: QueuedEvent)
}
