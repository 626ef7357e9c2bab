/// An invalid command line: one line for standard error. The exit code is 2.
struct UsageError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ command: String, _ message: String) {
        description = "\(command): \(message)"
    }
}
