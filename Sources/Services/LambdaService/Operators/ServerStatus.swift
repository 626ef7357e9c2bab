internal import Domain
internal import FunctionExecution
internal import Telemetry

/// The status of a server's functions and queues at a time, and the counts of invocations since its start.
struct ServerStatus: Sendable {
    /// One function.
    struct Function: Sendable {
        /// The function.
        let id: FunctionID
        /// The number of environments by activity.
        let environments: [EnvironmentActivity: Int]
        /// The memory that they use, in bytes.
        let memoryBytes: UInt64
        /// The counts since the start.
        let counts: FunctionMeter.Counts

        /// Invocations that have run.
        var invocations: UInt64 { counts.invocations }
        /// Those that ended in an error of the function.
        var errors: UInt64 { counts.errors }
        /// Throttled requests.
        var throttles: UInt64 { counts.throttles }
        /// How long the function's code has run in all, in nanoseconds.
        var durationNanoseconds: UInt64 { counts.durations.sumNanoseconds }
    }

    /// Events of one target.
    struct Queue: Sendable {
        /// The target: an ARN.
        let target: String
        /// The number of events.
        let count: Int
        /// When the first of them was accepted, in milliseconds since 1970.
        let oldestMilliseconds: Int64
    }

    /// The time, in milliseconds since 1970.
    let milliseconds: Int64
    /// The functions that were invoked or have environments, in order.
    let functions: [Function]
    /// The events of functions and destinations, in the order of their ARNs.
    let queues: [Queue]
    /// The counts of functions without a meter of their own; `nil` where one account's status was requested.
    let overflowCounts: FunctionMeter.Counts?

    /// The age of the first event of a target, in seconds.
    func ageSeconds(of queue: Queue) -> Double {
        Double(max(0, milliseconds - queue.oldestMilliseconds)) / 1000
    }
}
