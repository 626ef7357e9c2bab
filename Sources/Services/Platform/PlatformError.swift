/// An error of a use case: what went wrong, in words that say what to do, and the kind that decides how it is answered.
///
/// The gateway has the one table from kind to AWS's error name and HTTP status.
public struct PlatformError: Error, Sendable, CustomStringConvertible {
    /// The kinds of error that a use case can end with.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A parameter has a value that no rule of the model catches.
        case invalidParameterValue
        /// A parameter is outside the bounds that Lambda's service model would have.
        case validation
        /// The function, layer or version is not there.
        case resourceNotFound
        /// It exists already, or it is being changed.
        case resourceConflict
        /// A `RevisionId` that is not the current one.
        case preconditionFailed
        /// The event is not JSON.
        case invalidRequestContent
        /// The request is longer than it may be.
        case requestTooLarge
        /// Too many invocations at once.
        case tooManyRequests
        /// A chain of invocations has come back to a function too often.
        case recursiveInvocation
        /// More concurrency is asked for than the account has left.
        case concurrencyLimit
        /// A version or alias has no provisioned concurrency.
        case provisionedConcurrencyNotFound
        /// There is no such code signing configuration.
        case noSuchCodeSigningConfig
        /// A function is to use a code signing configuration that is not there.
        case codeSigningConfigNotFound
        /// The code is not signed, and the function's code signing configuration wants it to be.
        case codeVerificationFailed
        /// The account's code is larger than it may be.
        case codeStorageExceeded
        /// A policy is longer than it may be.
        case policyTooLong
        /// The caller may not.
        case accessDenied
        /// The host cannot run this function: its interpreter, or its architecture, is missing.
        case invalidRuntime
        /// Lambda can do it and this server cannot yet.
        case notImplemented
        /// This server's own trouble.
        case service
    }

    /// The kind.
    public let kind: Kind
    /// What happened and what to do, for the person who called.
    public let message: String
    /// The machine-readable detail of some kinds: the `Reason` of a throttle.
    public let reason: String?
    /// What caused it, for the server's own log.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ kind: Kind, _ message: String, reason: String? = nil, cause: (any Error)? = nil) {
        self.kind = kind
        self.message = message
        self.reason = reason
        self.cause = cause
    }

    /// The message.
    public var description: String { message }
}
