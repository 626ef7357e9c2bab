internal import ServiceKit

/// The settings of asynchronous invocations of a function, version or alias.
struct AsynchronousSettings: Hashable, Sendable {
    /// When an event is retried, and when it ends.
    var retries = RetryPolicy()
    /// The destination of records of successful events: an ARN.
    var onSuccess: String?
    /// The destination of records of failed events: an ARN.
    var onFailure: String?
    /// The dead-letter queue or topic, which gets failed events themselves: an ARN.
    var deadLetterQueue: String?
    /// Whether recursive loops of destinations through the function are stopped.
    var stopsLoops = true
    /// Whether the function's reserved concurrency is zero: it may not run, and its events are not tried.
    ///
    /// Source: "Capturing records of Lambda asynchronous invocations", Lambda developer guide.
    var hasZeroConcurrency = false
}
