/// Answers the requests of one server. Called on the server's own threads, several at once.
public protocol HTTPHandler: Sendable {
    /// How long a request's body may be, in bytes. Asked once the headers are there, before the body is read.
    func bodyLimitBytes(for exchange: HTTPExchange) -> Int

    /// The answer to a request whose body is longer than its limit. The connection closes behind it.
    func responseForLargeBody(_ exchange: HTTPExchange) -> HTTPResponse

    /// Who takes the body of a request piece by piece; `nil` to have it gathered. Asked once the headers are there. A
    /// body that is taken has no limit but the sink's own.
    func bodySink(for exchange: HTTPExchange) -> (any HTTPBodySink)?

    /// Answers a request whose body is complete: at once with a response, or later, by returning `nil` and calling
    /// ``HTTPExchange/respond(_:)`` from any thread. Must not block: other connections share the thread.
    func respond(to exchange: HTTPExchange) -> HTTPResponse?
}

extension HTTPHandler {
    /// Every body is gathered.
    public func bodySink(for exchange: HTTPExchange) -> (any HTTPBodySink)? { nil }
}
