internal import Synchronization

/// Counts the outcomes of one function's invocations.
///
/// The function's executor keeps its meter, so that counting costs a short lock and no look-up. Any thread may count.
public final class FunctionMeter: Sendable {
    /// The counts since the server started, as CloudWatch defines them.
    ///
    /// Source: "Types of metrics for Lambda functions", Lambda developer guide.
    public struct Counts: Hashable, Sendable {
        /// Invocations that ran, without those that were throttled or refused.
        public var invocations: UInt64 = 0
        /// Invocations that ended in an error of the function: exceptions, time-outs, crashes.
        public var errors: UInt64 = 0
        /// Requests that were throttled.
        public var throttles: UInt64 = 0
        /// Events that were accepted for asynchronous invocation.
        public var asyncEventsReceived: UInt64 = 0
        /// Events that were dropped: out of retries, too old, or of a function that may not run. Those with a
        /// destination or a dead-letter queue count too.
        public var asyncEventsDropped: UInt64 = 0
        /// Records and dead letters that were lost: too large for their destination, or not accepted in time.
        public var destinationDeliveryFailures: UInt64 = 0
        /// Invocations that were stopped because of a recursive loop.
        public var recursiveInvocationsDropped: UInt64 = 0
        /// Durations of the function's code, as in its REPORT lines.
        public var durations = DurationHistogram()

        /// Counts of zero.
        public init() {}
    }

    private let state = Mutex(Counts())

    /// Makes a meter with counts of zero.
    public init() {}

    /// The counts so far.
    public var counts: Counts { state.withLock { $0 } }

    /// An invocation has ended.
    public func countInvocation(isError: Bool) {
        state.withLock { counts in
            counts.invocations += 1
            if isError { counts.errors += 1 }
        }
    }

    /// Increments a single count, such as `\.throttles`.
    public func count(_ figure: WritableKeyPath<Counts, UInt64>) {
        state.withLock { $0[keyPath: figure] += 1 }
    }

    /// Records the duration of an invocation's code.
    public func record(durationNanoseconds: UInt64) {
        state.withLock { $0.durations.record(nanoseconds: durationNanoseconds) }
    }
}
