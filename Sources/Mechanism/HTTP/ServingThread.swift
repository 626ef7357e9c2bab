internal import CHTTP
internal import CMicrohttpd
internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// One thread of a server with its connections: it drives one libmicrohttpd daemon.
///
/// The thread spins for a moment before it sleeps (docs/decisions/0022). A peer that was just sent something, such as a
/// runtime its event, sends again soon, and waking a thread takes as long as the work of an invocation.
final class ServingThread: Sendable {
    /// Jobs of other threads for this one: only this thread may use the daemon.
    private struct Inbox {
        var jobs: [@Sendable () -> Void] = []
        var isStopping = false
        var isEmpty: Bool { jobs.isEmpty && !isStopping }
    }

    private let unretainedServer: Unmanaged<HTTPServer>
    private let waker: Waker
    private let limits: HTTPServer.Limits
    private let inbox = Mutex(Inbox())
    private let thread = Mutex<SystemThread?>(nil)
    // Only the thread uses the daemon while it runs.
    nonisolated(unsafe) private var daemon: OpaquePointer?
    /// Whether a connection was resumed that libmicrohttpd may not have processed yet.
    private let hasResumed = Atomic(false)
    /// Whether the thread sleeps, or is about to.
    private let isAsleep = Atomic(false)
    /// Whether a request, or a part of one, has arrived since this was last set to `false`.
    nonisolated(unsafe) private var hasWorked = false

    /// Starts serving. The server must stop the thread before it is deallocated.
    ///
    /// - Parameter listener: a listening socket, which the thread owns from here on; `nil` for none.
    init(of server: HTTPServer, listener: Int32?, limits: HTTPServer.Limits) throws(HTTPServer.StartError) {
        unretainedServer = Unmanaged.passUnretained(server)
        self.limits = limits
        do { waker = try Waker() } catch { throw Self.cannotStart(error) }
        var options = http_options()
        options.access = access
        options.uri = requestBegan
        options.completed = requestCompleted
        options.admit = admit
        options.connection_changed = connectionChanged
        options.context = Unmanaged.passUnretained(self).toOpaque()
        options.listener = listener ?? -1
        options.connection_limit = limits.connectionsPerThread
        options.idle_timeout_seconds = limits.idleTimeoutSeconds
        options.connection_memory_bytes = limits.connectionMemoryBytes
        guard let daemon = http_start(&options) else {
            throw HTTPServer.StartError(description: "the HTTP server could not start")
        }
        self.daemon = daemon
        do {
            let thread = try SystemThread(name: "http") { [self] in run() }
            self.thread.withLock { $0 = thread }
        } catch {
            MHD_stop_daemon(daemon)
            throw Self.cannotStart(error)
        }
    }

    private static func cannotStart(_ cause: SystemCallError) -> HTTPServer.StartError {
        HTTPServer.StartError(description: "the HTTP server could not start: \(cause)")
    }

    /// Serves a connection that was accepted elsewhere, and owns it.
    ///
    /// - Returns: `false` when the thread is stopping: the caller still owns the connection.
    func adopt(connection: Int32, origin: UInt32) -> Bool {
        perform { [self] in
            guard let daemon, !http_adopt(daemon, connection, origin) else { return }
            // libmicrohttpd has closed the connection that it refused.
            server.connectionDidEnd(origin: origin, descriptor: connection)
        }
    }

    /// Stops accepting connections and closes the listening socket.
    func stopListening() {
        _ = perform { [self] in
            guard let daemon else { return }
            let listener = MHD_quiesce_daemon(daemon)
            if listener >= 0 { closeDescriptor(listener) }
        }
    }

    /// Ends the thread and closes every connection. Must be called once, on another thread.
    func stop() {
        inbox.withLock { $0.isStopping = true }
        wake()
        thread.withLock { $0 }?.join()
        if let daemon { MHD_stop_daemon(daemon) }
        daemon = nil
    }
}

extension ServingThread {
    /// Runs a job on the thread. `false` when the thread is stopping.
    private func perform(_ job: @escaping @Sendable () -> Void) -> Bool {
        let isAccepted = inbox.withLock { inbox in
            if !inbox.isStopping { inbox.jobs.append(job) }
            return !inbox.isStopping
        }
        if isAccepted { wake() }
        return isAccepted
    }

    /// Resumes a suspended connection. May be called on any thread.
    static func resume(_ connection: OpaquePointer) {
        // Read first: once resumed, the connection may end at any moment.
        let thread = http_connection_context(connection).map { serving($0) }
        MHD_resume_connection(connection)
        guard let thread else { return }
        thread.hasResumed.store(true, ordering: .sequentiallyConsistent)
        thread.wake()
    }

    /// Wakes the thread if it sleeps. Otherwise it sees what the caller has just stored before it sleeps.
    private func wake() {
        if isAsleep.load(ordering: .sequentiallyConsistent) { waker.wake() }
    }

    fileprivate var server: HTTPServer { unretainedServer.takeUnretainedValue() }

    fileprivate func serve(
        _ exchange: HTTPExchange, method: String, upload: UnsafeRawBufferPointer
    ) -> MHD_Result {
        hasWorked = true
        return server.serve(exchange, method: method, upload: upload)
    }

