internal import CommandLine
internal import FunctionExecution
internal import Glibc
internal import HTTP
internal import LinuxSystem
internal import RuntimeAPI
internal import Sandbox
internal import ServiceKit
internal import Synchronization
internal import Domain

/// A running server: its parts, the HTTP server in front of them, and the signals that stop it.
struct Server {
    private let parts: Composition
    private let http: HTTPServer
    private let log: ServerLog
    private let logWriter: LogWriter
    /// Whether people read standard error; programs that read JSON get nothing but the log.
    private let isLogText: Bool
    /// The URL for clients of this machine.
    let url: String

    /// How long running invocations may continue after SIGTERM. The server ends within five seconds, so the rest is for
    /// what follows.
    private static let patienceSeconds = 3.5

    /// Starts serving.
    ///
    /// - Throws: ``StartupError``, with a message for the person who started it.
    init(_ configuration: ServerConfiguration) throws {
        Self.prepareProcess()
        logWriter = try Self.logWriter(configuration)
        isLogText = configuration.logFormat == .text
        log = ServerLog(logWriter)
        let socket = try Self.listen(configuration)
        let port = socket.port
        // The pool hands connections to the HTTP server, which needs the pool first.
        let connections = LateConnections()
        let isText = isLogText
        parts = try Self.compose(configuration, port: port, connections, log, logWriter) { line in
            guard isText else { return }
            let bytes = Array((line + "\n").utf8)
            write(STDERR_FILENO, bytes, bytes.count)
        }
        let runtimeAPI = RuntimeAPIHandler(
            environments: parts.pool, responseLimitBytes: LambdaLimits.synchronousPayloadBytes)
        http = try HTTPServer(
            listener: socket.takeDescriptor(),
            handler: OriginRouter(gateway: parts.gateway, runtimeAPI: runtimeAPI), limits: .ofServer,
            didRefuse: log.named("http").note)
        connections.fill(http)
        try parts.start()
        let host = configuration.host
        url = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        log.info(
            "The server has started",
            [
                "url": .text(url), "data_folder": .text(configuration.dataFolder),
                "database": ServerStorage.place(of: configuration.database).map { .text($0) },
                "version": .text(configuration.version),
                "requires_signatures": .flag(configuration.requiresSignatures),
                "process": .integer(Int(getpid())),
            ])
    }

    /// Waits for SIGTERM or SIGINT, then stops everything in order: running invocations first, connections last.
    ///
    /// - Parameter report: prints lines about what the shutdown waits for.
    func runUntilSignalled(report: (String) -> Void) {
        logDegradations()
        var signals = Self.stopSignals
        var number: Int32 = 0
        sigwait(&signals, &number)
        let start = MonotonicClock.nowNanoseconds()
        let running = parts.pool.busyCount
        log.info("The server is stopping", ["signal": .integer(Int(number)), "running": .integer(running)])
        if running > 0, isLogText {
            report(
                "Stopping: waiting up to \(Self.patienceSeconds) s for \(running) running "
                    + "invocation\(running == 1 ? "" : "s"). Press Ctrl-C again to stop at once.")
        }
        var now = timespec()
        withoutActuallyEscaping({ sigtimedwait(&signals, nil, &now) > 0 }) { isSignalled in
            parts.stop(ShutdownPatience(seconds: Self.patienceSeconds, isExhausted: isSignalled))
        }
        http.stop()
        log.info(
            "The server has stopped",
            ["seconds": .number(Double((MonotonicClock.nowNanoseconds() - start) / 1_000_000) / 1_000)])
        logWriter.close()
    }

    /// Makes the parts. A failure without a message for people gets one; what was logged is written before.
    private static func compose(
        _ configuration: ServerConfiguration, port: UInt16, _ connections: LateConnections, _ log: ServerLog,
        _ writer: LogWriter, announce: @escaping @Sendable (String) -> Void
    ) throws(StartupError) -> Composition {
        do {
            return try Composition(configuration, port: port, connections: connections, log: log, announce: announce)
        } catch {
            writer.close()
            if let error = error as? StartupError { throw error }
            throw StartupError(
                "The server cannot start with the data folder \(configuration.dataFolder): \(error)", cause: error)
        }
    }

    /// Writes the log to standard error, in colours where that is a terminal.
    private static func logWriter(_ configuration: ServerConfiguration) throws -> LogWriter {
        let output = LogOutput(descriptor: STDERR_FILENO)
        return try LogWriter(
            level: configuration.logLevel, format: configuration.logFormat,
            isColored: output.isTerminal && StrataCommand.allowsColors,
            now: { WallClock.nowMilliseconds() }, write: { output.write($0) })
    }

    /// Logs what the host lacks, as `strata doctor` reports it: as errors where functions cannot run at all. Only where
    /// information is logged: the probe makes a cgroup, and a failed start of an environment is logged anyway.
    private func logDegradations() {
        let log = log.named("host")
        guard log.records(.info) else { return }
        for lack in HostCapabilities.probe().degraded {
            log.log(
                lack.isFatal ? .error : .info, "The host lacks something that functions need",
                ["missing": .text(lack.missing), "effect": .text(lack.effect), "remedy": .text(lack.remedy)])
        }
    }

    private static var stopSignals: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        return signals
    }

    /// Sets what threads inherit or share. Must run before the first thread is made.
    private static func prepareProcess() {
        var signals = stopSignals
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)
        // An environment takes about ten descriptors; the soft limit of 1 024 is for programs that use select(2).
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        HeapMemory.mapBlocks(fromBytes: mappedBlockBytes)
    }

    /// Payloads up to here are kept in the heap, where a block costs no system call. Longer ones cost more to copy than
    /// to map.
    private static let mappedBlockBytes: Int32 = 1 << 20

    private static func listen(_ configuration: ServerConfiguration) throws(StartupError) -> ListeningSocket {
        do { return try ListeningSocket(host: configuration.host, port: configuration.port) } catch {
            let advice =
                error.number == EADDRINUSE ? " Another program uses the port; choose one with --port, 0 for any." : ""
            throw StartupError("Cannot listen: \(error).\(advice)", cause: error)
        }
    }
}

/// Stands for the HTTP server until it exists: connections are closed until then.
private final class LateConnections: EnvironmentConnections {
    private let server = Mutex<HTTPServer?>(nil)

    func fill(_ server: HTTPServer) { self.server.withLock { $0 = server } }

    func adopt(connection: Int32, origin: UInt32) {
        if let server = server.withLock({ $0 }) {
            server.adopt(connection: connection, origin: origin)
        } else {
            _ = FileDescriptor(owning: connection)
        }
    }

    func readReceived(of origins: Set<UInt32>, then body: @escaping @Sendable () -> Void) {
        if let server = server.withLock({ $0 }) { server.readReceived(of: origins, then: body) } else { body() }
    }

    func hangUp(origin: UInt32) { server.withLock { $0 }?.closeConnections(of: origin) }
}
