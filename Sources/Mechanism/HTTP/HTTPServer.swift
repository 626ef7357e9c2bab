internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// An HTTP/1.1 server: a few threads that call one handler (docs/decisions/0026).
public final class HTTPServer: Sendable {
    /// The server could not start.
    public struct StartError: Error, CustomStringConvertible {
        /// The reason, for a message.
        public let description: String
    }

    private let handler: any HTTPHandler
    private let refusals: ConnectionRefusals
    private let clients: Mutex<ClientLedger>
    private let primaryLedger: Mutex<OriginLedger>
    private let secondaryLedger: Mutex<OriginLedger>
    /// The descriptors of adopted connections, by origin.
    private let adopted = Mutex<[UInt32: Set<Int32>]>([:])
    private let threads = Mutex<[ServingThread]>([])
    private let adoptions = Atomic<Int>(0)

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
        clients = Mutex(ClientLedger(limit: Int(limits.clientConnections)))
        primaryLedger = Mutex(OriginLedger(limits: limits.primaryOrigins))
        secondaryLedger = Mutex(OriginLedger(limits: limits.secondaryOrigins))
        do throws(StartError) {
            for number in 0..<limits.threads {
                let ownListener = try number == 0 ? listener : listener.map(Self.duplicate)
                let thread = try ServingThread(of: self, listener: ownListener, limits: limits)
                threads.withLock { $0.append(thread) }
            }
        } catch {
            stop()
            throw error
        }
    }

    private static func duplicate(_ listener: Int32) throws(StartError) -> Int32 {
        let copy = fcntl(listener, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else {
            throw StartError(description: "the HTTP server could not start: \(SystemCallError("fcntl"))")
        }
        return copy
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

    /// Reads what the connections of these origins have received by now, then calls `body`: what a process sent before
    /// it ended is handled before its end is. A body that its sink has paused is read to its end too, unless
    /// ``closeConnections(of:)`` ends that.
    ///
    /// - Parameter body: called once, on one of the server's threads or on this one.
    public func readReceived(of origins: Set<UInt32>, then body: @escaping @Sendable () -> Void) {
        let reading = PendingReads(whenDone: body)
        for thread in threads.withLock({ $0 }) {
            reading.begin()
            if !thread.readReceived(of: origins, reading) { reading.end() }
        }
        reading.end()
    }

    /// Closes the connections of an origin that no longer exists. Must not run concurrently with
    /// ``adopt(connection:origin:)`` for the same origin.
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
        for thread in threads { thread.beginStop() }
        for thread in threads { thread.join() }
    }

    static var stopping: HTTPResponse { HTTPResponse(status: 503) }
}

// What connections ask, on their threads.
extension HTTPServer {
    /// What became of a piece of a body.
    enum Receipt {
        case taken
        /// The request is refused, and its connection closed behind the response.
        case refused(HTTPResponse)
        /// The connection is to be closed.
        case disconnect
    }

    /// Whether the handler has to read something before ``begin(_:)``.
    func needsPreparation(_ exchange: HTTPExchange) -> Bool { handler.needsPreparation(for: exchange) }

    /// A request's head has arrived. Returns the response where it is refused before its body is read.
    func begin(_ exchange: HTTPExchange) -> HTTPResponse? {
        guard exchange.start(handler: handler) else { return handler.responseForLargeBody(exchange) }
        guard exchange.sink == nil else { return nil }
        guard charge(exchange, exchange.announcedBytes) else { return Self.overLimit }
        exchange.reserveAnnounced()
        return nil
    }

    /// A piece of a request's body has arrived.
    func receive(_ piece: UnsafeRawBufferPointer, of exchange: HTTPExchange) -> Receipt {
        guard let sink = exchange.sink else {
            guard exchange.admits(piece.count) else { return .refused(handler.responseForLargeBody(exchange)) }
            guard charge(exchange, exchange.body.count + piece.count) else { return .disconnect }
            exchange.receive(piece)
            return .taken
        }
        let receipt = exchange.pass(piece, to: sink)
        guard case .taken = receipt else { return receipt }
        return charge(exchange, sink.bufferedBytes) ? .taken : .disconnect
    }

    /// A request is complete. Returns its response, or `nil` where that comes later.
    func respond(to exchange: HTTPExchange) -> HTTPResponse? {
        guard !exchange.isAnswered, let response = handler.respond(to: exchange) else { return nil }
        exchange.finish()
        return response
    }

    /// Answers a request whose body exceeds what its origin, or all origins, may have in memory at the moment.
    private static var overLimit: HTTPResponse { HTTPResponse(status: 503, headers: [("Retry-After", "1")]) }

    /// Calls `body` with the ledger of the origin's class, which the highest bit of its number chooses.
    private func withLedger<Result>(of origin: UInt32, _ body: (inout OriginLedger) -> Result) -> Result {
        origin >> 31 == 0 ? primaryLedger.withLock { body(&$0) } : secondaryLedger.withLock { body(&$0) }
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

    /// An exchange is over: frees what it held.
    ///
    /// - Parameter sentStatus: the status of its response; `nil` where the client did not get one whole.
    func didEnd(_ exchange: HTTPExchange, sentStatus: Int?) {
        if let sentStatus { handler.didRespond(to: exchange, status: sentStatus) }
        if exchange.chargedBytes > 0 {
            withLedger(of: exchange.origin) { $0.release(exchange.chargedBytes, exchange.origin) }
        }
    }

    /// Counts a client's connection, unless there are too many. Adopted ones were counted by
    /// ``adopt(connection:origin:)``.
    func admitClient(_ address: PeerAddress?) -> ClientLedger.Verdict { clients.withLock { $0.open(address) } }

    /// Whether a connection was accepted without another one giving way, or being refused.
    func noteClient(isAccepted: Bool) { refusals.note(.client, isAccepted: isAccepted) }

    /// A thread has no connection that gives way to a new one: the other threads make room for the next one.
    func makeRoom(besides thread: ServingThread) {
        for other in threads.withLock(\.self) where other !== thread { other.giveWaySoon() }
    }

    /// A connection is about to be closed.
    func connectionDidEnd(origin: UInt32, descriptor: Int32, address: PeerAddress? = nil) {
        guard origin != 0 else { return clients.withLock { $0.close(address) } }
        withLedger(of: origin) { $0.close(origin) }
        adopted.withLock { adopted in
            adopted[origin]?.remove(descriptor)
            if adopted[origin]?.isEmpty == true { adopted[origin] = nil }
        }
    }
}
