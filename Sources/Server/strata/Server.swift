internal import CommandLine
internal import FunctionExecution
internal import Glibc
internal import HTTP
internal import LinuxSystem
internal import RuntimeAPI
internal import ServiceKit
internal import Synchronization
internal import Domain

/// A running server: its parts, the HTTP server in front of them, and the signals that end it.
struct Server {
    private let parts: Composition
    private let http: HTTPServer
    /// Where the server is reached.
    let url: String

    /// How long running invocations may go on after SIGTERM; with what follows, the server ends within five seconds.
    private static let drainSeconds = 3.5

    /// Starts serving.
    ///
    /// - Throws: ``StartupError``, with a message for the person who started it.
    init(_ configuration: ServerConfiguration) throws {
        Self.prepareProcess()
        let socket = try Self.listen(configuration)
        let port = socket.port
        // The pool hands connections to the HTTP server, which needs the pool first.
        let connections = LateConnections()
        parts = try Composition(configuration, port: port, connections: connections)
        let runtimeAPI = RuntimeAPIHandler(
            environments: parts.pool, responseLimitBytes: LambdaLimits.synchronousPayloadBytes)
        http = try HTTPServer(
            listener: socket.takeDescriptor(),
            handler: OriginRouter(gateway: parts.gateway, runtimeAPI: runtimeAPI), limits: .ofServer)
        connections.fill(http)
        try parts.start()
        let host = configuration.host
        url = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    /// Waits for SIGTERM or SIGINT, then ends everything in order: running invocations first, connections last.
    ///
    /// - Parameter report: gets lines about what is waited for.
    func runUntilSignalled(report: (String) -> Void) {
        var signals = Self.stopSignals
        var number: Int32 = 0
        sigwait(&signals, &number)
        let running = parts.pool.busyCount
        if running > 0 {
            report(
                "Stopping: waiting up to \(Self.drainSeconds) s for \(running) running "
                    + "invocation\(running == 1 ? "" : "s"). Press Ctrl-C again to stop at once.")
        }
        var now = timespec()
        withoutActuallyEscaping({ sigtimedwait(&signals, nil, &now) > 0 }) { isSignalled in
            parts.stop(ShutdownPatience(seconds: Self.drainSeconds, isExhausted: isSignalled))
        }
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

    private static func listen(_ configuration: ServerConfiguration) throws(StartupError) -> ListeningSocket {
        do { return try ListeningSocket(host: configuration.host, port: configuration.port) } catch {
            let advice =
                error.number == EADDRINUSE ? " Another program uses the port; choose one with --port, 0 for any." : ""
            throw StartupError("Cannot listen: \(error).\(advice)", cause: error)
        }
    }
}

/// Holds the HTTP server for those who need it before it exists.
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

    func hangUp(origin: UInt32) { server.withLock { $0 }?.closeConnections(of: origin) }
}
