internal import CHTTP
internal import CMicrohttpd
internal import Glibc
internal import Synchronization

/// An HTTP/1.1 server on libmicrohttpd: a few threads that call one handler.
public final class HTTPServer: Sendable {
    /// The server could not start.
    public struct StartError: Error, CustomStringConvertible {
        /// The reason, for a message.
        public let description: String
    }

    private let handler: any HTTPHandler
    private let clientLimit: UInt32
    private let refusals: ConnectionRefusals
    private let clients = Atomic<UInt32>(0)
    private let primaryLedger: Mutex<OriginLedger>
    private let secondaryLedger: Mutex<OriginLedger>
    /// The descriptors of adopted connections, by origin.
    private let adopted = Mutex<[UInt32: Set<Int32>]>([:])
    private let threads = Mutex<[ServingThread]>([])
    private let adoptions = Atomic<Int>(0)
    private let pending = Mutex(PendingExchanges())

    /// The exchanges that have to be ended when the server stops.
    private struct PendingExchanges {
        /// Exchanges without a complete response: parked, streaming, or with a streamed request body.
        var exchanges: [ObjectIdentifier: HTTPExchange] = [:]
        /// Whether the server stops, so that none may be added.
        var isClosed = false
    }

    /// Starts serving.
    ///
    /// - Parameters:
    ///   - listener: a bound, listening socket, which the server then owns; `nil` for a server that only gets
    ///   connections by ``adopt(connection:origin:)``.
    ///   - didRefuse: is told when connections begin to be refused, and when they are accepted again. Called on the
    ///   server's threads: it must not wait.
    public init(
        listener: Int32?, handler: any HTTPHandler, limits: Limits = Limits(),
        didRefuse: @escaping @Sendable (ConnectionRefusal) -> Void = { _ in }
    ) throws(StartError) {
        self.handler = handler
        refusals = ConnectionRefusals(report: didRefuse)
        clientLimit = limits.clientConnections
        primaryLedger = Mutex(OriginLedger(limits: limits.primaryOrigins))
        secondaryLedger = Mutex(OriginLedger(limits: limits.secondaryOrigins))
        do throws(StartError) {
            for number in 0..<limits.threads {
                let ownListener = number == 0 ? listener : listener.map { dup($0) }
                let thread = try ServingThread(of: self, listener: ownListener, limits: limits)
                threads.withLock { $0.append(thread) }
            }
        } catch {
            stop()
            throw error
        }
    }

    /// Serves a connection that was accepted elsewhere. Owns the descriptor in every case.
    ///
    /// Closes the connection at once when its origin has too many.
    ///
    /// - Parameter origin: identifies the peer, not 0; requests carry it as ``HTTPExchange/origin``.
    public func adopt(connection: Int32, origin: UInt32) {
        let isAccepted = withLedger(of: origin) { $0.open(origin) }
        refusals.note(.origin, isAccepted: isAccepted)
        guard isAccepted else { return closeDescriptor(connection) }
        adopted.withLock { _ = $0[origin, default: []].insert(connection) }
        let turn = adoptions.wrappingAdd(1, ordering: .relaxed).oldValue
        let thread = threads.withLock { $0.isEmpty ? nil : $0[turn % $0.count] }
        guard thread?.adopt(connection: connection, origin: origin) != true else { return }
        connectionDidEnd(origin: origin, descriptor: connection)
        closeDescriptor(connection)
    }

