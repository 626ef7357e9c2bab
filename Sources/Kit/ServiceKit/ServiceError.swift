package import AWSProtocol

/// How a use case fails: one of AWS's errors, a message that says what to do, and the cause.
///
/// Each service lists its errors in one table, an extension of `ErrorShape` in its `XError.swift`, so that a use case
/// throws `ServiceError(.resourceNotFound, "…")`.
package struct ServiceError: Error, Sendable, CustomStringConvertible {
    /// AWS's name, status and spelling.
    package let shape: ErrorShape
    /// What happened and what to do, for the caller.
    package let message: String
    /// Further members of the answer's body, such as the `Reason` of a throttle.
    package let details: [String: AWSValue]
    /// When to try again, in seconds; `nil` leaves that to the caller.
    package let retryAfterSeconds: Int?
    /// What caused it, for the server's own log; the caller does not see it.
    package let cause: (any Error)?

    /// Makes an error.
    package init(
        _ shape: ErrorShape, _ message: String, details: [String: AWSValue] = [:], retryAfterSeconds: Int? = nil,
        cause: (any Error)? = nil
    ) {
        self.shape = shape
        self.message = message
        self.details = details
        self.retryAfterSeconds = retryAfterSeconds
        self.cause = cause
    }

    /// The message.
    package var description: String { message }

    /// The error as a service answers it.
    package var aws: AWSError {
        AWSError(shape, message, details: details, retryAfterSeconds: retryAfterSeconds)
    }
}
