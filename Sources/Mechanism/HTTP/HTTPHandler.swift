/// Responds to the requests of one server. Called on the server's threads, several at once.
public protocol HTTPHandler: Sendable {
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
}

extension HTTPHandler {
    /// Every body is buffered.
    public func bodySink(for exchange: HTTPExchange) -> (any HTTPBodySink)? { nil }
}
