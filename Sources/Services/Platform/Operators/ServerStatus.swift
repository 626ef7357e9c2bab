package import Domain
internal import EventQueue
internal import LinuxSystem
internal import Telemetry

/// How the functions of a server are at a moment, and what became of their invocations since it started.
package struct ServerStatus: Sendable {
    /// One function.
    package struct Function: Sendable {
        /// The function.
        package let id: FunctionID
        /// How many environments do what.
        package let environments: [EnvironmentActivity: Int]
        /// The memory that they have in use, in bytes.
        package let memoryBytes: UInt64
        let counts: FunctionMeter.Counts

        /// Invocations that have run.
        package var invocations: UInt64 { counts.invocations }
        /// Those that ended in an error of the function.
        package var errors: UInt64 { counts.errors }
        /// Requests that a limit turned away.
        package var throttles: UInt64 { counts.throttles }
        /// How long the function's code has run in all, in nanoseconds.
        package var durationNanoseconds: UInt64 { counts.durations.sumNanoseconds }
    }

    /// Events of one target.
    package struct Queue: Sendable {
        /// What handles them: an ARN.
        package let target: String
        /// How many there are.
        package let count: Int
        /// When the first of them was accepted, in milliseconds since 1970.
        package let oldestMilliseconds: Int64
    }

    /// When it was looked, in milliseconds since 1970.
    package let milliseconds: Int64
    /// The functions that were invoked or have environments, in order.
    package let functions: [Function]
    /// What waits for functions and destinations, in the order of their ARNs.
    package let queues: [Queue]
    /// What was counted for functions beyond those that have figures of their own.
    let overflowCounts: FunctionMeter.Counts?

    /// How old the first event of a target is, in seconds.
    package func ageSeconds(of queue: Queue) -> Double {
        Double(max(0, milliseconds - queue.oldestMilliseconds)) / 1000
    }
}

extension Platform {
    /// How an account's functions are; all accounts' where none is named. Reads files: not for the threads of HTTP.
    package func status(of account: AccountID?) throws(PlatformError) -> ServerStatus {
        let census = pool.census()
        let readings = Dictionary(metrics.readings.map { ($0.function, $0.counts) }) { first, _ in first }
        let ids = Set(census.keys).union(readings.keys).filter { account == nil || $0.account == account }
        let functions = ids.sorted().map { id in
            ServerStatus.Function(
                id: id, environments: census[id]?.counts ?? [:], memoryBytes: census[id]?.memoryBytes ?? 0,
                counts: readings[id] ?? FunctionMeter.Counts())
        }
        let scope = EventScope(account: account)
        let queues = try catching { try self.events.counts() }.filter { scope.covers($0.target) }
            .map { ServerStatus.Queue(target: $0.target, count: $0.count, oldestMilliseconds: $0.oldestMilliseconds) }
        return ServerStatus(
            milliseconds: WallClock.nowMilliseconds(), functions: functions,
            queues: queues.sorted { $0.target < $1.target },
            overflowCounts: account == nil ? metrics.overflowCounts : nil)
    }
}
