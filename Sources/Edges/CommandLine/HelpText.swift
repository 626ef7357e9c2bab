/// Formats a command's help from its declaration.
enum HelpText {
    /// The help of the command at the end of a path from the root.
    static func of(_ path: [Command], style: TextStyle) -> String {
        let command = path[path.count - 1]
        var paragraphs = [command.summary, "\(style.bold("Usage:")) \(usage(path))"]
        if !command.details.isEmpty { paragraphs.append(command.details) }
        if !command.subcommands.isEmpty {
            let rows = command.subcommands.map { ($0.name, $0.summary) }
            paragraphs.append(style.bold("Commands:") + "\n" + table(rows))
        }
        var rows = command.options.map { ($0.usage, $0.help + note($0.presence) + note($0)) }
        if path.count == 1 { rows.append(("--version", "Print the version.")) }
        rows.append(("--help", "Print this help."))
        paragraphs.append(style.bold("Options:") + "\n" + table(rows))
        if !command.subcommands.isEmpty {
            paragraphs.append("Run '\(CommandLineParser.name(path)) COMMAND --help' for the help of a command.")
        }
        return paragraphs.joined(separator: "\n\n") + "\n"
    }

    private static func usage(_ path: [Command]) -> String {
        let command = path[path.count - 1]
        var words = [CommandLineParser.name(path)]
        for option in command.options {
            if case .required = option.presence { words.append(option.usage) }
        }
        if command.run == nil { words.append("COMMAND") }
        if let operand = command.operandUsage { words.append(operand) }
        if words.count <= command.options.count + (command.operand == nil ? 0 : 1) { words.append("[OPTIONS]") }
        return words.joined(separator: " ")
    }

    private static func note(_ presence: OptionPresence) -> String {
        switch presence {
        case .defaulted(""): ""
        case .defaulted(let text): " [default: \(text)]"
        case .optional(let otherwise?): " [default: \(otherwise)]"
        case .optional(nil): ""
        case .required: " [required]"
        case .repeated: " [may be repeated]"
        }
    }

    /// Keeps words on one line; printed as a space.
    private static let noBreakSpace = "\u{A0}"

    /// The variable and the key of an option that has them.
    private static func note(_ option: OptionDescription) -> String {
        let variable = option.variable.map { " [variable:\(noBreakSpace)\($0)]" } ?? ""
        return variable + (option.key.map { " [file:\(noBreakSpace)\($0)]" } ?? "")
    }

    /// Two columns; the right one wraps at 100 characters per line.
    private static func table(_ rows: [(String, String)]) -> String {
        let width = min(rows.map(\.0.count).max() ?? 0, 30)
        let lines = rows.map { left, right in
            let gap = String(repeating: " ", count: max(2, width + 2 - left.count))
            let indent = "\n" + String(repeating: " ", count: width + 4)
            return "  " + left + gap + wrapped(right, width: 96 - width).joined(separator: indent)
        }
        return lines.joined(separator: "\n")
    }

    private static func wrapped(_ text: String, width: Int) -> [String] {
        text.wrapped(to: width).map { $0.replacing(noBreakSpace, with: " ") }
    }
}

extension String {
    /// The text in lines of at most so many characters, broken at spaces.
    func wrapped(to width: Int) -> [String] {
        split(separator: " ").reduce(into: [""]) { lines, word in
            let line = lines[lines.count - 1]
            if line.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if line.count + 1 + word.count <= width {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
    }
}
