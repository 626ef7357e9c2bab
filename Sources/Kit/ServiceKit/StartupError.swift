/// Why a server, or a command on its data folder, cannot start: a message for the person who started it.
package struct StartupError: Error, Sendable, CustomStringConvertible {
    /// What happened and what to do.
    package let description: String
    /// The error behind it; `nil` where there is none.
    package let cause: (any Error)?

    /// Makes an error.
    package init(_ description: String, cause: (any Error)? = nil) {
        self.description = description
        self.cause = cause
    }
}
