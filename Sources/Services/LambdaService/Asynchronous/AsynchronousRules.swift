internal import EventQueue

/// When an asynchronous invocation is tried again, and when it is given up. Pure.
///
/// Source: "How Lambda handles errors and retries with asynchronous invocation", Lambda developer guide.
struct AsynchronousRules: Hashable, Sendable {
    /// Retries after an error of the function, from 0 to 2.
    var maximumRetryAttempts = 2
    /// How old an event may get before it is tried for the last time, in seconds.
    var maximumEventAgeSeconds = 21_600
    /// Time from an error of the function to the first retry, in seconds; to the second it is twice that.
    var retryDelaySeconds: Double = 60

    /// What an attempt came to.
    enum Attempt: Hashable, Sendable {
        /// The function answered.
        case succeeded
        /// The function failed.
        case failed
        /// The function could not be run: it was throttled, or this server was in trouble.
        case turnedAway
    }

    /// How an event ended, as records of destinations call it.
    enum Condition: String, Hashable, Sendable {
        /// The function answered.
        case success = "Success"
        /// The function failed for the last time.
        case retriesExhausted = "RetriesExhausted"
        /// The event is too old to be tried again.
        case eventAgeExceeded = "EventAgeExceeded"
        /// The function may not run at all.
        case zeroReservedConcurrency = "ZeroReservedConcurrency"
    }

    /// What follows.
    enum Step: Hashable, Sendable {
        /// The event is done with.
        case finish(Condition)
        /// It is tried again.
        case again(atMilliseconds: Int64)
    }

    /// Whether an event is too old to be tried at all.
    func isTooOld(_ event: QueuedEvent, nowMilliseconds now: Int64) -> Bool {
        now - event.event.acceptedMilliseconds > Int64(maximumEventAgeSeconds) * 1000
    }

    /// What follows on an attempt that has just ended. `event` is as it was before the attempt.
    func step(after attempt: Attempt, of event: QueuedEvent, nowMilliseconds now: Int64) -> Step {
        switch attempt {
        case .succeeded:
            return .finish(.success)
        case .failed:
            guard event.retries < maximumRetryAttempts else { return .finish(.retriesExhausted) }
            let next = now + Int64(retryDelaySeconds * Double(event.retries + 1) * 1000)
            return isTooOld(event, nowMilliseconds: next) ? .finish(.eventAgeExceeded) : .again(atMilliseconds: next)
        case .turnedAway:
            let next = now + Int64(Self.backoffSeconds(event.attempts - event.retries) * 1000)
            guard isTooOld(event, nowMilliseconds: next) else { return .again(atMilliseconds: next) }
            // The interval is ours, the age is the user's: it is used up before the event is given up.
            let last = event.event.acceptedMilliseconds + Int64(maximumEventAgeSeconds - Self.lastTrySeconds) * 1000
            return now < last ? .again(atMilliseconds: last) : .finish(.eventAgeExceeded)
        }
    }

    /// How long before its age runs out an event that was always turned away is tried for the last time, in seconds:
    /// long enough to be there in time.
    private static let lastTrySeconds = 1

    /// From one second, doubled each time, to five minutes.
    static func backoffSeconds(_ failures: Int) -> Double { Double(min(300, 1 << min(max(failures, 0), 9))) }
}

/// What is set for the asynchronous invocations of a function, version or alias.
struct AsynchronousSettings: Hashable, Sendable {
    var rules = AsynchronousRules()
    /// Where the record of an event that succeeded goes: an ARN.
    var onSuccess: String?
    /// Where the record of an event that failed goes.
    var onFailure: String?
    /// Where an event that failed goes itself.
    var deadLetterQueue: String?
    /// Whether a chain of destinations that leads back to the function again and again is ended.
    var endsLoops = true
    /// Whether the function may not run at all: its reserved concurrency is zero. Its events are not tried.
    ///
    /// Source: "Capturing records of Lambda asynchronous invocations", Lambda developer guide.
    var isSwitchedOff = false
}
