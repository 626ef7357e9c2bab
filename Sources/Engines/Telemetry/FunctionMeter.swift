internal import Synchronization

/// Counts what becomes of one function's invocations.
///
/// Whoever runs the function keeps its meter, so that counting costs a short lock and no search. Any thread may count.
public final class FunctionMeter: Sendable {
    /// What was counted since the server started, as CloudWatch defines it.
    ///
    /// Source: "Types of metrics for Lambda functions", Lambda developer guide.
    public struct Counts: Hashable, Sendable {
        /// Invocations that ran: what was throttled or refused is not among them.
        public var invocations: UInt64 = 0
        /// Those of them that ended in an error of the function: exceptions, time-outs, crashes.
        public var errors: UInt64 = 0
        /// Requests that a limit turned away.
        public var throttles: UInt64 = 0
        /// Events that were accepted to be handled later.
        public var asyncEventsReceived: UInt64 = 0
        /// Events that ended without success: tried often enough, too old, or of a function that may not run. Those
        /// with a destination or a dead-letter queue are among them.
        public var asyncEventsDropped: UInt64 = 0
        /// Records and dead letters that were lost: too long for where they were to go, or nobody took them in time.
        public var destinationDeliveryFailures: UInt64 = 0
        /// Invocations that were stopped because they led in a circle.
        public var recursiveInvocationsDropped: UInt64 = 0
        /// How long the function's code ran, as its REPORT lines have it.
        public var durations = DurationHistogram()

        /// Nothing yet.
        public init() {}
    }

    private let state = Mutex(Counts())

    /// A meter that stands at zero.
    public init() {}

    /// What was counted so far.
    public var counts: Counts { state.withLock { $0 } }

    /// An invocation has ended.
    public func countInvocation(isError: Bool) {
        state.withLock { counts in
            counts.invocations += 1
            if isError { counts.errors += 1 }
        }
    }

    /// Something has happened once more that is counted by itself, such as `\.throttles`.
    public func count(_ figure: WritableKeyPath<Counts, UInt64>) {
        state.withLock { $0[keyPath: figure] += 1 }
    }

    /// The function's code has run for so long.
    public func record(durationNanoseconds: UInt64) {
        state.withLock { $0.durations.record(nanoseconds: durationNanoseconds) }
    }
}
