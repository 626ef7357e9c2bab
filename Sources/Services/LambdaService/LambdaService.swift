internal import AWSProtocol
package import Catalog
package import Domain
internal import EventQueue
package import FunctionExecution
internal import HTTP
internal import LayerStore
internal import RuntimeAPI
internal import Scheduler
package import ServiceKit
internal import Synchronization
package import Telemetry

/// AWS Lambda: functions, versions, aliases and layers, their invocation, and what is configured for them.
///
/// Use cases block while they write to disk, and run on a work queue; only ``invoke(_:context:stream:_:)`` and
/// ``accept(_:context:_:)`` do not block.
package final class LambdaService: Service {
    let catalog: Catalog
    let layerStore: LayerStore
    let packageSource: (any PackageSource)?
    let links: DownloadLinks
    let pool: EnvironmentPool
    let logs: LogStore
    let garbage: GarbageCollector
    let events: EventQueue
    private let messageSender: any MessageSender
    let accountConcurrency: Int
    /// From an error of a function to the first retry of an asynchronous invocation.
    let retryDelaySeconds: Double
    let routes = RouteTable()
    let metrics = Metrics()
    let changes = ChangesInProgress()
    /// Held while settings are read and handed on, so that of two changes the later one is the last to arrive.
    let concurrencyChanges = Mutex<Void>(())

    /// Opens the service's part of the data folder.
    ///
    /// - Parameters:
    ///   - packageSource: where packages come from that requests only name; `nil` for nowhere.
    ///   - messageSender: takes messages for services that are not here.
    ///   - retryDelaySeconds: from an error of a function to the first retry of an asynchronous invocation.
    package init(
        folder: DataFolder, catalog: Catalog, pool: EnvironmentPool, logs: LogStore, accountConcurrency: Int,
        packageSource: (any PackageSource)?, messageSender: any MessageSender, retryDelaySeconds: Double
    ) throws {
        self.catalog = catalog
        self.pool = pool
        self.logs = logs
        self.accountConcurrency = accountConcurrency
        self.packageSource = packageSource
        self.messageSender = messageSender
        self.retryDelaySeconds = retryDelaySeconds
        layerStore = try LayerStore(root: folder.path("store"))
        garbage = try GarbageCollector(catalog: catalog, layerStore: layerStore)
        links = DownloadLinks(key: try folder.key(named: "download.key"))
        events = try EventQueue(path: folder.path("events.sqlite")) { target in
            // The fifth part of an ARN is the account.
            let parts = target.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
            return parts.count > 4 ? String(parts[4]) : ""
        }
        garbage.collectSoon()
        for function in try concurrencySettings() { try applyReservation(function) }
    }

    /// Handles what the event queue holds, and starts provisioned environments.
    package func start() {
        events.start(EventInvoker(service: self, sender: messageSender))
        startProvisioned()
    }

    /// Refuses new invocations, waits for the running ones, and leaves nothing running.
    package func stop(_ patience: ShutdownPatience) {
        events.beginShutdown()
        messageSender.stop()
        pool.stop(afterSeconds: patience.seconds, isImpatient: patience.isExhausted)
        events.stop()
        packageSource?.stop()
        garbage.stop()
    }

    /// Lambda's API.
    package var apis: [ServiceAPI] { [api] }

    /// Its pages for operators.
    package var operatorPages: [OperatorPage] { pages }

    /// Invocations and downloads of packages.
    package func dataPlaneRoute(for target: RequestTarget, method: String) -> DataPlaneRoute? {
        route(for: target, method: method)
    }

    /// The figures of functions and of the event queue.
    package func writeMetrics(of account: AccountID?, to text: inout PrometheusText) throws(ServiceError) {
        try status(of: account).write(to: &text)
    }
}
