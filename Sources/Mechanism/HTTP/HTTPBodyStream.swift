internal import CMicrohttpd
internal import Synchronization

/// The body of a response that is sent while it is made: bytes go in on any thread, and out on the server's own.
///
/// It holds little: a writer that is ahead of its reader is told, and told again when there is room.
public final class HTTPBodyStream: Sendable {
    /// What a writer learns.
    public enum Acceptance: Sendable {
        /// There is room for more.
        case open
        /// The bytes were taken, and there should be no more until the writer is called back.
        case full
        /// Nobody reads any more; the bytes are lost.
        case closed
    }

    private struct State {
        var bytes: [UInt8] = []
        /// How many of them were sent.
        var sent = 0
        var isFinished = false
        var isAborted = false
        var isClosed = false
        /// The connection, suspended until there is something to send.
        nonisolated(unsafe) var suspended: OpaquePointer?
        /// Who waits for room; several, where a body has several writers.
        var whenRoom: [@Sendable () -> Void] = []

        var unsent: Int { bytes.count - sent }

        mutating func takeWaiting() -> [@Sendable () -> Void] {
            defer { whenRoom = [] }
            return whenRoom
        }
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// Makes an empty body.
    ///
    /// - Parameter capacity: How many bytes may wait to be sent before the writer is asked to pause.
    public init(capacity: Int = 256 * 1024) { self.capacity = capacity }

    /// Adds bytes.
    ///
    /// - Parameter whenRoom: Where the answer is `full`: called once, on any thread, when there is room again or nobody
    ///   reads any more.
    @discardableResult
    public func write(
        _ bytes: UnsafeRawBufferPointer, whenRoom: @escaping @Sendable () -> Void = {}
    ) -> Acceptance {
        let (acceptance, connection) = state.withLock { state -> (Acceptance, OpaquePointer?) in
            guard !state.isClosed, !state.isFinished, !state.isAborted else { return (.closed, nil) }
            if state.sent > 0, state.sent * 2 >= state.bytes.count {
                state.bytes.removeFirst(state.sent)
                state.sent = 0
            }
            state.bytes.append(contentsOf: bytes)
            let isFull = state.unsent > capacity
            if isFull { state.whenRoom.append(whenRoom) }
            return (isFull ? .full : .open, bytes.isEmpty ? nil : state.suspended.take())
        }
        if let connection { ServingThread.resume(connection) }
        return acceptance
    }

    /// The body is complete.
    public func finish() { end { $0.isFinished = true } }

    /// The body breaks off: its reader sees the connection end before the body does.
    public func abort() { end { $0.isAborted = true } }

    private func end(_ change: (inout State) -> Void) {
        let connection = state.withLock { state in
            change(&state)
            return state.suspended.take()
        }
        if let connection { ServingThread.resume(connection) }
    }
}

// The server's side.
extension HTTPBodyStream {
    /// What the connection does next.
    enum Reading {
        /// Sends so many bytes.
        case sent(Int)
        /// Is suspended until there is something to send.
        case suspended
        /// Ends the body.
        case finished
        /// Ends.
        case aborted
    }

    /// Takes bytes to be sent, or suspends the connection. Decided under one lock: a write cannot come in between.
    func read(into buffer: UnsafeMutableRawBufferPointer, for connection: OpaquePointer) -> Reading {
        let (reading, whenRoom) = state.withLock { state -> (Reading, [@Sendable () -> Void]) in
            if state.isAborted { return (.aborted, []) }
            guard state.unsent > 0 else {
                if state.isFinished { return (.finished, []) }
                MHD_suspend_connection(connection)
                state.suspended = connection
                return (.suspended, [])
            }
            let count = min(buffer.count, state.unsent)
            state.bytes.withUnsafeBytes {
                buffer.copyMemory(from: .init(rebasing: $0[state.sent..<state.sent + count]))
            }
            state.sent += count
            return (.sent(count), state.unsent <= capacity / 2 ? state.takeWaiting() : [])
        }
        for call in whenRoom { call() }
        return reading
    }

    /// Nobody reads any more: the connection has ended, or the body was never sent.
    func close() {
        let whenRoom = state.withLock { state in
            state.isClosed = true
            state.suspended = nil
            state.bytes = []
            state.sent = 0
            return state.takeWaiting()
        }
        for call in whenRoom { call() }
    }

    /// The response as libmicrohttpd takes it; it holds the stream until it has no more use for it.
    func makeResponse(on connection: OpaquePointer) -> OpaquePointer? {
        let context = Unmanaged.passRetained(StreamContext(stream: self, connection: connection)).toOpaque()
        let response = MHD_create_response_from_callback(
            MHD_SIZE_UNKNOWN_VALUE, 16 * 1024,
            { context, _, buffer, count in
                guard let context, let buffer else { return -2 }
                let reader = Unmanaged<StreamContext>.fromOpaque(context).takeUnretainedValue()
                let target = UnsafeMutableRawBufferPointer(start: buffer, count: count)
                return switch reader.stream.read(into: target, for: reader.connection) {
                case .sent(let count): count
                case .suspended: 0
                // MHD_CONTENT_READER_END_OF_STREAM and MHD_CONTENT_READER_END_WITH_ERROR.
                case .finished: -1
                case .aborted: -2
                }
            }, context,
            { context in
                guard let context else { return }
                Unmanaged<StreamContext>.fromOpaque(context).takeRetainedValue().stream.close()
            })
        if response == nil { Unmanaged<StreamContext>.fromOpaque(context).release() }
        return response
    }
}

/// `MHD_SIZE_UNKNOWN`: the length is not known, so the body goes out in chunks.
private let MHD_SIZE_UNKNOWN_VALUE = UInt64.max

private final class StreamContext {
    let stream: HTTPBodyStream
    let connection: OpaquePointer

    init(stream: HTTPBodyStream, connection: OpaquePointer) {
        self.stream = stream
        self.connection = connection
    }
}
