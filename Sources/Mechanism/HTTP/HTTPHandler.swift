/// Responds to the requests of one server. Called on the server's threads, several at once.
public protocol HTTPHandler: Sendable {
    /// Whether something has to be read before the questions below can be answered. Then nothing more of the request is
    /// read until ``HTTPExchange/didPrepare()`` is called, once, on any thread.
    func needsPreparation(for exchange: HTTPExchange) -> Bool

    /// The longest body that the request may have, in bytes. Called when the headers are complete, before the body is
    /// read.
    func bodyLimitBytes(for exchange: HTTPExchange) -> Int

    /// The response to a request whose body exceeds its limit. The server closes the connection after it.
    func responseForLargeBody(_ exchange: HTTPExchange) -> HTTPResponse

    /// The receiver of a request's body as a stream; `nil` to buffer the body. Called when the headers are complete. A
    /// streamed body has only the limit of its sink.
    func bodySink(for exchange: HTTPExchange) -> (any HTTPBodySink)?

    /// Responds to a request whose body is complete: by returning a response, or later, by returning `nil` and calling
    /// ``HTTPExchange/respond(_:)`` from any thread. Must not block: other connections share the thread.
    func respond(to exchange: HTTPExchange) -> HTTPResponse?

    /// A response has been sent whole; a stream, to its end. Called on the server's threads after the client has it.
    func didRespond(to exchange: HTTPExchange, status: Int)
}

extension HTTPHandler {
    /// Nothing has to be read.
    public func needsPreparation(for exchange: HTTPExchange) -> Bool { false }

    /// Every body is buffered.
    public func bodySink(for exchange: HTTPExchange) -> (any HTTPBodySink)? { nil }

    /// Nothing is noted of responses.
    public func didRespond(to exchange: HTTPExchange, status: Int) {}
}
