internal import Bytecode
internal import Catalog
internal import CommandLine
internal import Digest
internal import Domain
internal import EventQueue
internal import FunctionExecution
internal import Gateway
internal import HTTP
internal import IAMService
internal import LambdaService
internal import LinuxSystem
internal import Packaging
internal import RuntimeAPI
internal import Runtimes
internal import SSMService
internal import Sandbox
internal import Scheduler
internal import ServiceKit
internal import Store
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
    private let bytecode: BytecodeCompiler
    private let runtimeFolders: RuntimeFolders?
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
    ///   - announce: shows a line to the person who started the server.
    init(
        _ configuration: ServerConfiguration, port: UInt16, connections: any EnvironmentConnections, log: ServerLog,
        announce: @escaping @Sendable (String) -> Void
    ) throws {
        let folder = try DataFolder(path: configuration.dataFolder)
        lock = try folder.lock()
        let changes = try ChangeFeed<CatalogChange> { effect, error, attempt in
            log.error(
                "A change could not be applied and will be retried",
                ["effect": .text(effect), "attempt": .integer(attempt)], cause: error)
        }
        self.changes = changes
        let storage = try ServerStorage.open(configuration.dataFolder, configuration.database, log)
        let catalog = try Catalog(storage, didCommit: changes.publish)
        try ServerStorage.check(catalog, isOf: folder, configuration.database)
        let sessions = TemporaryCredentials(key: try folder.key(named: "session.key"))
        let logs = LogStore(root: folder.path("logs"), didLose: { log.named("logs").note($0) })
        for program in RuntimeProgram.all { try folder.install(program, at: "runtimes/\(program.language)") }
        CgroupParent.removeStaleCgroups()
        cgroups = try CgroupParent.prepare()

        let limits = configuration.schedulerLimits
        var host = Self.host(configuration, port: port, folder, sessions)
        host.didFindForgery = { log.named("sandbox").noteForgery(by: $0) }
        let sandboxes = try NamespaceSandboxProvider(
            initExecutable: try Self.initExecutable(), cgroups: cgroups,
            systemCalls: configuration.systemCalls == .log ? .log : .enforce)
        bytecode = try BytecodeCompiler(
            store: BytecodeStore(root: folder.path("bytecode")), sandboxes: sandboxes, host: host,
            interpreters: configuration.interpreterIdentities, report: { log.named("bytecode").note($0) })
        runtimeFolders = try Self.runtimeFolders(configuration, folder, log.named("runtimes"), announce)
        pool = try EnvironmentPool(
            host: host, sandboxes: sandboxes, bytecode: bytecode, runtimeFolders: runtimeFolders, logs: logs,
            limits: limits, connections: connections)

        // Deliveries of one account share its part of what is in flight.
        events = try EventQueue(storage.open("events", migrations: EventQueue.migrations)) { ARN($0)?.account ?? "" }
        let foreign = ForeignCredentials(
            catalog: catalog, own: configuration.foreignCredentials, for: configuration.account)
        sender = try RemoteSender(configuration.messageServices, credentials: foreign)
        let identities = IAMService(catalog: catalog, credentials: sessions)
        let lambda = try LambdaService(
            folder: folder, catalog: catalog, changes: changes, roles: identities.directory, events: events,
            pool: pool, logs: logs, accountConcurrency: limits.accountConcurrency,
            packageSource: configuration.s3.map { S3PackageSource($0, credentials: foreign) },
            namedRuntimes: configuration.runtimes.filter { $0.source == .override }.map(\.runtime),
            retryDelaySeconds: configuration.retryDelaySeconds,
            updateDelaySeconds: configuration.updateDelaySeconds, bytecode: bytecode, log: log)
        let parameters = try SSMService(
            storage: storage, secrets: AuthenticatedCipher(key: folder.key(named: "ssm.key")))
        services = [lambda, identities, parameters]
        deliveries = DeliveryRouter(services: services, sender: sender, log: log)

        gateway = try Gateway(
            registry: ServiceRegistry(services),
            authenticator: Authenticator(keys: try catalog.credentialDirectory(), sessions: sessions),
            requiresSignatures: configuration.requiresSignatures, defaults: configuration.defaults,
            allowsReset: configuration.allowsReset, logsRequests: configuration.logsRequests,
            version: configuration.version, callsAtOnce: 2 * (S3PackageSource.readsAtOnce + 4),
            bodies: BodySpool(in: configuration.dataFolder), log: log,
            // The page needs no authentication: only the log has the reason.
            storageHealth: { storage.isAway ? .degraded("The database is away") : .healthy },
            callerBehind: { lambda.caller(ofEnvironment: $0) })
    }

    /// Starts the work in the background: the server accepts connections.
    func start() throws {
        // Endpoints of other servers are configured at the start.
        events.start(deliveries, retrying: deliveries.isRemote)
        for service in services { try service.start() }
    }

    /// Ends all parts, running invocations first.
    func stop(_ patience: ShutdownPatience) {
        // Load balancers and supervisors learn of it while invocations still run.
        gateway.beginShutdown()
        events.beginShutdown()
        sender.stop()
        for service in services { service.stop(patience) }
        bytecode.stop()
        runtimeFolders?.stop()
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
            usesHostNetwork: configuration.functionNetwork == .host, credentials: { sessions.credentials(of: $0) })
        host.cpuShare = configuration.cpuShare
        let machines = HostEmulators.machines()
        host.ignoresArchitecture = configuration.ignoresArchitecture
        for architecture in Architecture.allCases where architecture != .ofThisHost {
            if machines.contains(architecture.elfMachine) {
                host.emulatedArchitectures.insert(architecture)
            } else {
                host.unregisteredEmulators[architecture] = HostEmulators.program(for: architecture.processorName)
            }
        }
        return host
    }

    /// The folders of runtimes with AWS's SDK; `nil` where functions bring their own. A shared folder that cannot be
    /// used (it is read-only, or another user's) is replaced by one in the data folder.
    private static func runtimeFolders(
        _ configuration: ServerConfiguration, _ folder: DataFolder, _ log: ServerLog,
        _ announce: @escaping @Sendable (String) -> Void
    ) throws -> RuntimeFolders? {
        let settings = configuration.sdk
        guard settings.version != .none else { return nil }
        let sources = configuration.runtimes.compactMap { RuntimeSource($0) }
        let locator = UVLocator(searchPath: settings.environment["PATH"] ?? "")
        func open(_ root: String) throws(SystemCallError) -> RuntimeFolders {
            try RuntimeFolders(
                root: root, version: settings.version, sources: sources,
                installer: { () throws(PackagingError) in try locator.locate(named: settings.installer) },
                environment: settings.environment
            ) { report in
                log.note(report)
                // Unless the log says the same.
                if !log.records(.info), let line = report.announcement { announce(line) }
            }
        }
        if let shared = settings.cacheFolder, let folders = try? open(shared) { return folders }  // see above
        return try open(folder.path("cache"))
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

    fileprivate var interpreterIdentities: [RuntimeIdentifier: InterpreterIdentity] {
        Dictionary(runtimes.map { ($0.runtime, InterpreterIdentity($0)) }) { first, _ in first }
    }

    fileprivate var defaults: GatewayDefaults { GatewayDefaults(account: account, region: region) }
}
