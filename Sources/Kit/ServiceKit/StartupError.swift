/// Why a server, or a command that works on its data folder, cannot start: a message for the person who started it.
package struct StartupError: Error, Sendable, CustomStringConvertible {
    /// What is wrong and what to do.
    package let description: String
    /// What caused it.
    package let cause: (any Error)?

    /// Makes an error.
    package init(_ description: String, cause: (any Error)? = nil) {
        self.description = description
        self.cause = cause
    }
}
