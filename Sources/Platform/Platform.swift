internal import AWSModel
internal import Catalog
internal import EventQueue
package import Domain
package import HTTP
internal import Glibc
internal import LayerStore
internal import LinuxSystem
internal import RuntimeAPI
internal import Runtimes
internal import Sandbox
internal import SandboxPlan
internal import Scheduler
internal import Synchronization
internal import Telemetry

/// The use cases of a server: everything that can be asked of it, apart from how it is asked.
///
/// Use cases block while they write to disk: call them on a work queue. ``invoke(_:context:_:)`` alone does not block.
package final class Platform: Sendable {
    let catalog: Catalog
    let layerStore: LayerStore
    let links: DownloadLinks
    let pool: EnvironmentPool
    let garbage: GarbageCollector
    let events: EventQueue
    let accountConcurrency: Int
    /// From an error of a function to the first retry of an asynchronous invocation.
    let retryDelaySeconds: Double
    let routes = RouteTable()
    let changes = ChangesInProgress()
    /// Held while settings are read and handed on, so that of two changes the later one is the last to arrive.
    let concurrencyChanges = Mutex<Void>(())
    let lastRevisionNumber = Atomic<UInt64>(0)
    private let cgroups: CgroupParent?
    private let lock: DataFolderLock

    /// Opens the data folder and gets ready to run functions.
    ///
    /// - Parameter adopt: takes the connections that environments open, with who is behind them
    ///   (``EnvironmentOrigin``).
    /// - Throws: ``PlatformError`` when the folder is in use or cannot be used.
    package init(
        options: PlatformOptions,
        adopt: @escaping @Sendable (_ connection: Int32, _ origin: UInt32) -> Void
    ) throws {
        let folder = try DataFolder(path: options.dataFolder)
        lock = try folder.lock()
        catalog = try Catalog(path: folder.path("catalog.sqlite"))
        layerStore = try LayerStore(root: folder.path("store"))
        garbage = try GarbageCollector(catalog: catalog, layerStore: layerStore)
        links = DownloadLinks(key: try folder.key(named: "download.key"))
        try folder.install(RuntimeProgram.python, at: "runtimes/python")
        CgroupParent.removeStaleCgroups()
        cgroups = try CgroupParent.prepare()
        var host = FunctionHost(
            userland: HostUserland.detect(), interpreters: options.interpreters,
            runtimeFiles: folder.path("runtimes/python"), gatewayPort: options.gatewayPort,
            usesHostNetwork: options.usesHostNetwork)
        let machines = HostEmulators.machines()
        host.emulatedArchitectures = Set(Architecture.allCases.filter { machines.contains($0.elfMachine) })
        var limits = options.limits
        limits.memoryMebibytes = Int(Double(HostMemory.mebibytes) * options.overcommit)
        accountConcurrency = limits.accountConcurrency
        retryDelaySeconds = options.retryDelaySeconds
        events = try EventQueue(path: folder.path("events.sqlite"))
        pool = try EnvironmentPool(
            host: host,
            sandboxes: try NamespaceSandboxProvider(initExecutable: options.initExecutable, cgroups: cgroups),
            logs: LogStore(root: folder.path("logs")), limits: limits,
            adopt: adopt)
        garbage.collectSoon()
        for function in try concurrencySettings() { try applyReservation(function) }
        events.start(EventInvoker(platform: self, sender: NoMessageSender()))
    }

    /// Refuses new invocations, lets the running ones end for `drainSeconds` at most, and leaves nothing running.
    ///
    /// - Parameter isImpatient: asked again and again meanwhile; when it says yes, nothing is waited for any more.
    package func stop(drainSeconds: Double, isImpatient: () -> Bool = { false }) {
        events.pause()
        pool.stop(afterSeconds: drainSeconds, isImpatient: isImpatient)
        events.stop()
        garbage.stop()
        cgroups?.close()
    }
}

extension Platform {
    /// Serves the connections to the runtime API.
    package var runtimeAPI: some HTTPHandler {
        RuntimeAPIHandler(environments: pool, responseLimitBytes: LambdaLimits.synchronousPayloadBytes)
    }

    /// How many invocations run at the moment.
    package var runningInvocations: Int { pool.busyCount }

    /// The account of the function that runs in an environment; `nil` when the environment is gone.
    package func account(ofEnvironment origin: UInt32) -> AccountID? {
        pool.environment(origin)?.revision.function.account
    }
}
