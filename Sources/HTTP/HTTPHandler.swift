/// Answers the requests of one server. Called on the server's own threads, several at once.
public protocol HTTPHandler: Sendable {
    /// How long a request's body may be, in bytes. Asked once the headers are there, before the body is read.
    func bodyLimitBytes(for exchange: HTTPExchange) -> Int

    /// The answer to a request whose body is longer than its limit. The connection closes behind it.
    func responseForLargeBody(_ exchange: HTTPExchange) -> HTTPResponse

    /// Answers a request whose body is complete: at once with a response, or later, by returning `nil` and calling
    /// ``HTTPExchange/respond(_:)`` from any thread. Must not block: other connections share the thread.
    func respond(to exchange: HTTPExchange) -> HTTPResponse?
}
