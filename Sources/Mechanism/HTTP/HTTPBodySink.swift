/// Takes a request's body piece by piece, instead of having it gathered.
public protocol HTTPBodySink: Sendable {
    /// Takes a piece. Called on the server's thread, one piece after the other; must not block.
    func receive(_ bytes: UnsafeRawBufferPointer, from exchange: HTTPExchange) -> HTTPBodyAcceptance

    /// The connection has ended before the body did. Otherwise the handler is asked for its answer when the body is
    /// complete.
    func didDisconnect()

    /// How many bytes of the body it holds in memory; they count against the origin as a gathered body does.
    var bufferedBytes: Int { get }
}

extension HTTPBodySink {
    /// Nothing is held: the body is passed on.
    public var bufferedBytes: Int { 0 }
}

/// What becomes of a body that comes in pieces.
public enum HTTPBodyAcceptance: Sendable {
    /// The next piece may come.
    case more
    /// No piece comes until ``HTTPExchange/resumeBody()`` is called, once, on any thread.
    case pause
    /// The connection is ended.
    case refuse
}

/// Whether a body comes in. A pure value; libmicrohttpd is told under the lock that guards it.
struct BodyGate {
    /// The connection is suspended, or is about to be.
    private var isPaused = false
    /// Whether there was a resumption since the last piece was begun with.
    private var isResumed = false
    private var isOver = false

    /// The sink is given a piece.
    mutating func begin() { isResumed = false }

    /// The sink has no room for more. `true` when the connection is to be suspended.
    ///
    /// Not where room has come since: nobody says so again. Nor twice: libmicrohttpd hands on the chunks that it has
    /// read already, so a sink may ask for more than one pause.
    mutating func pause() -> Bool {
        guard !isPaused, !isResumed, !isOver else { return false }
        isPaused = true
        return true
    }

    /// There is room. `true` when the connection is to be resumed.
    mutating func resume() -> Bool {
        defer { isPaused = false }
        isResumed = true
        return isPaused
    }

    /// Nothing is paused any more. `true` when the connection is to be resumed.
    mutating func end() -> Bool {
        isOver = true
        return resume()
    }
}
