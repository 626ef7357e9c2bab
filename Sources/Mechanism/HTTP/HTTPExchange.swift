internal import CHTTP
internal import CMicrohttpd
internal import Synchronization

/// One request and its response, which may come from any thread, once.
///
/// A request without a response when its handler returns is *parked*: its connection is suspended and occupies no
/// thread. One lock guards suspension and response, so a response that comes before the suspension is not lost.
public final class HTTPExchange: Sendable {
    private enum State {
        /// The handler has not returned yet.
        case handling
        /// The connection is suspended until ``respond(_:)``.
        case parked
        /// There is a response, which is not queued on the connection yet.
        case answered(HTTPResponse)
        /// The response is queued, or the connection ended without one.
        case finished
    }

    /// The request target as the client sent it: path and query, still percent-encoded.
    public let target: String
    // The connection and the fields below belong to the server's thread until the request is complete, and do not
    // change afterwards; libmicrohttpd preserves a suspended connection's memory.
    nonisolated(unsafe) private let connection: OpaquePointer
    nonisolated(unsafe) private(set) var hasStarted = false
    nonisolated(unsafe) private var bodyLimitBytes = 0
    /// The request's `Content-Length`; 0 without one.
    nonisolated(unsafe) private(set) var announcedBytes = 0
    /// How many bytes of the body count against the origin's limit.
    nonisolated(unsafe) var chargedBytes = 0
    nonisolated(unsafe) private var received: [UInt8] = []
    nonisolated(unsafe) private var methodName = ""
    /// The receiver of a streamed body; `nil` for a buffered body, and once the request is over.
    nonisolated(unsafe) public private(set) var sink: (any HTTPBodySink)?
    nonisolated(unsafe) private var isBodyComplete = false
    private let gate = Mutex(BodyGate())
    /// The response's body, if it is a stream.
    private let stream = Mutex<HTTPBodyStream?>(nil)
    private let state = Mutex(State.handling)

    init(target: String, connection: OpaquePointer) {
        self.target = target
        self.connection = connection
    }

    /// The request's method, as sent: `GET`, `POST`.
    public var method: String { methodName }

    /// The complete body.
    public var body: [UInt8] { received }

    /// Replaces the body with its decoded form. Only the thread that currently owns the request may call it.
    public func replaceBody(with bytes: [UInt8]) { received = bytes }

    /// The peer of the connection: the number that it was adopted with, 0 for a client of the server's own listener.
    public var origin: UInt32 { http_origin(connection) }

    /// The first value of a header field, by case-insensitive name. Valid until the request is answered.
    public func header(_ name: String) -> String? {
        guard let value = MHD_lookup_connection_value(connection, .HEADER_KIND, name) else { return nil }
        return String(cString: value)
    }

    /// The value of a trailer field of a chunked body (RFC 9112, section 7.1.2). Valid until the request is answered.
    public func trailer(_ name: String) -> String? {
        guard let value = MHD_lookup_connection_value(connection, .FOOTER_KIND, name) else { return nil }
        return String(cString: value)
    }

    /// Resumes the body after its sink has paused it.
    public func resumeBody() { resumeBody { $0.resume() } }

    /// Resumes the connection under the gate's lock: the server's thread may still be delivering chunks, and must not
    /// suspend the connection again before libmicrohttpd knows that it was resumed.
    private func resumeBody(_ event: (inout BodyGate) -> Bool) {
        gate.withLock { if event(&$0) { ServingThread.resume(connection) } }
    }

    /// All header fields as sent. Valid until the request is answered.
    public func headers() -> [(name: String, value: String)] {
        var list: [(name: String, value: String)] = []
        withUnsafeMutablePointer(to: &list) { pointer in
            _ = MHD_get_connection_values(
                connection, .HEADER_KIND,
                { context, _, name, value in
                    guard let context, let name else { return .YES }
                    context.assumingMemoryBound(to: [(name: String, value: String)].self)
                        .pointee.append((String(cString: name), value.map { String(cString: $0) } ?? ""))
                    return .YES
                }, pointer)
        }
        return list
    }

    /// Answers the request. Only the first answer counts.
    ///
    /// - Returns: whether this was the first.
    @discardableResult
    public func respond(_ response: HTTPResponse) -> Bool {
        enum Outcome { case kept, resume, late }
        let outcome = state.withLock { state -> Outcome in
            switch state {
            case .handling:
                state = .answered(response)
                return .kept
            case .parked:
                state = .answered(response)
                return .resume
            case .answered, .finished:
                return .late
            }
        }
        if outcome == .resume { ServingThread.resume(connection) }
        return outcome != .late
    }
}

