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
        /// The connection, while it waits for bytes to send.
        var waiting: HTTPConnection?
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
        let (acceptance, connection) = state.withLock { state -> (Acceptance, HTTPConnection?) in
            guard !state.isClosed, !state.isFinished, !state.isAborted else { return (.closed, nil) }
            if state.sent > 0, state.sent * 2 >= state.bytes.count {
                state.bytes.removeFirst(state.sent)
                state.sent = 0
            }
            state.bytes.append(contentsOf: bytes)
            let isFull = state.unsent > capacity
            if isFull { state.whenRoom.append(whenRoom) }
            return (isFull ? .full : .open, bytes.isEmpty ? nil : state.waiting.take())
        }
        connection?.wake()
        return acceptance
    }

    /// Completes the body.
    public func finish() { end { $0.isFinished = true } }

    /// Aborts the body: the connection ends before the body does, so that the reader sees that it is incomplete.
    public func abort() { end { $0.isAborted = true } }

    private func end(_ change: (inout State) -> Void) {
        let connection = state.withLock { state in
            change(&state)
            return state.waiting.take()
        }
        connection?.wake()
    }
}

// The server's side.
extension HTTPBodyStream {
    /// The result of a read: what the connection does next.
    enum Reading {
        /// It sends these bytes.
        case piece([UInt8])
        /// It waits; the next write wakes it.
        case waiting
        /// It ends the body.
        case finished
        /// It closes without ending the body.
        case aborted
    }

    /// Takes bytes to send, or lets the connection wait for some. Both under one lock, so that no write is missed in
    /// between.
    func read(atMost limit: Int, for connection: HTTPConnection) -> Reading {
        let (reading, whenRoom) = state.withLock { state -> (Reading, [@Sendable () -> Void]) in
            if state.isAborted { return (.aborted, []) }
            guard state.unsent > 0 else {
                if state.isFinished { return (.finished, []) }
                state.waiting = connection
                return (.waiting, [])
            }
            let piece = Array(state.bytes[state.sent..<state.sent + min(limit, state.unsent)])
            state.sent += piece.count
            return (.piece(piece), state.unsent <= capacity / 2 ? state.takeCallbacks() : [])
        }
        for call in whenRoom { call() }
        return reading
    }

    /// The reader is gone, the body was sent whole, or it never will be.
    func close() {
        let whenRoom = state.withLock { state in
            state.isClosed = true
            state.waiting = nil
            state.bytes = []
            state.sent = 0
            return state.takeCallbacks()
        }
        for call in whenRoom { call() }
    }
}