    private func run() {
        guard let daemon else { return }
        var window = SpinWindow(
            shortestMicroseconds: limits.shortestSpinMicroseconds, longestMicroseconds: limits.longestSpinMicroseconds)
        var quietSince = MonotonicClock.nowNanoseconds()
        while performJobs() {
            hasWorked = false
            hasResumed.store(false, ordering: .sequentiallyConsistent)
            let begin = MonotonicClock.nowNanoseconds()
            MHD_run_wait(daemon, 0)
            if hasWorked {
                window.workCame(afterNanoseconds: begin - quietSince)
                quietSince = MonotonicClock.nowNanoseconds()
            } else if begin - quietSince >= window.nanoseconds {
                sleep(daemon)
            }
        }
    }

    /// Waits until a connection is ready, or another thread wakes this one.
    private func sleep(_ daemon: OpaquePointer) {
        isAsleep.store(true, ordering: .sequentiallyConsistent)
        defer { isAsleep.store(false, ordering: .relaxed) }
        guard !hasResumed.load(ordering: .sequentiallyConsistent), inbox.withLock({ $0.isEmpty }) else { return }
        var milliseconds: UInt64 = 0
        let hasTimeout = MHD_get_timeout(daemon, &milliseconds) == .YES
        var ready = [
            pollfd(fd: http_epoll_descriptor(daemon), events: Int16(POLLIN), revents: 0),
            pollfd(fd: waker.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        poll(&ready, nfds_t(ready.count), hasTimeout ? Int32(clamping: milliseconds) : -1)
        if ready[1].revents != 0 { waker.clear() }
    }

    /// Runs the jobs of the inbox. `false` when the thread has to end.
    private func performJobs() -> Bool {
        let (jobs, isStopping) = inbox.withLock { inbox in
            defer { inbox.jobs = [] }
            return (inbox.jobs, inbox.isStopping)
        }
        for job in jobs { job() }
        return !isStopping
    }
}

// libmicrohttpd's callbacks. An exchange is retained from its request line until the request is complete; in between,
// libmicrohttpd keeps it in the request's context pointer.

private func serving(_ context: UnsafeMutableRawPointer) -> ServingThread {
    Unmanaged<ServingThread>.fromOpaque(context).takeUnretainedValue()
}

/// The request line has been read (MHD_OPTION_URI_LOG_CALLBACK): makes the exchange.
private func requestBegan(
    context: UnsafeMutableRawPointer?, target: UnsafePointer<CChar>?, connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    guard let target, let connection else { return nil }
    let exchange = HTTPExchange(target: String(cString: target), connection: connection)
    http_hide_query(target)
    return Unmanaged.passRetained(exchange).toOpaque()
}

/// A connection has arrived (MHD_AcceptPolicyCallback): accepts or refuses it.
private func admit(
    context: UnsafeMutableRawPointer?, address: UnsafePointer<sockaddr>?, length: socklen_t
) -> MHD_Result {
    guard let context else { return .NO }
    return serving(context).server.admits(origin: http_address_origin(address)) ? .YES : .NO
}

/// A connection has started or ended (MHD_OPTION_NOTIFY_CONNECTION).
private func connectionChanged(
    context: UnsafeMutableRawPointer?, connection: OpaquePointer?,
    socketContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, code: MHD_ConnectionNotificationCode
) {
    guard let context, let connection else { return }
    let server = serving(context).server
    let origin = http_origin(connection)
    // ServingThread.resume finds the connection's thread by it.
    socketContext?.pointee = context
    if code == .CONNECTION_NOTIFY_STARTED {
        server.connectionDidStart(origin: origin)
    } else {
        server.connectionDidEnd(origin: origin, descriptor: http_descriptor(connection))
    }
}

/// The headers, a piece of the body, or its end have arrived (MHD_AccessHandlerCallback).
private func access(
    context: UnsafeMutableRawPointer?, connection: OpaquePointer?, url: UnsafePointer<CChar>?,
    method: UnsafePointer<CChar>?, version: UnsafePointer<CChar>?, upload: UnsafePointer<CChar>?,
    uploadSize: UnsafeMutablePointer<Int>?, exchangePointer: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let context, let method, let uploadSize, let pointer = exchangePointer?.pointee else { return .NO }
    let thread = serving(context)
    let exchange = Unmanaged<HTTPExchange>.fromOpaque(pointer).takeUnretainedValue()
    let bytes = UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee)
    uploadSize.pointee = 0
    return thread.serve(exchange, method: String(cString: method), upload: bytes)
}

/// The request is over (MHD_OPTION_NOTIFY_COMPLETED): releases the exchange.
private func requestCompleted(
    context: UnsafeMutableRawPointer?, connection: OpaquePointer?,
    exchangePointer: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, code: MHD_RequestTerminationCode
) {
    guard let context, let pointer = exchangePointer?.pointee else { return }
    exchangePointer?.pointee = nil
    let exchange = Unmanaged<HTTPExchange>.fromOpaque(pointer).takeRetainedValue()
    exchange.end()
    serving(context).server.didEnd(exchange)
}
