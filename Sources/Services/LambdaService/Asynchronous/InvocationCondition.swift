internal import ServiceKit

/// The `condition` in records of destinations: how an asynchronous invocation ended.
enum InvocationCondition: String, Hashable, Sendable {
    /// The function answered.
    case success = "Success"
    /// The function failed for the last time.
    case retriesExhausted = "RetriesExhausted"
    /// The event is too old for another attempt.
    case eventAgeExceeded = "EventAgeExceeded"
    /// The function's reserved concurrency is zero.
    case zeroReservedConcurrency = "ZeroReservedConcurrency"

    init(_ end: RetryPolicy.End) {
        switch end {
        case .succeeded: self = .success
        case .retriesExhausted: self = .retriesExhausted
        case .eventAgeExceeded: self = .eventAgeExceeded
        }
    }
}
