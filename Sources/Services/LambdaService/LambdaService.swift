internal import AWSProtocol
package import Catalog
package import Domain
package import EventQueue
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
/// Each resource has a folder and a type of its own, which holds what it needs; ``LambdaOperations`` ties the
/// operations to them. What is kept in memory because of rows follows the catalogue's change feed.
package final class LambdaService: Service, DeliveryTarget {
    private let pool: EnvironmentPool
    private let changes: ChangeFeed<CatalogChange>
    private let endpoint: InvokeEndpoint
    private let pages: OperatorPages
    private let operations: LambdaOperations
    private let router: InvocationRouter
    private let concurrency: ConcurrencyController
    private let garbage: GarbageCollector
    private let packageSource: (any PackageSource)?

    /// Opens the service's part of the data folder.
    ///
    /// - Parameters:
    ///   - changes: tells what the catalogue's commits have changed.
    ///   - events: holds asynchronous invocations until they are handled.
    ///   - accountConcurrency: invocations at once of one account in one region.
    ///   - packageSource: where packages come from that requests only name; `nil` for nowhere.
    ///   - retryDelaySeconds: from an error of a function to the first retry of an asynchronous invocation.
    package init(
        folder: DataFolder, catalog: Catalog, changes: ChangeFeed<CatalogChange>, events: EventQueue,
        pool: EnvironmentPool, logs: LogStore, accountConcurrency: Int, packageSource: (any PackageSource)?,
        retryDelaySeconds: Double
    ) throws {
        self.pool = pool
        self.changes = changes
        self.packageSource = packageSource
        let store = LambdaStore(catalog: catalog)
        let layerStore = try LayerStore(root: folder.path("store"))
        let metrics = Metrics()
        let (routeCache, policyCache) = (RouteCache(), PolicyCache())
        garbage = try GarbageCollector(catalog: catalog, layerStore: layerStore)
        let authorizer = FunctionAuthorizer(store: store, policies: policyCache)
        let directory = FunctionDirectory(authorizer: authorizer)
        let routes = RouteReader(
            store: store, layerStore: layerStore, metrics: metrics, cache: routeCache,
            retryDelaySeconds: retryDelaySeconds)
        router = try InvocationRouter(cache: routeCache, authorizer: authorizer, read: routes.route)
        concurrency = ConcurrencyController(store: store, routes: routes, pool: pool)
        let downloads = Downloads(
            links: DownloadLinks(key: try folder.key(named: "download.key")), layerStore: layerStore)
        endpoint = InvokeEndpoint(
            invoker: Invoker(directory: directory, router: router, pool: pool, events: events, metrics: metrics),
            downloads: downloads)
        pages = OperatorPages(
            status: StatusReader(store: store, pool: pool, events: events, metrics: metrics),
            queue: QueuedEvents(store: store, events: events), logs: FunctionLogs(store: store, logs: logs))
        operations = LambdaOperations(
            store: store, directory: directory,
            packages: PackageIntake(store: store, layerStore: layerStore, packageSource: packageSource),
            downloads: downloads, concurrency: concurrency, accountConcurrency: accountConcurrency)
        Self.follow(
            changes, routes: routeCache, policies: policyCache, metrics: metrics, pool: pool, garbage: garbage,
            concurrency: concurrency)
        garbage.collectSoon()
        try concurrency.applyReservations()
    }

    /// Starts provisioned environments.
    package func start() throws {
        // As changes, so that a start that fails is retried.
        for function in try concurrency.beginServing() {
            changes.publish([.setting(.provisionedConcurrency, function)])
        }
    }

    /// Refuses new invocations, waits for the running ones, and leaves nothing running.
    package func stop(_ patience: ShutdownPatience) {
        pool.stop(afterSeconds: patience.seconds, isImpatient: patience.isExhausted)
        router.stop()
        packageSource?.stop()
        garbage.stop()
    }

    /// Lambda's API.
    package var apis: [ServiceAPI] { [operations.api] }

    /// Its pages for operators.
    package var operatorPages: [OperatorPage] { pages.pages }

    /// Invocations and downloads of packages.
    package func dataPlaneRoute(for target: RequestTarget, method: String) -> DataPlaneRoute? {
        endpoint.route(for: target, method: method)
    }

    /// The figures of functions and of the event queue.
    package func writeMetrics(of account: AccountID?, to text: inout PrometheusText) throws(ServiceError) {
        try pages.status.status(of: account).write(to: &text)
    }

    /// Invokes the function that a delivery is for.
    package func deliver(_ delivery: Delivery, _ answer: @escaping @Sendable (EventVerdict) -> Void) {
        endpoint.invoker.deliver(delivery, answer)
    }

    /// Counts a message that was to follow from a delivery and is lost.
    package func didDropFollowUp(of delivery: Delivery) { endpoint.invoker.didDropFollowUp(of: delivery) }

    /// The function behind a connection; `nil` when its environment is gone.
    package func caller(ofEnvironment origin: UInt32) -> Caller? {
        guard let revision = pool.revision(origin: origin) else { return nil }
        return .function(revision.function, role: revision.role)
    }
}