    /// Closes the connections of an origin that no longer exists. Must not run concurrently with
    /// ``adopt(connection:origin:)`` for the same origin.
    ///
    /// libmicrohttpd 0.9.75 may miss that the peer has closed a connection: when the end of file arrives together with
    /// the last bytes of an incomplete request, it waits for another edge-triggered event, which never comes.
    public func closeConnections(of origin: UInt32) {
        // Under the lock, so that no descriptor is closed and reused meanwhile.
        adopted.withLock { adopted in
            for connection in adopted[origin] ?? [] { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    /// Answers parked requests with 503, waits for the server's threads to end, and closes every connection. The
    /// handler is not called afterwards. Must be called once, and not on one of the server's own threads.
    public func stop() {
        let threads = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in threads { thread.stopListening() }
        // An open connection may still send a request; from here on none is parked. libmicrohttpd aborts the process
        // when it is stopped with a suspended connection.
        let exchanges = pending.withLock { pending in
            pending.isClosed = true
            return Array(pending.exchanges.values)
        }
        for exchange in exchanges {
            exchange.respond(Self.stopping)
            exchange.abort()
        }
        awaitPending()
        for thread in threads { thread.stop() }
    }
}

extension HTTPServer {
    /// Waits at most half a second for the last responses to be sent: a client that does not read must not keep the
    /// server from stopping.
    private func awaitPending() {
        for _ in 0..<100 where !pending.withLock({ $0.exchanges.isEmpty }) {
            usleep(5_000)
        }
    }

    /// One call of libmicrohttpd's access handler: the headers, a piece of the body, or the end of the body.
    func serve(_ exchange: HTTPExchange, method: String, upload: UnsafeRawBufferPointer) -> MHD_Result {
        if !exchange.hasStarted {
            guard exchange.start(method: method, handler: handler) else { return rejectLargeBody(exchange) }
            guard charge(exchange, exchange.announcedBytes) else { return rejectOverLimit(exchange) }
            exchange.reserveAnnounced()
            return exchange.sink == nil || track(exchange) ? .YES : .NO
        }
        if !upload.isEmpty, let sink = exchange.sink {
            guard !isClosed, exchange.pass(upload, to: sink) else { return .NO }
            return charge(exchange, sink.bufferedBytes) ? .YES : .NO
        }
        if !upload.isEmpty {
            guard exchange.admits(upload.count) else { return rejectLargeBody(exchange) }
            guard charge(exchange, exchange.body.count + upload.count) else { return .NO }
            exchange.receive(upload)
            return .YES
        }
        exchange.completeBody()
        if !exchange.isAnswered, let response = handler.respond(to: exchange) {
            exchange.finish()
            if case .stream = response.body, !track(exchange) { return .NO }
            return exchange.queue(response)
        }
        if !track(exchange) { exchange.respond(Self.stopping) }
        guard let response = exchange.takeResponseOrPark() else { return .YES }
        return exchange.queue(response)
    }

    /// Answers a request whose body exceeds its own limit.
    private func rejectLargeBody(_ exchange: HTTPExchange) -> MHD_Result {
        var response = handler.responseForLargeBody(exchange)
        response.headers.append(("Connection", "close"))
        exchange.finish()
        return exchange.queue(response)
    }

    private static var stopping: HTTPResponse { HTTPResponse(status: 503) }

    /// Calls `body` with the ledger of the origin's class, which the highest bit of its number chooses.
    private func withLedger<Result>(of origin: UInt32, _ body: (inout OriginLedger) -> Result) -> Result {
        origin >> 31 == 0 ? primaryLedger.withLock { body(&$0) } : secondaryLedger.withLock { body(&$0) }
    }

    /// Answers a request whose body exceeds what its origin, or all origins, may have in memory at the moment.
    private func rejectOverLimit(_ exchange: HTTPExchange) -> MHD_Result {
        exchange.finish()
        return exchange.queue(HTTPResponse(status: 503, headers: [("Connection", "close"), ("Retry-After", "1")]))
    }

    /// Counts a body of so many bytes against its origin's limit; `false` when it exceeds that. Clients of the server's
    /// own listener have no such limit.
    private func charge(_ exchange: HTTPExchange, _ bytes: Int) -> Bool {
        let more = bytes - exchange.chargedBytes
        guard exchange.origin != 0, more > 0 else { return true }
        guard withLedger(of: exchange.origin, { $0.reserve(more, exchange.origin) }) else { return false }
        exchange.chargedBytes = bytes
        return true
    }

    private var isClosed: Bool { pending.withLock { $0.isClosed } }

    /// Adds an exchange to those that have to be ended when the server stops. `false` when it is already stopping.
    private func track(_ exchange: HTTPExchange) -> Bool {
        pending.withLock { pending in
            guard !pending.isClosed else { return false }
            pending.exchanges[ObjectIdentifier(exchange)] = exchange
            return true
        }
    }

    /// An exchange is over: frees what it held.
    func didEnd(_ exchange: HTTPExchange) {
        _ = pending.withLock { $0.exchanges.removeValue(forKey: ObjectIdentifier(exchange)) }
        if exchange.chargedBytes > 0 {
            withLedger(of: exchange.origin) { $0.release(exchange.chargedBytes, exchange.origin) }
        }
    }

    /// Whether a new connection is accepted. Adopted ones were checked by ``adopt(connection:origin:)``.
    func admits(origin: UInt32) -> Bool {
        guard origin == 0 else { return true }
        let isAccepted = clients.load(ordering: .relaxed) < clientLimit
        refusals.note(.client, isAccepted: isAccepted)
        return isAccepted
    }

    /// A connection has started. Adopted ones were counted by ``adopt(connection:origin:)``.
    func connectionDidStart(origin: UInt32) {
        if origin == 0 { clients.wrappingAdd(1, ordering: .relaxed) }
    }

    /// A connection is about to be closed.
    func connectionDidEnd(origin: UInt32, descriptor: Int32) {
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
