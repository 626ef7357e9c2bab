/// Takes a request's body piece by piece, instead of having it gathered.
public protocol HTTPBodySink: Sendable {
    /// Takes a piece. Called on the server's thread, one piece after the other; must not block.
    func receive(_ bytes: UnsafeRawBufferPointer, from exchange: HTTPExchange) -> HTTPBodyAcceptance

    /// The connection has ended before the body did. Otherwise the handler is asked for its answer when the body is
    /// complete.
    func breakOff()

    /// How many bytes of the body it holds in memory; they count against the origin as a gathered body does.
    var heldBytes: Int { get }
}

extension HTTPBodySink {
    /// Nothing is held: the body is passed on.
    public var heldBytes: Int { 0 }
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
