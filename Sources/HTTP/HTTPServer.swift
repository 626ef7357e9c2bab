internal import CHTTP
internal import CMicrohttpd
internal import Glibc
internal import Synchronization

/// An HTTP/1.1 server on libmicrohttpd: a pool of epoll threads that call one handler.
public final class HTTPServer: Sendable {
    /// The server could not start.
    public struct StartError: Error, CustomStringConvertible {
        /// What happened, in words.
        public let description: String
    }

    /// Limits of a server; each has a reason.
    public struct Limits: Sendable {
        /// Threads that read, handle and write. Two, because a loopback client shares the machine with them.
        public var threads: UInt32 = 2
        /// Connections at once. Above the 1 000 environments of an account, and their clients.
        public var connections: UInt32 = 4096
        /// A connection without traffic is closed after this long, in seconds; 0 keeps it. A parked request does not
        /// count as idle.
        public var idleTimeoutSeconds: UInt32 = 0
        /// Memory for the headers of one connection, in bytes. Lambda's longest header, the client context, has 3 583.
        public var connectionMemoryBytes = 32 * 1024

        /// The defaults.
        public init() {}
    }

    private let handler: any HTTPHandler
    // Set once by `init` before any callback can use it; libmicrohttpd's own calls are thread-safe.
    nonisolated(unsafe) private var daemon: OpaquePointer?
    private let parking = Mutex(Parking())

    private struct Parking {
        /// The exchanges whose answer has yet to come, or to be sent.
        var exchanges: [ObjectIdentifier: HTTPExchange] = [:]
        /// Whether the server stops, and nothing may be parked any more.
        var isClosed = false
    }

    /// Starts serving.
    ///
    /// - Parameter listener: a bound, listening socket that the server takes over; `nil` for a server that is only
    ///   handed connections with ``adopt(connection:origin:)``.
    public init(listener: Int32?, handler: any HTTPHandler, limits: Limits = Limits()) throws(StartError) {
        self.handler = handler
        var options = http_options()
        options.access = access
        options.uri = began
        options.completed = completed
        // The daemon stops before the server goes away, so it may hold the server without counting.
        options.context = Unmanaged.passUnretained(self).toOpaque()
        options.listener = listener ?? -1
        options.threads = limits.threads
        options.connection_limit = limits.connections
        options.idle_timeout_seconds = limits.idleTimeoutSeconds
        options.connection_memory_bytes = limits.connectionMemoryBytes
        guard let daemon = http_start(&options) else {
            throw StartError(description: "the HTTP server could not start its threads")
        }
        self.daemon = daemon
    }

    /// Serves a connection that somebody else accepted. Takes the descriptor over, whatever happens.
    ///
    /// - Parameter origin: who is behind it, not 0; requests carry it as ``HTTPExchange/origin``.
    public func adopt(connection: Int32, origin: UInt32) {
        guard let daemon else { return closeDescriptor(connection) }
        // libmicrohttpd closes the connections that it refuses, too.
        _ = http_adopt(daemon, connection, origin)
    }

    /// Answers what is still parked with 503, waits for the server's threads to end, and closes every connection.
    /// The handler is not called afterwards. To be called once, on none of the server's own threads.
    public func stop() {
        guard let daemon else { return }
        let listener = MHD_quiesce_daemon(daemon)
        // A connection that is open already may still bring a request: it is not parked from here on. libmicrohttpd
        // ends the process when it is stopped with a connection that is suspended.
        let parked = parking.withLock { parking in
            parking.isClosed = true
            return Array(parking.exchanges.values)
        }
        for exchange in parked { exchange.respond(Self.stopping) }
        awaitParked()
        MHD_stop_daemon(daemon)
        self.daemon = nil
        if listener >= 0 { closeDescriptor(listener) }
    }
}

extension HTTPServer {
    /// Gives the last answers a moment to be sent; a client that does not read must not keep the server from stopping.
    private func awaitParked() {
        for _ in 0..<100 where !parking.withLock({ $0.exchanges.isEmpty }) {
            usleep(5_000)
        }
    }

    fileprivate func serve(_ exchange: HTTPExchange, method: String, upload: UnsafeRawBufferPointer) -> MHD_Result {
        if !exchange.hasStarted {
            guard exchange.start(method: method, handler: handler) else { return refuse(exchange) }
            return .YES
        }
        if !upload.isEmpty {
            return exchange.receive(upload) ? .YES : refuse(exchange)
        }
        if !exchange.isAnswered, let response = handler.respond(to: exchange) {
            exchange.finish()
            return exchange.queue(response)
        }
        if !remember(exchange) { exchange.respond(Self.stopping) }
        guard let response = exchange.takeResponseOrPark() else { return .YES }
        return exchange.queue(response)
    }

    private func refuse(_ exchange: HTTPExchange) -> MHD_Result {
        var response = handler.responseForLargeBody(exchange)
        response.headers.append(("Connection", "close"))
        exchange.finish()
        return exchange.queue(response)
    }

    private static var stopping: HTTPResponse { HTTPResponse(status: 503) }

    /// Notes an exchange that may have to be answered when the server stops. `false` when it stops already.
    private func remember(_ exchange: HTTPExchange) -> Bool {
        parking.withLock { parking in
            guard !parking.isClosed else { return false }
            parking.exchanges[ObjectIdentifier(exchange)] = exchange
            return true
        }
    }

    fileprivate func forget(_ exchange: HTTPExchange) {
        _ = parking.withLock { $0.exchanges.removeValue(forKey: ObjectIdentifier(exchange)) }
    }
}

// libmicrohttpd's callbacks. An exchange is retained from the moment its request line is read until the request is
// complete, and travels in the connection's context pointer between the two.

private func began(
    context: UnsafeMutableRawPointer?, target: UnsafePointer<CChar>?, connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    guard let target, let connection else { return nil }
    let exchange = HTTPExchange(target: String(cString: target), connection: connection)
    return Unmanaged.passRetained(exchange).toOpaque()
}

private func access(
    context: UnsafeMutableRawPointer?, connection: OpaquePointer?, url: UnsafePointer<CChar>?,
    method: UnsafePointer<CChar>?, version: UnsafePointer<CChar>?, upload: UnsafePointer<CChar>?,
    uploadSize: UnsafeMutablePointer<Int>?, exchangePointer: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let context, let method, let uploadSize, let pointer = exchangePointer?.pointee else { return .NO }
    let server = Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue()
    let exchange = Unmanaged<HTTPExchange>.fromOpaque(pointer).takeUnretainedValue()
    let bytes = UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee)
    uploadSize.pointee = 0
    return server.serve(exchange, method: String(cString: method), upload: bytes)
}

private func completed(
    context: UnsafeMutableRawPointer?, connection: OpaquePointer?,
    exchangePointer: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, code: MHD_RequestTerminationCode
) {
    guard let context, let pointer = exchangePointer?.pointee else { return }
    exchangePointer?.pointee = nil
    let exchange = Unmanaged<HTTPExchange>.fromOpaque(pointer).takeRetainedValue()
    exchange.finish()
    Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue().forget(exchange)
}
