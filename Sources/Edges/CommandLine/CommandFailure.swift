/// A command that could not do what it was asked, though it was asked well: exit code 1.
struct CommandFailure: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
