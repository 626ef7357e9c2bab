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

    private let handler: any HTTPHandler
    private let clientLimit: UInt32
    private let clients = Atomic<UInt32>(0)
    private let lowLedger: Mutex<OriginLedger>
    private let highLedger: Mutex<OriginLedger>
    /// The connections that were adopted, by origin.
    private let adopted = Mutex<[UInt32: Set<Int32>]>([:])
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
        clientLimit = limits.connections
        lowLedger = Mutex(OriginLedger(limits: limits.origins))
        highLedger = Mutex(OriginLedger(limits: limits.highOrigins))
        var options = http_options()
        options.access = access
        options.uri = began
        options.completed = completed
        options.admit = admit
        options.connection_changed = connectionChanged
        // The daemon stops before the server goes away, so it may hold the server without counting.
        options.context = Unmanaged.passUnretained(self).toOpaque()
        options.listener = listener ?? -1
        options.threads = limits.threads
        // libmicrohttpd 0.9.75 locks up when a thread of its pool that is handed a connection has its share of them
        // already. So the limits are kept here, and its own is never met: one thread could hold them all.
        let adopted = [limits.origins, limits.highOrigins].reduce(0) {
            $0 + $1.connections + $1.connectionsOfEach * Self.mostOrigins
        }
        let most = limits.connections + UInt32(clamping: adopted) + Self.spareConnections
        options.connection_limit = limits.threads * most
        options.idle_timeout_seconds = limits.idleTimeoutSeconds
        options.connection_memory_bytes = limits.connectionMemoryBytes
        guard let daemon = http_start(&options) else {
            throw StartError(description: "the HTTP server could not start its threads")
        }
        self.daemon = daemon
    }

    /// Serves a connection that somebody else accepted. Takes the descriptor over, whatever happens.
    ///
    /// One who has enough connections already finds the new one closed.
    ///
    /// - Parameter origin: who is behind it, not 0; requests carry it as ``HTTPExchange/origin``.
    public func adopt(connection: Int32, origin: UInt32) {
        guard let daemon, withLedger(of: origin, { $0.open(origin) }) else { return closeDescriptor(connection) }
        adopted.withLock { _ = $0[origin, default: []].insert(connection) }
        // libmicrohttpd closes the connections that it refuses, too.
        if !http_adopt(daemon, connection, origin) { noteEnd(origin: origin, descriptor: connection) }
    }

    /// Ends the connections of an origin behind which there is nobody any more. Not at the same time as
    /// ``adopt(connection:origin:)`` for the same origin.
    ///
    /// libmicrohttpd 0.9.75 may not see by itself that the other end is gone: not where the last bytes of a request
    /// that is not complete came together with the end, for it waits for news of what it has been told of already.
    public func hangUp(origin: UInt32) {
        // Under the lock, so that the descriptors are still ours.
        adopted.withLock { adopted in
            for connection in adopted[origin] ?? [] { shutdown(connection, Int32(SHUT_RDWR)) }
        }
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
        for exchange in parked {
            exchange.respond(Self.stopping)
            exchange.breakOff()
        }
        awaitParked()
        MHD_stop_daemon(daemon)
        self.daemon = nil
        if listener >= 0 { closeDescriptor(listener) }
    }

    /// More origins than there are at once: sandboxes of a thousand executions, and some that end.
    private static let mostOrigins = 2_048

    /// Each thread may let in one client more than there may be, for they look before they count.
    private static let spareConnections: UInt32 = 64
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
            guard charge(exchange, exchange.announcedBytes) else { return refuseForNow(exchange) }
            exchange.reserveAnnounced()
            return exchange.sink == nil || remember(exchange) ? .YES : .NO
        }
        if !upload.isEmpty, let sink = exchange.sink {
            guard !isClosed, exchange.pass(upload, to: sink) else { return .NO }
            return charge(exchange, sink.heldBytes) ? .YES : .NO
        }
        if !upload.isEmpty {
            guard exchange.admits(upload.count) else { return refuse(exchange) }
            guard charge(exchange, exchange.body.count + upload.count) else { return .NO }
            exchange.receive(upload)
            return .YES
        }
        exchange.completeBody()
        if !exchange.isAnswered, let response = handler.respond(to: exchange) {
            exchange.finish()
            if case .stream = response.body, !remember(exchange) { return .NO }
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

    private func withLedger<Result>(of origin: UInt32, _ body: (inout OriginLedger) -> Result) -> Result {
        origin >> 31 == 0 ? lowLedger.withLock { body(&$0) } : highLedger.withLock { body(&$0) }
    }

    private func refuseForNow(_ exchange: HTTPExchange) -> MHD_Result {
        exchange.finish()
        return exchange.queue(HTTPResponse(status: 503, headers: [("Connection", "close"), ("Retry-After", "1")]))
    }

    /// Counts a body of so many bytes against its origin. Clients of the server's own listener are not counted.
    private func charge(_ exchange: HTTPExchange, _ bytes: Int) -> Bool {
        let more = bytes - exchange.chargedBytes
        guard exchange.origin != 0, more > 0 else { return true }
        guard withLedger(of: exchange.origin, { $0.take(more, exchange.origin) }) else { return false }
        exchange.chargedBytes = bytes
        return true
    }

    private var isClosed: Bool { parking.withLock { $0.isClosed } }

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
        if exchange.chargedBytes > 0 {
            withLedger(of: exchange.origin) { $0.giveBack(exchange.chargedBytes, exchange.origin) }
        }
    }

    /// Whether a new connection may stay. Adopted ones were counted when they came.
    fileprivate func admits(origin: UInt32) -> Bool {
        origin != 0 || clients.load(ordering: .relaxed) < clientLimit
    }

    fileprivate func noteStart(origin: UInt32) {
        if origin == 0 { clients.wrappingAdd(1, ordering: .relaxed) }
    }

    /// A connection is about to be closed.
    fileprivate func noteEnd(origin: UInt32, descriptor: Int32) {
        guard origin != 0 else {
            clients.wrappingSubtract(1, ordering: .relaxed)
            return
        }
        withLedger(of: origin) { $0.close(origin) }
        adopted.withLock { adopted in
            adopted[origin]?.remove(descriptor)
            if adopted[origin]?.isEmpty == true { adopted[origin] = nil }
        }
    }
}

// libmicrohttpd's callbacks. An exchange is retained from the moment its request line is read until the request is
// complete, and travels in the connection's context pointer between the two.

private func began(
    context: UnsafeMutableRawPointer?, target: UnsafePointer<CChar>?, connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    guard let target, let connection else { return nil }
    let exchange = HTTPExchange(target: String(cString: target), connection: connection)
    http_hide_query(target)
    return Unmanaged.passRetained(exchange).toOpaque()
}

private func admit(
    context: UnsafeMutableRawPointer?, address: UnsafePointer<sockaddr>?, length: socklen_t
) -> MHD_Result {
    guard let context else { return .NO }
    let server = Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue()
    return server.admits(origin: http_address_origin(address)) ? .YES : .NO
}

private func connectionChanged(
    context: UnsafeMutableRawPointer?, connection: OpaquePointer?,
    socketContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, code: MHD_ConnectionNotificationCode
) {
    guard let context, let connection else { return }
    let server = Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue()
    let origin = http_origin(connection)
    if code == .CONNECTION_NOTIFY_STARTED {
        server.noteStart(origin: origin)
    } else {
        server.noteEnd(origin: origin, descriptor: http_descriptor(connection))
    }
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
    exchange.end()
    Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue().forget(exchange)
}
