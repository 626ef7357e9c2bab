internal import CMicrohttpd
internal import Synchronization

/// The body of a response that is sent while it is produced: written on any thread, sent on the server's.
///
/// Bounded buffer: `write` returns `.full` when the reader lags; `whenRoom` is called when half of it has drained.
public final class HTTPBodyStream: Sendable {
    /// The result of a write.
    public enum Acceptance: Sendable {
        /// The bytes are buffered, and there is room for more.
        case open
        /// The bytes are buffered; the writer should pause until `whenRoom` is called.
        case full
        /// The reader is gone or the body has ended; the bytes are dropped.
        case closed
    }

    private struct State {
        var bytes: [UInt8] = []
        /// How many of them have been sent.
        var sent = 0
        var isFinished = false
        var isAborted = false
        var isClosed = false
        /// The connection, while it is suspended for lack of bytes to send.
        nonisolated(unsafe) var suspended: OpaquePointer?
        /// The callbacks of writers that wait for room.
        var whenRoom: [@Sendable () -> Void] = []

        var unsent: Int { bytes.count - sent }

        mutating func takeCallbacks() -> [@Sendable () -> Void] {
            defer { whenRoom = [] }
            return whenRoom
        }
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// Makes an empty body.
    ///
    /// - Parameter capacity: How many unsent bytes are buffered before `write` returns `.full`.
    public init(capacity: Int = 256 * 1024) { self.capacity = capacity }

    /// Appends bytes.
    ///
    /// - Parameter whenRoom: Called once, on any thread, after a result of `full`: when there is room again, or the
    ///   reader is gone.
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

    /// Completes the body.
    public func finish() { end { $0.isFinished = true } }

    /// Aborts the body: the connection ends before the body does, so that the reader sees that it is incomplete.
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
    /// The result of a read: what the connection does next.
    enum Reading {
        /// It sends so many bytes.
        case sent(Int)
        /// It is suspended until there are bytes to send.
        case suspended
        /// It ends the body.
        case finished
        /// It closes without ending the body.
        case aborted
    }

    /// Takes bytes to send, or suspends the connection. Both under one lock, so that no write is missed in between.
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
            return (.sent(count), state.unsent <= capacity / 2 ? state.takeCallbacks() : [])
        }
        for call in whenRoom { call() }
        return reading
    }

    /// The reader is gone: the connection has ended, or the body was never sent.
    func close() {
        let whenRoom = state.withLock { state in
            state.isClosed = true
            state.suspended = nil
            state.bytes = []
            state.sent = 0
            return state.takeCallbacks()
        }
        for call in whenRoom { call() }
    }

    /// libmicrohttpd's response object for the body; it retains the stream until it is destroyed.
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

/// `MHD_SIZE_UNKNOWN`, a macro that is not visible to Swift: the length is unknown, so the body is sent in chunks.
private let MHD_SIZE_UNKNOWN_VALUE = UInt64.max

/// The context pointer of libmicrohttpd's content reader.
private final class StreamContext {
    let stream: HTTPBodyStream
    let connection: OpaquePointer

    init(stream: HTTPBodyStream, connection: OpaquePointer) {
        self.stream = stream
        self.connection = connection
    }
}
