internal import Catalog
internal import CommandLine
internal import Domain
internal import EventQueue
internal import FunctionExecution
internal import Gateway
internal import HTTP
internal import IAMService
internal import LambdaService
internal import LinuxSystem
internal import RuntimeAPI
internal import Runtimes
internal import Sandbox
internal import Scheduler
internal import ServiceKit
internal import Synchronization
internal import Telemetry

/// All parts of a server, made from its configuration. The only place that names them all: a new service is one more
/// line in ``services``.
struct Composition {
    private let lock: DataFolderLock
    private let cgroups: CgroupParent?
    private let changes: ChangeFeed<CatalogChange>
    private let events: EventQueue
    private let sender: RemoteSender
    private let deliveries: DeliveryRouter
    /// Runs functions.
    let pool: EnvironmentPool
    /// The services, in the order in which the gateway asks them; the first answers requests that nothing identifies.
    let services: [any Service]
    /// The HTTP edge.
    let gateway: Gateway

    /// Opens the data folder and makes the parts; nothing is served yet.
    ///
    /// - Parameters:
    ///   - port: the port that the server listens on.
    ///   - connections: takes the connections that execution environments open.
    ///   - log: the server's log, for all parts.
    init(
        _ configuration: ServerConfiguration, port: UInt16, connections: any EnvironmentConnections, log: ServerLog
    ) throws {
        let folder = try DataFolder(path: configuration.dataFolder)
        lock = try folder.lock()
        let changes = try ChangeFeed<CatalogChange> { effect, error, attempt in
            log.error(
                "A change could not be applied and will be retried",
                ["effect": .text(effect), "attempt": .integer(attempt)], cause: error)
        }
        self.changes = changes
        let catalog = try Catalog(path: folder.path("catalog.sqlite"), didCommit: changes.publish)
        let sessions = TemporaryCredentials(key: try folder.key(named: "session.key"))
        let logs = LogStore(root: folder.path("logs"), didLose: { log.named("logs").note($0) })
        for program in RuntimeProgram.all { try folder.install(program, at: "runtimes/\(program.language)") }
        CgroupParent.removeStaleCgroups()
        cgroups = try CgroupParent.prepare()

        let limits = configuration.schedulerLimits
        let host = Self.host(configuration, port: port, folder, sessions)
        let sandboxes = try NamespaceSandboxProvider(initExecutable: try Self.initExecutable(), cgroups: cgroups)
        pool = try EnvironmentPool(
            host: host, sandboxes: sandboxes, logs: logs, limits: limits, connections: connections)

        // Deliveries of one account share its part of what is in flight.
        events = try EventQueue(path: folder.path("events.sqlite")) { ARN($0)?.account ?? "" }
        sender = try RemoteSender(configuration.messageServices)
        let lambda = try LambdaService(
            folder: folder, catalog: catalog, changes: changes, events: events, pool: pool, logs: logs,
            accountConcurrency: limits.accountConcurrency, packageSource: configuration.s3.map { S3PackageSource($0) },
            retryDelaySeconds: configuration.retryDelaySeconds, log: log)
        services = [lambda, IAMService(catalog: catalog, credentials: sessions)]
        deliveries = DeliveryRouter(services: services, sender: sender, log: log)

        gateway = try Gateway(
            registry: ServiceRegistry(services),
            authenticator: Authenticator(keys: try catalog.credentialDirectory(), sessions: sessions),
            requiresSignatures: configuration.requiresSignatures, defaults: configuration.defaults,
            version: configuration.version, callsAtOnce: S3PackageSource.readsAtOnce + 4, log: log,
            callerBehind: { lambda.caller(ofEnvironment: $0) })
    }

    /// Starts the work in the background: the server accepts connections.
    func start() throws {
        events.start(deliveries)
        for service in services { try service.start() }
    }

    /// Ends all parts, running invocations first.
    func stop(_ patience: ShutdownPatience) {
        // Load balancers and supervisors learn of it while invocations still run.
        gateway.beginShutdown()
        events.beginShutdown()
        sender.stop()
        for service in services { service.stop(patience) }
        events.stop()
        changes.stop()
        cgroups?.close()
        gateway.stop()
    }

    /// The properties that all sandboxes of the server share.
    private static func host(
        _ configuration: ServerConfiguration, port: UInt16, _ folder: DataFolder, _ sessions: TemporaryCredentials
    ) -> FunctionHost {
        var host = FunctionHost(
            userland: HostUserland.detect(), interpreters: configuration.interpreters,
            runtimeFiles: folder.path("runtimes"), gatewayPort: port,
            usesHostNetwork: configuration.functionNetwork == .host)
        host.cpuShare = configuration.cpuShare
        let machines = HostEmulators.machines()
        host.emulatedArchitectures = Set(Architecture.allCases.filter { machines.contains($0.elfMachine) })
        // A function in its own network is identified by its socket, and needs no credentials.
        if host.usesHostNetwork, configuration.requiresSignatures {
            host.credentials = { sessions.credentials(of: $0) }
        }
        return host
    }

    /// `strata-init`, which is installed beside this program.
    private static func initExecutable() throws(StartupError) -> String {
        guard let path = ProcessExecutable.sibling(named: "strata-init") else {
            throw StartupError("strata-init is missing: install it beside strata.")
        }
        return path
    }
}

extension ServerConfiguration {
    /// The limits of the scheduler, with the memory of this host.
    fileprivate var schedulerLimits: SchedulerLimits {
        var limits = limits
        limits.memoryMebibytes = Int(Double(HostMemory.mebibytes) * overcommit)
        return limits
    }

    fileprivate var interpreters: [RuntimeIdentifier: Interpreter] {
        Dictionary(runtimes.map { ($0.runtime, Interpreter($0)) }) { first, _ in first }
    }

    fileprivate var defaults: GatewayDefaults { GatewayDefaults(account: account, region: region) }
}
