internal import Domain
internal import EventQueue
internal import FunctionExecution
internal import LinuxSystem
internal import ServiceKit
internal import Telemetry

/// Reads the status of functions and the event queue. Reads files: not for serving threads.
struct StatusReader: Sendable {
    private let store: LambdaStore
    private let pool: EnvironmentPool
    private let events: EventQueue
    private let metrics: Metrics

    init(store: LambdaStore, pool: EnvironmentPool, events: EventQueue, metrics: Metrics) {
        self.store = store
        self.pool = pool
        self.events = events
        self.metrics = metrics
    }

    /// What each version of a function did since the server started, by version.
    func versions(of function: FunctionID) -> [FunctionVersion: FunctionMeter.VersionCounts] {
        metrics.versions(of: function)
    }

    /// The status of an account's functions and queues; `nil` for those of all accounts.
    func status(of account: AccountID?) throws(ServiceError) -> ServerStatus {
        let census = pool.census()
        let readings = Dictionary(metrics.readings.map { ($0.function, $0.counts) }) { first, _ in first }
        let ids = Set(census.keys).union(readings.keys).filter { account == nil || $0.account == account }
        let functions = ids.sorted().map { id in
            ServerStatus.Function(
                id: id, environments: census[id]?.counts ?? [:], memoryBytes: census[id]?.memoryBytes ?? 0,
                counts: readings[id] ?? FunctionMeter.Counts())
        }
        let scope = EventScope(account: account)
        let queues = try store.converting { try self.events.counts() }.filter { scope.covers($0.target) }
            .map { ServerStatus.Queue(target: $0.target, count: $0.count, oldestMilliseconds: $0.oldestMilliseconds) }
        return ServerStatus(
            milliseconds: WallClock.nowMilliseconds(), functions: functions,
            queues: queues.sorted { $0.target < $1.target },
            overflowCounts: account == nil ? metrics.overflowCounts : nil)
    }
}
