/// Why no complete response was received. A status such as 404 is a response, not an error.
public struct HTTPClientError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The request's URL, method or a header is not valid.
        case invalidRequest
        /// The host name does not resolve, or no connection could be made.
        case unreachable
        /// The server's certificate is not trusted, or the TLS handshake failed.
        case tlsFailed
        /// The exchange exceeded its time limit, or stalled.
        case timedOut
        /// The connection ended before the response did.
        case interrupted
        /// The response is not HTTP/1, or its head exceeds its limit.
        case malformed
        /// The body exceeds its limit.
        case tooLarge
        /// The receiver of the body threw ``HTTPClientError/cause``.
        case receiverFailed
        /// The client was stopped.
        case cancelled
        /// A failure of this host, such as lack of memory.
        case system
    }

    /// The kind.
    public let kind: Kind
    /// What happened, as a phrase for a message.
    public let description: String
    /// The error that the receiver threw.
    public let cause: (any Error)?

    init(_ kind: Kind, _ description: String, cause: (any Error)? = nil) {
        self.kind = kind
        self.description = description
        self.cause = cause
    }
}
