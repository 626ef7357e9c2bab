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
    /// How many positional arguments there may be where there is a placeholder.
    var operandCount = OperandCount.one
    var subcommands: [Command] = []
    /// Runs the command and returns the exit code; `nil` for a command that only groups subcommands.
    var run: (@Sendable (Arguments, Console) throws -> Int32)?

    /// The operand as the help has it: `FILE...`, `[CODE]`.
    var operandUsage: String? {
        operand.map { name in
            switch operandCount {
            case .one, .two: name
            case .oneOrMore: "\(name)..."
            case .optional: "[\(name)]"
            case .oneOrTwo(let second): "\(name) [\(second)]"
            }
        }
    }

    /// Whether one more operand may follow so many.
    func takesOperand(after count: Int) -> Bool {
        guard operand != nil else { return false }
        switch operandCount {
        case .one, .optional: return count == 0
        case .two, .oneOrTwo: return count < 2
        case .oneOrMore: return true
        }
    }

    /// The operands that are missing after so many; `nil` for none.
    func missingOperand(after count: Int) -> String? {
        switch operandCount {
        case .optional: nil
        case .one, .oneOrMore, .oneOrTwo: count == 0 ? operand : nil
        case .two: operand?.split(separator: " ").dropFirst(count).first.map(String.init)
        }
    }

    func subcommand(named name: String) -> Command? {
        subcommands.first { $0.name == name }
    }
}

/// The number of a command's positional arguments.
enum OperandCount: Sendable {
    case one
    /// Exactly two; the placeholder names both: `OLD NEW`.
    case two
    case oneOrMore
    /// One or none.
    case optional
    /// One, and perhaps another with this placeholder.
    case oneOrTwo(second: String)
}
