/// A command: its name, what the help says of it, what it takes, and what it does.
struct Command: Sendable {
    let name: String
    /// One line, for the list of its parent.
    let summary: String
    /// What else a user should know; paragraphs, wrapped by hand.
    var details = ""
    var options: [OptionDescription] = []
    /// What stands alone on the command line, and has to: `ACCESSKEYID`.
    var operand: String?
    var subcommands: [Command] = []
    /// Does the work and returns the exit code; `nil` for a command that only has subcommands.
    var run: (@Sendable (Arguments, Console) throws -> Int32)?

    func subcommand(named name: String) -> Command? {
        subcommands.first { $0.name == name }
    }
}
