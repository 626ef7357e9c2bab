/// Receives a request's body as a stream, instead of as one buffer.
public protocol HTTPBodySink: Sendable {
    /// Receives a piece, in order. Called on the server's thread; must not block.
    func receive(_ bytes: UnsafeRawBufferPointer, from exchange: HTTPExchange) -> HTTPBodyAcceptance

    /// The connection ended before the body was complete. (When the body is complete, the handler is asked for its
    /// response.)
    func didDisconnect()

    /// How many bytes of the body the sink holds in memory; they count against the origin's limit as a buffered body
    /// does.
    var bufferedBytes: Int { get }
}

extension HTTPBodySink {
    /// 0: the sink passes the body on.
    public var bufferedBytes: Int { 0 }
}

/// A sink's reaction to a piece of a body.
public enum HTTPBodyAcceptance: Sendable {
    /// The sink has room for the next piece.
    case more
    /// Backpressure: no piece is delivered until ``HTTPExchange/resumeBody()`` is called, once, on any thread.
    case pause
    /// The server closes the connection.
    case refuse
    /// The request is answered before its body is complete: the connection closes behind the response.
    case answer(HTTPResponse)
}

/// Flow control of one request body. A pure value.
struct BodyGate {
    /// Whether no piece is delivered until the body is resumed.
    private(set) var isPaused = false
    /// Whether the body was resumed since the delivery of the last piece began.
    private var isResumed = false
    private var isOver = false

    /// The delivery of a piece to the sink begins.
    mutating func beginPiece() { isResumed = false }

    /// The sink has no room. Does nothing when the sink has resumed the body during the delivery, because it will not
    /// do so again.
    mutating func pause() { isPaused = !isResumed && !isOver }

    /// The sink has room. `true` when the body was paused.
    mutating func resume() -> Bool {
        defer { isPaused = false }
        isResumed = true
        return isPaused
    }

    /// The server stops: from here on nothing pauses. `true` when the body was paused.
    mutating func end() -> Bool {
        isOver = true
        return resume()
    }
}
