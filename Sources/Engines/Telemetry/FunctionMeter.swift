public import Domain
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

    /// What one version did: what a rollout compares.
    public struct VersionCounts: Hashable, Sendable {
        /// Invocations that ran.
        public var invocations: UInt64 = 0
        /// Those of them that ended in an error of the function.
        public var errors: UInt64 = 0
        /// How many durations were recorded.
        public var durations: UInt64 = 0
        /// The sum of the durations of the version's code, in nanoseconds.
        public var durationNanoseconds: UInt64 = 0
    }

    private struct State {
        var counts = Counts()
        var versions: [FunctionVersion: VersionCounts] = [:]
    }

    private let state = Mutex(State())

    /// Makes a meter with counts of zero.
    public init() {}

    /// The counts so far.
    public var counts: Counts { state.withLock { $0.counts } }

    /// The counts so far of the versions that were invoked.
    public var versions: [FunctionVersion: VersionCounts] { state.withLock { $0.versions } }

    /// An invocation of a version has ended.
    public func countInvocation(of version: FunctionVersion, isError: Bool) {
        state.withLock { state in
            state.counts.invocations += 1
            state.versions[version, default: VersionCounts()].invocations += 1
            guard isError else { return }
            state.counts.errors += 1
            state.versions[version, default: VersionCounts()].errors += 1
        }
    }

    /// Increments a single count, such as `\.throttles`.
    public func count(_ figure: WritableKeyPath<Counts, UInt64>) {
        state.withLock { $0.counts[keyPath: figure] += 1 }
    }

    /// Records the duration of a version's code in one invocation.
    public func record(durationNanoseconds: UInt64, of version: FunctionVersion) {
        state.withLock { state in
            state.counts.durations.record(nanoseconds: durationNanoseconds)
            state.versions[version, default: VersionCounts()].durations += 1
            state.versions[version, default: VersionCounts()].durationNanoseconds &+= durationNanoseconds
        }
    }
}
