internal import FunctionExecution
internal import ServiceKit
internal import Domain
internal import EventQueue
internal import LinuxSystem
internal import Telemetry

/// How the functions of a server are at a moment, and what became of their invocations since it started.
struct ServerStatus: Sendable {
    /// One function.
    struct Function: Sendable {
        /// The function.
        let id: FunctionID
        /// How many environments do what.
        let environments: [EnvironmentActivity: Int]
        /// The memory that they have in use, in bytes.
        let memoryBytes: UInt64
        let counts: FunctionMeter.Counts

        /// Invocations that have run.
        var invocations: UInt64 { counts.invocations }
        /// Those that ended in an error of the function.
        var errors: UInt64 { counts.errors }
        /// Requests that a limit turned away.
        var throttles: UInt64 { counts.throttles }
        /// How long the function's code has run in all, in nanoseconds.
        var durationNanoseconds: UInt64 { counts.durations.sumNanoseconds }
    }

    /// Events of one target.
    struct Queue: Sendable {
        /// What handles them: an ARN.
        let target: String
        /// How many there are.
        let count: Int
        /// When the first of them was accepted, in milliseconds since 1970.
        let oldestMilliseconds: Int64
    }

    /// When it was looked, in milliseconds since 1970.
    let milliseconds: Int64
    /// The functions that were invoked or have environments, in order.
    let functions: [Function]
    /// What waits for functions and destinations, in the order of their ARNs.
    let queues: [Queue]
    /// What was counted for functions beyond those that have figures of their own.
    let overflowCounts: FunctionMeter.Counts?

    /// How old the first event of a target is, in seconds.
    func ageSeconds(of queue: Queue) -> Double {
        Double(max(0, milliseconds - queue.oldestMilliseconds)) / 1000
    }
}
