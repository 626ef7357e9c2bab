internal import Synchronization

/// One request and its response, which may come from any thread, once.
///
/// A request without a response when its handler returns is *parked*: it occupies no thread, and its connection reads
/// nothing more until it is answered. One lock guards parking and response, so a response that comes before the parking
/// is not lost.
public final class HTTPExchange: Sendable {
    private enum State {
        /// The handler has not returned yet.
        case handling
        /// The connection waits for ``respond(_:)``.
        case parked
        /// There is a response, which the connection has not taken yet.
        case answered(HTTPResponse)
        /// The connection has taken the response, or ended without one.
        case finished
    }

    private let head: RequestHead
    /// The target that the request is handled with, where it is another one than the client's.
    nonisolated(unsafe) private var changedTarget: String?
    /// The peer of the connection: the number that it was adopted with, 0 for a client of the server's own listener.
    public let origin: UInt32
    /// When the head was complete, on the clock of ``MonotonicClock``.
    public let arrivalNanoseconds: UInt64
    /// `nil` in tests of handlers.
    private let connection: HTTPConnection?
    // The fields below belong to the server's thread until the request is complete, and do not change afterwards.
    nonisolated(unsafe) private var received: [UInt8] = []
    nonisolated(unsafe) private var trailers = HTTPFields()
    nonisolated(unsafe) private var bodyLimitBytes = 0
    /// How many bytes of the body count against the origin's limit.
    nonisolated(unsafe) var chargedBytes = 0
    /// The receiver of a streamed body; `nil` for a buffered body, and once the request is over.
    nonisolated(unsafe) public private(set) var sink: (any HTTPBodySink)?
    /// Whether the body has arrived whole.
    nonisolated(unsafe) private(set) var isBodyComplete = false
    private let isPrepared = Atomic(false)
    private let gate = Mutex(BodyGate())
    private let state = Mutex(State.handling)

    init(_ head: RequestHead, origin: UInt32, connection: HTTPConnection?, arrivalNanoseconds: UInt64 = 0) {
        self.head = head
        self.origin = origin
        self.connection = connection
        self.arrivalNanoseconds = arrivalNanoseconds
    }

    /// The request target as the client sent it: path and query, still percent-encoded. Its query may have been
    /// replaced.
    public var target: String { changedTarget ?? head.target }

    /// The request's method, as sent: `GET`, `POST`.
    public var method: String { head.method }

    /// The complete body.
    public var body: [UInt8] { received }

    /// Replaces the body with its decoded form. Only the thread that currently owns the request may call it.
    public func replaceBody(with bytes: [UInt8]) { received = bytes }

    /// Replaces the query. Only the thread that currently owns the request may call it.
    public func replaceQuery(with query: String) {
        changedTarget = "\(head.target.prefix { $0 != "?" })?\(query)"
    }

    /// The first value of a header field, by case-insensitive name.
    public func header(_ name: String) -> String? { head.fields[name] }

    /// The value of a trailer field of a chunked body (RFC 9112, section 7.1.2).
    public func trailer(_ name: String) -> String? { trailers[name] }

    /// All header fields as sent.
    public func headers() -> [(name: String, value: String)] { head.fields.all }

    /// What the handler had to read first is there (``HTTPHandler/needsPreparation(for:)``).
    public func didPrepare() {
        isPrepared.store(true, ordering: .releasing)
        connection?.wake()
    }

    /// Resumes the body after its sink has paused it.
    public func resumeBody() { resumeBody { $0.resume() } }

    private func resumeBody(_ event: (inout BodyGate) -> Bool) {
        if gate.withLock({ event(&$0) }) { connection?.wake() }
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
        switch outcome {
        case .kept: break
        case .resume: connection?.sendResponse()
        case .late: response.discard()
        }
        return outcome != .late
    }
}

// What the connection calls, in this order, on its thread.
extension HTTPExchange {
    /// The length of the body, where the head says it.
    var announcedBytes: Int {
        if case .length(let count) = head.framing { count } else { 0 }
    }

    /// Whether the handler was done with its preparation.
    var hasPrepared: Bool { isPrepared.load(ordering: .acquiring) }

    /// The headers are complete: determines the body's sink or limit. `false` when `Content-Length` exceeds the limit.
    func start(handler: any HTTPHandler) -> Bool {
        sink = handler.bodySink(for: self)
        guard sink == nil else { return true }
        bodyLimitBytes = handler.bodyLimitBytes(for: self)
        return announcedBytes <= bodyLimitBytes
    }

    /// Reserves memory for a body of the announced length.
    func reserveAnnounced() { received.reserveCapacity(announcedBytes) }

    /// Whether the body stays within its limit with so many more bytes.
    func admits(_ count: Int) -> Bool { received.count + count <= bodyLimitBytes }

    /// Appends a piece to the buffered body.
    func receive(_ bytes: UnsafeRawBufferPointer) { received.append(contentsOf: bytes) }

    /// Passes a piece of the body to its sink.
    func pass(_ bytes: UnsafeRawBufferPointer, to sink: any HTTPBodySink) -> HTTPServer.Receipt {
        gate.withLock { $0.beginPiece() }
        switch sink.receive(bytes, from: self) {
        case .more: return .taken
        case .pause:
            gate.withLock { $0.pause() }
            return .taken
        case .refuse: return .disconnect
        case .answer(let response): return .refused(response)
        }
    }

    /// Whether the body waits for ``resumeBody()``.
    var isPaused: Bool { sink != nil && gate.withLock { $0.isPaused } }

    /// The body is complete.
    func completeBody(trailers: HTTPFields) {
        self.trailers = trailers
        isBodyComplete = true
    }

    /// Takes the response if there is one; otherwise parks the request. Called when the handler has returned without a
    /// response, and again when the connection is told that there is one.
    func takeResponseOrPark() -> HTTPResponse? {
        state.withLock { state in
            switch state {
            case .answered(let response):
                state = .finished
                return response
            case .handling:
                state = .parked
                return nil
            case .parked, .finished:
                return nil
            }
        }
    }

    /// Whether there is a response that the connection has not taken.
    var isAnswered: Bool {
        state.withLock { if case .answered = $0 { true } else { false } }
    }

    /// The handler has returned the response: later ones do not count.
    func finish() { takeResponse()?.discard() }

    private func takeResponse() -> HTTPResponse? {
        state.withLock { state in
            defer { state = .finished }
            if case .answered(let response) = state { return response }
            return nil
        }
    }

    /// The server stops: from here on the body is not paused.
    func endPauses() { resumeBody { $0.end() } }

    /// The request is over, with or without a response.
    func end() {
        finish()
        if let sink, !isBodyComplete { sink.didDisconnect() }
        sink = nil
    }
}
