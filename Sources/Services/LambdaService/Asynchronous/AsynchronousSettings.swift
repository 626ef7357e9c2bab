internal import ServiceKit

/// What is configured for the asynchronous invocations of a function, version or alias.
struct AsynchronousSettings: Hashable, Sendable {
    /// When an event is tried again, and when it is given up.
    var retries = RetryPolicy()
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

/// How an asynchronous invocation ended, as records of destinations call it.
enum InvocationCondition: String, Hashable, Sendable {
    /// The function answered.
    case success = "Success"
    /// The function failed for the last time.
    case retriesExhausted = "RetriesExhausted"
    /// The event is too old for another attempt.
    case eventAgeExceeded = "EventAgeExceeded"
    /// The function may not run at all.
    case zeroReservedConcurrency = "ZeroReservedConcurrency"

    init(_ end: RetryPolicy.End) {
        switch end {
        case .succeeded: self = .success
        case .retriesExhausted: self = .retriesExhausted
        case .eventAgeExceeded: self = .eventAgeExceeded
        }
    }
}
