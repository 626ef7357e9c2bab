package import EventQueue

/// When a delivery is tried again, and when it is given up. Pure.
///
/// Source: "How Lambda handles errors and retries with asynchronous invocation", Lambda developer guide.
package struct RetryPolicy: Hashable, Sendable {
    /// Retries after an error of the target, from 0 to 2.
    package var maximumRetryAttempts = 2
    /// How old a delivery may get before its last attempt, in seconds.
    package var maximumEventAgeSeconds = 21_600
    /// From an error of the target to the first retry, in seconds; to the second it is twice that.
    package var retryDelaySeconds: Double = 60

    /// The defaults of Lambda.
    package init() {}

    /// How an attempt ended.
    package enum Attempt: Hashable, Sendable {
        /// The target took the delivery.
        case succeeded
        /// The target failed.
        case failed
        /// The target could not be reached or was throttled: a failure that is not the target's own.
        case throttled
    }

    /// What follows.
    package enum Step: Hashable, Sendable {
        /// The delivery has ended.
        case finish(End)
        /// It is tried again.
        case retry(atMilliseconds: Int64)
    }

    /// How a delivery ends.
    package enum End: Hashable, Sendable {
        /// The target took it.
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

    /// What follows an attempt that has just ended. `event` is as it was before the attempt.
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
            // The interval is ours, the age is the user's: it is used up before the delivery is given up.
            let last = event.event.acceptedMilliseconds + Int64(maximumEventAgeSeconds - Self.lastTrySeconds) * 1000
            return now < last ? .retry(atMilliseconds: last) : .finish(.eventAgeExceeded)
        }
    }

    /// How long before its age runs out a delivery that was always throttled is tried for the last time, in seconds:
    /// long enough to be there in time.
    private static let lastTrySeconds = 1

    /// From one second, doubled each time, to five minutes.
    package static func backoffSeconds(_ failures: Int) -> Double { Double(min(300, 1 << min(max(failures, 0), 9))) }
}
