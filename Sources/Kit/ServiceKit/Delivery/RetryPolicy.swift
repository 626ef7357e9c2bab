package import EventQueue

/// When a delivery is retried, and when it ends. Pure.
///
/// Source: "How Lambda handles errors and retries with asynchronous invocation", Lambda developer guide.
package struct RetryPolicy: Hashable, Sendable {
    /// Retries after an error of the target, from 0 to 2.
    package var maximumRetryAttempts = 2
    /// The highest age of a delivery at its last attempt, in seconds.
    package var maximumEventAgeSeconds = 21_600
    /// From an error of the target to the first retry, in seconds; twice as long before the second.
    package var retryDelaySeconds: Double = 60

    /// Lambda's defaults.
    package init() {}

    /// How an attempt ended.
    package enum Attempt: Hashable, Sendable {
        /// The target accepted the delivery.
        case succeeded
        /// The target failed.
        case failed
        /// The target was unreachable or throttled the delivery: no error of its own.
        case throttled
    }

    /// What follows an attempt.
    package enum Step: Hashable, Sendable {
        /// The delivery has ended.
        case finish(End)
        /// The delivery is retried.
        case retry(atMilliseconds: Int64)
    }

    /// How a delivery ends.
    package enum End: Hashable, Sendable {
        /// The target accepted it.
        case succeeded
        /// The target failed for the last time.
        case retriesExhausted
        /// It is too old for another attempt.
        case eventAgeExceeded
    }

    /// Whether a delivery is too old for another attempt.
    package func isTooOld(_ event: QueuedEvent, nowMilliseconds now: Int64) -> Bool {
        now - event.event.acceptedMilliseconds > Int64(maximumEventAgeSeconds) * 1000
    }

    /// What follows an attempt that has just ended.
    ///
    /// - Parameter event: the event before the attempt.
    package func step(after attempt: Attempt, of event: QueuedEvent, nowMilliseconds now: Int64) -> Step {
        switch attempt {
        case .succeeded:
            return .finish(.succeeded)
        case .failed:
            guard event.retries < maximumRetryAttempts else { return .finish(.retriesExhausted) }
            let next = now + Int64(retryDelaySeconds * Double(event.retries + 1) * 1000)
            return isTooOld(event, nowMilliseconds: next) ? .finish(.eventAgeExceeded) : .retry(atMilliseconds: next)
        case .throttled:
            let next = now + Int64(Self.backoffSeconds(event.attempts - event.retries) * 1000)
            guard isTooOld(event, nowMilliseconds: next) else { return .retry(atMilliseconds: next) }
            // The interval is ours, the age is the user's: the delivery is tried until the age is used up.
            let last = event.event.acceptedMilliseconds + Int64(maximumEventAgeSeconds - Self.lastTrySeconds) * 1000
            return now < last ? .retry(atMilliseconds: last) : .finish(.eventAgeExceeded)
        }
    }

    /// How long before its highest age a throttled delivery is tried for the last time, in seconds: early enough to be
    /// in time.
    private static let lastTrySeconds = 1

    /// From one second, doubled each time, to five minutes.
    package static func backoffSeconds(_ failures: Int) -> Double { Double(min(300, 1 << min(max(failures, 0), 9))) }
}
