/// A command's declaration: name, help, options, operand, subcommands and action.
struct Command: Sendable {
    let name: String
    /// One line, for the parent command's help.
    let summary: String
    /// Further help; paragraphs, wrapped by hand.
    var details = ""
    var options: [OptionDescription] = []
    /// The placeholder of the positional argument, such as `ACCESSKEYID`; `nil` for none.
    var operand: String?
    /// Whether the positional argument may be missing.
    var isOperandOptional = false
    var subcommands: [Command] = []
    /// Runs the command and returns the exit code; `nil` for a command that only groups subcommands.
    var run: (@Sendable (Arguments, Console) throws -> Int32)?

    func subcommand(named name: String) -> Command? {
        subcommands.first { $0.name == name }
    }
}
