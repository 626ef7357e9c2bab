package import Catalog
package import Domain
package import EventQueue
package import FunctionExecution
internal import LambdaModel
internal import LayerStore
package import ServiceKit
package import Telemetry

/// AWS Lambda: functions, versions, aliases and layers, their settings, and their invocation.
///
/// Each resource has a folder and a type of its own, which holds what it needs; ``LambdaOperations`` ties the API's
/// operations to them. State in memory that is derived from rows follows the catalogue's change feed.
package final class LambdaService: Service, DeliveryTarget {
    private let operations: LambdaOperations
    private let dataPlane: LambdaDataPlane
    private let invoker: Invoker
    private let router: InvocationRouter
    private let pool: EnvironmentPool
    private let concurrency: ConcurrencyReconciler
    private let changes: ChangeFeed<CatalogChange>
    private let status: StatusReader
    private let pages: OperatorPages
    private let garbage: GarbageCollector
    private let reviewer: LayerReviewer
    private let packageSource: (any PackageSource)?
    private let forget: @Sendable () throws -> Void

    /// Opens the service's part of the data folder.
    ///
    /// - Parameters:
    ///   - changes: publishes the changes of the catalogue's commits.
    ///   - roles: the roles that functions run as.
    ///   - events: holds asynchronous invocations until they are handled.
    ///   - accountConcurrency: the concurrency limit of each account in each region.
    ///   - packageSource: reads packages that requests only name; `nil` where there is no S3.
    ///   - retryDelaySeconds: from a function's error to the first retry of an asynchronous invocation.
    ///   - namedRuntimes: those that a user has named an interpreter for.
    ///   - updateDelaySeconds: how long updates of functions are reported as in progress.
    ///   - bytecode: compiles packages; `nil` where nothing is compiled.
    ///   - log: the server's log.
    package init(
        folder: DataFolder, catalog: Catalog, changes: ChangeFeed<CatalogChange>, roles: any RoleDirectory,
        events: EventQueue, pool: EnvironmentPool, logs: LogStore, accountConcurrency: Int,
        packageSource: (any PackageSource)?,
        namedRuntimes: [RuntimeIdentifier], retryDelaySeconds: Double, updateDelaySeconds: Double,
        bytecode: BytecodeCompiler?, log: ServerLog
    ) throws {
        self.pool = pool
        self.changes = changes
        self.packageSource = packageSource
        let log = log.named("lambda")

        // Rows and bytes.
        let store = LambdaStore(catalog: catalog)
        let layerStore = try LayerStore(root: folder.path("store"))
        let packages = PackageIntake(store: store, layerStore: layerStore, packageSource: packageSource)
        let downloads = Downloads(
            links: DownloadLinks(key: try folder.key(named: "download.key")), layerStore: layerStore)
        reviewer = try LayerReviewer(layerStore: layerStore, log: log)
        garbage = try GarbageCollector(catalog: catalog, layerStore: layerStore, bytecode: bytecode, log: log)

        // State in memory that is derived from rows.
        let metrics = Metrics()
        let (routes, policies) = (RouteCache(), PolicyCache())
        let authorizer = FunctionAuthorizer(store: store, policies: policies)
        let resolver = FunctionResolver(authorizer: authorizer)
        let reader = RouteReader(
            store: store, layerStore: layerStore, metrics: metrics, cache: routes,
            retryDelaySeconds: retryDelaySeconds)
        concurrency = ConcurrencyReconciler(store: store, routes: reader, pool: pool)

        // The data plane.
        router = try InvocationRouter(cache: routes, authorizer: authorizer, read: reader.route)
        invoker = Invoker(
            resolver: resolver, router: router, pool: pool, events: events, metrics: metrics, log: log)
        dataPlane = LambdaDataPlane(invoker: invoker, downloads: downloads)

        // The control plane.
        let updates = UpdatesInProgress(delaySeconds: updateDelaySeconds)
        operations = LambdaOperations(
            store: store, resolver: resolver, packages: packages, downloads: downloads, updates: updates,
            namedRuntimes: Set(namedRuntimes.map { Lambda.Runtime(rawValue: $0.description) }),
            concurrency: concurrency, roles: roles, reviewer: reviewer, accountConcurrency: accountConcurrency)
        status = StatusReader(store: store, pool: pool, events: events, metrics: metrics)
        pages = OperatorPages(
            status: status, queue: QueuedEvents(store: store, events: events),
            logs: FunctionLogs(store: store, logs: logs, pool: pool), store: store)

        forget = {
            try catalog.deleteFunctionsAndLayers()
            routes.restartVersions()
            _ = try events.purge()
            try logs.removeAll()
        }
        Self.follow(
            changes, routes: routes, policies: policies, updates: updates, metrics: metrics, pool: pool,
            garbage: garbage, concurrency: concurrency,
            preparations: Preparations(
                store: store, layerStore: layerStore, routes: reader, pool: pool, bytecode: bytecode))
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

    /// Deletes all functions, layers, events and logs. Environments end after their current invocations.
    package func reset() throws(ServiceError) {
        try ServiceError.onStore(otherwise: .service, forget)
    }

    /// Refuses new invocations, waits for the running ones, and leaves nothing running.
    package func stop(_ patience: ShutdownPatience) {
        pool.stop(afterSeconds: patience.seconds, isImpatient: patience.isExhausted)
        router.stop()
        packageSource?.stop()
        garbage.stop()
        reviewer.stop()
    }

    /// Lambda's API.
    package var apis: [ServiceAPI] { [operations.api] }

    /// Status, logs and queued events, for operators.
    package var operatorPages: [OperatorPage] { pages.pages }

    /// Invocations and downloads of packages.
    package func dataPlaneRoute(for target: RequestTarget, method: String) -> DataPlaneRoute? {
        dataPlane.route(for: target, method: method)
    }

    /// The metrics of functions and of the event queue.
    package func writeMetrics(of account: AccountID?, to text: inout PrometheusText) throws(ServiceError) {
        try status.status(of: account).write(to: &text)
    }

    /// Invokes the function that a delivery names.
    package func deliver(_ delivery: Delivery, _ answer: @escaping @Sendable (EventVerdict) -> Void) {
        invoker.deliver(delivery, answer)
    }

    /// Counts a lost follow-up message of a delivery.
    package func didDropFollowUp(of delivery: Delivery) { invoker.didDropFollowUp(of: delivery) }

    /// The function behind a connection; `nil` when its environment is gone.
    package func caller(ofEnvironment origin: UInt32) -> Caller? {
        guard let revision = pool.revision(origin: origin) else { return nil }
        return .function(revision.function, role: revision.role)
    }
}