// What the server's callbacks call, in this order.
extension HTTPExchange {
    /// The headers are complete: determines the body's sink or limit. `false` when `Content-Length` exceeds the limit.
    func start(method: String, handler: any HTTPHandler) -> Bool {
        hasStarted = true
        methodName = method
        sink = handler.bodySink(for: self)
        guard sink == nil else { return true }
        bodyLimitBytes = handler.bodyLimitBytes(for: self)
        guard let announced = header("Content-Length").flatMap({ Int($0) }) else { return true }
        guard announced <= bodyLimitBytes else { return false }
        announcedBytes = announced
        return true
    }

    /// Reserves memory for a body of the announced length.
    func reserveAnnounced() { received.reserveCapacity(announcedBytes) }

    /// Whether the body stays within its limit with so many more bytes.
    func admits(_ count: Int) -> Bool { received.count + count <= bodyLimitBytes }

    /// Appends a piece to the buffered body.
    func receive(_ bytes: UnsafeRawBufferPointer) { received.append(contentsOf: bytes) }

    /// Passes a piece of the body to its sink. `false` when the connection has to be closed.
    func pass(_ bytes: UnsafeRawBufferPointer, to sink: any HTTPBodySink) -> Bool {
        gate.withLock { $0.beginPiece() }
        switch sink.receive(bytes, from: self) {
        case .more: return true
        case .pause:
            gate.withLock { if $0.pause() { MHD_suspend_connection(connection) } }
            return true
        case .refuse: return false
        }
    }

    /// The body is complete.
    func completeBody() { isBodyComplete = true }

    /// The request is over, with or without a response.
    func end() {
        finish()
        if let sink, !isBodyComplete { sink.didDisconnect() }
        sink = nil
    }

    /// Aborts a streamed response and resumes a paused body, because the server stops. Called on a thread that does not
    /// own the exchange, so it uses only fields behind a lock.
    func abort() {
        stream.withLock { $0 }?.abort()
        resumeBody { $0.end() }
    }

    /// Returns the response if there is one; otherwise suspends the connection until there is. Called when the handler
    /// has returned without a response, and again after the connection was resumed.
    func takeResponseOrPark() -> HTTPResponse? {
        state.withLock { state in
            switch state {
            case .answered(let response):
                state = .finished
                return response
            case .handling:
                MHD_suspend_connection(connection)
                state = .parked
                return nil
            case .parked, .finished:
                return nil
            }
        }
    }

    /// Whether there is a response that is not queued yet: the connection was resumed.
    var isAnswered: Bool {
        state.withLock { if case .answered = $0 { true } else { false } }
    }

    /// Marks the exchange as finished: the handler returned the response.
    func finish() {
        state.withLock { $0 = .finished }
    }

    /// Queues a response on the connection.
    func queue(_ response: HTTPResponse) -> MHD_Result {
        guard let prepared = prepare(response.body) else { return .NO }
        defer { MHD_destroy_response(prepared) }
        for header in response.headers where MHD_add_response_header(prepared, header.name, header.value) != .YES {
            // A header that HTTP cannot carry (with a line break) is dropped, so that the response is not lost.
            continue
        }
        return MHD_queue_response(connection, UInt32(response.status), prepared)
    }

    private func prepare(_ body: HTTPBodyStream) -> OpaquePointer? {
        stream.withLock { $0 = body }
        return body.makeResponse(on: connection)
    }

    private static func prepare(_ descriptor: Int32, _ size: UInt64) -> OpaquePointer? {
        let prepared = MHD_create_response_from_fd64(size, descriptor)
        if prepared == nil { closeDescriptor(descriptor) }
        return prepared
    }

    private func prepare(_ body: HTTPResponse.Body) -> OpaquePointer? {
        switch body {
        case .bytes(let bytes):
            bytes.withUnsafeBytes { buffer in
                MHD_create_response_from_buffer(
                    buffer.count, UnsafeMutableRawPointer(mutating: buffer.baseAddress), .RESPMEM_MUST_COPY)
            }
        case .file(let descriptor, let size):
            Self.prepare(descriptor, size)
        case .stream(let body):
            prepare(body)
        }
    }
}
