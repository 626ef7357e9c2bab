/// Takes a request's body piece by piece, instead of having it gathered.
public protocol HTTPBodySink: Sendable {
    /// Takes a piece. Called on the server's thread, one piece after the other; must not block.
    func receive(_ bytes: UnsafeRawBufferPointer, from exchange: HTTPExchange) -> HTTPBodyAcceptance

    /// The connection has ended before the body did. Otherwise the handler is asked for its answer when the body is
    /// complete.
    func breakOff()
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

/// Whether a body comes in. A resumption that overtakes its pause is kept.
enum BodyGate {
    case open
    /// The connection is suspended.
    case paused
    case resumedEarly
}
