/// Why there is no answer, or no whole answer. A status such as 404 is an answer.
public struct HTTPClientError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The request cannot be sent as it is: its URL, a header.
        case invalidRequest
        /// There is no such host, or nobody answers there.
        case unreachable
        /// The other side's certificate does not hold, or TLS cannot be agreed.
        case tlsFailed
        /// It took longer than it may, or stood still.
        case timedOut
        /// The connection ended before the answer did.
        case interrupted
        /// The answer is no HTTP, or its head is longer than it may be.
        case malformed
        /// The body is longer than it may be.
        case tooLarge
        /// Whoever received the body wanted no more; ``HTTPClientError/cause`` says why.
        case receiverFailed
        /// The client was told to stop.
        case cancelled
        /// This machine's trouble.
        case system
    }

    /// The kind.
    public let kind: Kind
    /// What happened, as a phrase for people.
    public let description: String
    /// What the receiver threw.
    public let cause: (any Error)?

    init(_ kind: Kind, _ description: String, cause: (any Error)? = nil) {
        self.kind = kind
        self.description = description
        self.cause = cause
    }
}
