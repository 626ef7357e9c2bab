package import AWSClient
internal import Glibc
package import Domain
internal import HTTP
internal import LinuxSystem
package import Platform
package import Scheduler
internal import Synchronization

/// What a server is started with.
package struct ServerOptions: Sendable {
    /// The address to listen on; loopback, unless requests have to be signed.
    package var host: String
    /// The port; 0 for any that is free.
    package var port: UInt16
    /// What stands in for what requests leave out.
    package var defaults: GatewayDefaults
    /// The version that the server tells.
    package var version: String
    /// Whether requests have to be signed.
    package var requiresSignatures: Bool
    /// The folder that holds everything durable.
    package var dataFolder: String
    /// The interpreters, by runtime.
    package var interpreters: [RuntimeIdentifier: Interpreter]
    /// Whether functions share the host's network.
    package var usesHostNetwork: Bool
    /// What the scheduler keeps within.
    package var limits: SchedulerLimits
    /// How often the host's memory is promised to environments.
    package var overcommit: Double
    /// From an error of a function to the first retry of an asynchronous invocation, in seconds.
    package var retryDelaySeconds: Double
    /// The S3 that packages are read from; `nil` for none.
    package var s3: ServiceSettings?
    /// The services that take records and dead letters of asynchronous invocations.
    package var messageServices: [MessageService: ServiceSettings]

    /// Collects the options.
    package init(
        host: String, port: UInt16, defaults: GatewayDefaults, version: String, requiresSignatures: Bool,
        dataFolder: String, interpreters: [RuntimeIdentifier: Interpreter], usesHostNetwork: Bool,
        limits: SchedulerLimits, overcommit: Double, retryDelaySeconds: Double, s3: ServiceSettings?,
        messageServices: [MessageService: ServiceSettings]
    ) {
        self.host = host
        self.port = port
        self.defaults = defaults
        self.version = version
        self.requiresSignatures = requiresSignatures
        self.dataFolder = dataFolder
        self.interpreters = interpreters
        self.usesHostNetwork = usesHostNetwork
        self.limits = limits
        self.overcommit = overcommit
        self.retryDelaySeconds = retryDelaySeconds
        self.s3 = s3
        self.messageServices = messageServices
    }
}

/// A running server: the gateway, the platform behind it, and the signals that end it.
package struct Server {
    private let platform: Platform
    private let gateway: Gateway
    private let http: HTTPServer
    /// Where the server is reached.
    package let url: String

    /// How long running invocations may go on after SIGTERM; with what follows, the server ends within five seconds.
    private static let drainSeconds = 3.5

    /// Starts serving.
    ///
    /// - Throws: ``PlatformError``, with a message for the person who started it.
    package init(_ options: ServerOptions) throws {
        Self.prepareProcess()
        let socket = try Self.listen(options)
        let port = socket.port
        // Functions are handed to the HTTP server, which needs the platform first: the box is filled before it can be
        // used.
        let server = ServerBox()
        platform = try Platform(
            options: PlatformOptions(
                dataFolder: options.dataFolder, initExecutable: try Self.initExecutable(),
                interpreters: options.interpreters, gatewayPort: port, usesHostNetwork: options.usesHostNetwork,
                requiresSignatures: options.requiresSignatures,
                limits: options.limits, overcommit: options.overcommit, retryDelaySeconds: options.retryDelaySeconds,
                packageSource: options.s3.map { S3PackageSource($0) },
                messageSender: try DestinationSender(options.messageServices)),
            connections: server)
        gateway = try Gateway(
            platform: platform, defaults: options.defaults, version: options.version,
            requiresSignatures: options.requiresSignatures)
        let front = Front(gateway: gateway, runtimeAPI: platform.runtimeAPI)
        http = try HTTPServer(listener: socket.takeDescriptor(), handler: front, limits: .front)
        server.fill(http)
        // Their runtimes call the HTTP server.
        platform.startProvisioned()
        url = "http://\(options.host.contains(":") ? "[\(options.host)]" : options.host):\(port)"
    }

    /// Waits for SIGTERM or SIGINT, then ends everything in order: running invocations first, connections last.
    ///
    /// - Parameter report: Gets lines about what is waited for.
    package func runUntilSignalled(report: (String) -> Void) {
        var signals = Self.stopSignals
        var number: Int32 = 0
        sigwait(&signals, &number)
        let running = platform.runningInvocations
        if running > 0 {
            report(
                "Stopping: waiting up to \(Self.drainSeconds) s for \(running) running "
                    + "invocation\(running == 1 ? "" : "s"). Press Ctrl-C again to stop at once.")
        }
        var now = timespec()
        platform.stop(drainSeconds: Self.drainSeconds) { sigtimedwait(&signals, nil, &now) > 0 }
        gateway.stop()
        http.stop()
    }

    private static var stopSignals: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        return signals
    }

    /// What holds for the whole process, and must be there before its first thread.
    private static func prepareProcess() {
        var signals = stopSignals
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)
        // An environment takes about ten descriptors; the soft limit of 1 024 is for programs that use select(2).
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private static func listen(_ options: ServerOptions) throws(PlatformError) -> ListeningSocket {
        do { return try ListeningSocket(host: options.host, port: options.port) } catch {
            let advice =
                error.number == EADDRINUSE ? " Another program uses the port; choose one with --port, 0 for any." : ""
            throw PlatformError(
                .service, "Cannot listen: \(error).\(advice)", cause: error)
        }
    }

    /// `strata-init`, which is installed beside this program.
    private static func initExecutable() throws(PlatformError) -> String {
        guard let program = realpath("/proc/self/exe", nil) else {
            throw PlatformError(.service, "/proc is not mounted: Strata cannot find its own program.")
        }
        defer { free(program) }
        let folder = String(cString: program).split(separator: "/").dropLast().joined(separator: "/")
        let path = "/\(folder)/strata-init"
        guard access(path, X_OK) == 0 else {
            throw PlatformError(.service, "\(path) is missing: install strata-init beside strata.")
        }
        return path
    }
}

/// Holds the HTTP server for those who need it before it exists.
private final class ServerBox: EnvironmentConnections {
    private let server = Mutex<HTTPServer?>(nil)

    func fill(_ server: HTTPServer) { self.server.withLock { $0 = server } }

    func adopt(connection: Int32, origin: UInt32) {
        if let server = server.withLock({ $0 }) {
            server.adopt(connection: connection, origin: origin)
        } else {
            _ = FileDescriptor(owning: connection)
        }
    }

    func hangUp(origin: UInt32) { server.withLock { $0 }?.closeConnections(of: origin) }
}
