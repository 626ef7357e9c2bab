internal import CHTTP
internal import CMicrohttpd
internal import Glibc
internal import Synchronization

/// An HTTP/1.1 server on libmicrohttpd: some threads that call one handler.
public final class HTTPServer: Sendable {
    /// The server could not start.
    public struct StartError: Error, CustomStringConvertible {
        /// What happened, in words.
        public let description: String
    }

    private let handler: any HTTPHandler
    private let clientLimit: UInt32
    private let clients = Atomic<UInt32>(0)
    private let primaryLedger: Mutex<OriginLedger>
    private let secondaryLedger: Mutex<OriginLedger>
    /// The connections that were adopted, by origin.
    private let adopted = Mutex<[UInt32: Set<Int32>]>([:])
    private let threads = Mutex<[ServingThread]>([])
    private let adoptions = Atomic<Int>(0)
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

    /// Serves a connection that somebody else accepted. Takes the descriptor over, whatever happens.
    ///
    /// One who has enough connections already finds the new one closed.
    ///
    /// - Parameter origin: who is behind it, not 0; requests carry it as ``HTTPExchange/origin``.
    public func adopt(connection: Int32, origin: UInt32) {
        guard withLedger(of: origin, { $0.open(origin) }) else { return closeDescriptor(connection) }
        adopted.withLock { _ = $0[origin, default: []].insert(connection) }
        let turn = adoptions.wrappingAdd(1, ordering: .relaxed).oldValue
        let thread = threads.withLock { $0.isEmpty ? nil : $0[turn % $0.count] }
        guard thread?.adopt(connection: connection, origin: origin) != true else { return }
        noteEnd(origin: origin, descriptor: connection)
        closeDescriptor(connection)
    }

    /// Ends the connections of an origin behind which there is nobody any more. Not at the same time as
    /// ``adopt(connection:origin:)`` for the same origin.
    ///
    /// libmicrohttpd 0.9.75 may not see by itself that the other end is gone: not where the last bytes of a request
    /// that is not complete came together with the end, for it waits for news of what it has been told of already.
    public func closeConnections(of origin: UInt32) {
        // Under the lock, so that the descriptors are still ours.
        adopted.withLock { adopted in
            for connection in adopted[origin] ?? [] { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    /// Answers what is still parked with 503, waits for the server's threads to end, and closes every connection.
    /// The handler is not called afterwards. To be called once, on none of the server's own threads.
    public func stop() {
        let threads = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in threads { thread.stopListening() }
        // A connection that is open already may still bring a request: it is not parked from here on. libmicrohttpd
        // ends the process when it is stopped with a connection that is suspended.
        let parked = parking.withLock { parking in
            parking.isClosed = true
            return Array(parking.exchanges.values)
        }
        for exchange in parked {
            exchange.respond(Self.stopping)
            exchange.abort()
        }
        awaitParked()
        for thread in threads { thread.stop() }
    }
}

extension HTTPServer {
    /// Gives the last answers a moment to be sent; a client that does not read must not keep the server from stopping.
    private func awaitParked() {
        for _ in 0..<100 where !parking.withLock({ $0.exchanges.isEmpty }) {
            usleep(5_000)
        }
    }

    func serve(_ exchange: HTTPExchange, method: String, upload: UnsafeRawBufferPointer) -> MHD_Result {
        if !exchange.hasStarted {
            guard exchange.start(method: method, handler: handler) else { return refuse(exchange) }
            guard charge(exchange, exchange.announcedBytes) else { return refuseForNow(exchange) }
            exchange.reserveAnnounced()
            return exchange.sink == nil || remember(exchange) ? .YES : .NO
        }
        if !upload.isEmpty, let sink = exchange.sink {
            guard !isClosed, exchange.pass(upload, to: sink) else { return .NO }
            return charge(exchange, sink.bufferedBytes) ? .YES : .NO
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
        origin >> 31 == 0 ? primaryLedger.withLock { body(&$0) } : secondaryLedger.withLock { body(&$0) }
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

    func forget(_ exchange: HTTPExchange) {
        _ = parking.withLock { $0.exchanges.removeValue(forKey: ObjectIdentifier(exchange)) }
        if exchange.chargedBytes > 0 {
            withLedger(of: exchange.origin) { $0.giveBack(exchange.chargedBytes, exchange.origin) }
        }
    }

    /// Whether a new connection may stay. Adopted ones were counted when they came.
    func admits(origin: UInt32) -> Bool {
        origin != 0 || clients.load(ordering: .relaxed) < clientLimit
    }

    func noteStart(origin: UInt32) {
        if origin == 0 { clients.wrappingAdd(1, ordering: .relaxed) }
    }

    /// A connection is about to be closed.
    func noteEnd(origin: UInt32, descriptor: Int32) {
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
