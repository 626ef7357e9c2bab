internal import Catalog
internal import Domain
internal import EventQueue
internal import Glibc
package import HTTP
internal import LayerStore
internal import LinuxSystem
internal import RuntimeAPI
internal import Runtimes
internal import Sandbox
internal import SandboxPlan
internal import Scheduler
internal import STSModel
internal import Synchronization
internal import Telemetry

/// The use cases of a server: everything that can be asked of it, apart from how it is asked.
///
/// Use cases block while they write to disk: call them on a work queue. ``invoke(_:context:_:)`` alone does not block.
package final class Platform: Sendable {
    let catalog: Catalog
    /// The use cases of IAM and STS.
    package let identities: Identities
    let layerStore: LayerStore
    let packageSource: (any PackageSource)?
    let links: DownloadLinks
    /// Makes and recognises what *AssumeRole* returns.
    package let temporaryCredentials: TemporaryCredentials
    /// Finds out who calls.
    package let authenticator: Authenticator
    let pool: EnvironmentPool
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
    private let cgroups: CgroupParent?
    private let lock: DataFolderLock

    /// Opens the data folder and gets ready to run functions.
    ///
    /// - Parameter connections: takes the connections that environments open.
    /// - Throws: ``PlatformError`` when the folder is in use or cannot be used.
    package init(
        options: PlatformOptions, connections: any EnvironmentConnections
    ) throws {
        let folder = try DataFolder(path: options.dataFolder)
        lock = try folder.lock()
        catalog = try Catalog(path: folder.path("catalog.sqlite"))
        layerStore = try LayerStore(root: folder.path("store"))
        packageSource = options.packageSource
        garbage = try GarbageCollector(catalog: catalog, layerStore: layerStore)
        links = DownloadLinks(key: try folder.key(named: "download.key"))
        temporaryCredentials = TemporaryCredentials(key: try folder.key(named: "session.key"))
        identities = Identities(catalog: catalog, credentials: temporaryCredentials)
        authenticator = Authenticator(keys: try catalog.credentialDirectory(), sessions: temporaryCredentials)
        try folder.install(RuntimeProgram.python, at: "runtimes/python")
        CgroupParent.removeStaleCgroups()
        cgroups = try CgroupParent.prepare()
        var host = FunctionHost(
            userland: HostUserland.detect(), interpreters: options.interpreters,
            runtimeFiles: folder.path("runtimes/python"), gatewayPort: options.gatewayPort,
            usesHostNetwork: options.usesHostNetwork)
        let machines = HostEmulators.machines()
        host.emulatedArchitectures = Set(Architecture.allCases.filter { machines.contains($0.elfMachine) })
        // In a network of its own a function is known by its socket, and needs nothing to sign with.
        if options.usesHostNetwork, options.requiresSignatures { host.sessions = temporaryCredentials }
        var limits = options.limits
        limits.memoryMebibytes = Int(Double(HostMemory.mebibytes) * options.overcommit)
        accountConcurrency = limits.accountConcurrency
        retryDelaySeconds = options.retryDelaySeconds
        messageSender = options.messageSender
        events = try EventQueue(path: folder.path("events.sqlite")) { target in
            // The fifth part of an ARN is the account.
            let parts = target.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
            return parts.count > 4 ? String(parts[4]) : ""
        }
        pool = try EnvironmentPool(
            host: host,
            sandboxes: try NamespaceSandboxProvider(initExecutable: options.initExecutable, cgroups: cgroups),
            logs: LogStore(root: folder.path("logs")), limits: limits,
            connections: connections)
        garbage.collectSoon()
        for function in try concurrencySettings() { try applyReservation(function) }
        events.start(EventInvoker(platform: self, sender: messageSender))
    }

    /// Refuses new invocations, lets the running ones end for `drainSeconds` at most, and leaves nothing running.
    ///
    /// - Parameter isImpatient: asked again and again meanwhile; when it says yes, nothing is waited for any more.
    package func stop(drainSeconds: Double, isImpatient: () -> Bool = { false }) {
        events.beginShutdown()
        messageSender.stop()
        pool.stop(afterSeconds: drainSeconds, isImpatient: isImpatient)
        events.stop()
        packageSource?.stop()
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
}
