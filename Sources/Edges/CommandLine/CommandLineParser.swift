/// Parses a command line against the commands' declarations. Pure: runs nothing, prints nothing.
struct CommandLineParser {
    let root: Command

    /// What a command line requests.
    enum Request {
        case run(Command, Arguments)
        /// The help of the command at the end of this path from the root.
        case help([Command])
        /// The subcommand is missing: print the same help to standard error and exit with 2.
        case incomplete([Command])
        case version
    }

    /// Parses the words after the program's name.
    func parse(_ words: [String]) throws(UsageError) -> Request {
        if words.first == "help" { return .help(try path(words.dropFirst())) }
        var path = [root]
        var rest = words[...]
        while let word = rest.first, path[path.count - 1].run == nil {
            if word == "--help" || word == "-h" { return .help(path) }
            if word == "--version", path.count == 1 { return .version }
            path.append(try subcommand(word, of: path))
            rest = rest.dropFirst()
        }
        let command = path[path.count - 1]
        if command.run == nil { return .incomplete(path) }
        if rest.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) { return .help(path) }
        return .run(command, try arguments(rest, of: command, called: Self.name(path)))
    }

    /// The full name of the command at the end of a path: `strata layer build`.
    static func name(_ path: [Command]) -> String {
        path.map(\.name).joined(separator: " ")
    }

    private func path(_ words: some Sequence<String>) throws(UsageError) -> [Command] {
        var path = [root]
        for word in words { path.append(try subcommand(word, of: path)) }
        return path
    }

    private func subcommand(_ word: String, of path: [Command]) throws(UsageError) -> Command {
        let parent = path[path.count - 1]
        if let command = parent.subcommand(named: word) { return command }
        let called = Self.name(path)
        if word.hasPrefix("-") {
            let known = path.count == 1 ? ["--help", "--version"] : ["--help"]
            throw UsageError(called, "unknown option '\(word)'\(hint(for: word, among: known, called))")
        }
        let known = parent.subcommands.map(\.name)
        throw UsageError(called, "unknown command '\(word)'\(hint(for: word, among: known, called))")
    }

    private func arguments(
        _ words: ArraySlice<String>, of command: Command, called: String
    ) throws(UsageError) -> Arguments {
        var arguments = Arguments(command: called)
        var rest = words
        while let word = rest.popFirst() {
            guard word.hasPrefix("-"), word != "-" else {
                if command.takesOperand(after: arguments.operands.count) {
                    arguments.operands.append(word)
                    continue
                }
                throw UsageError(called, "unexpected argument '\(word)'; see '\(called) --help'")
            }
            if word == "--" { break }
            try take(word, &rest, of: command, into: &arguments)
        }
        if let word = rest.first { throw UsageError(called, "unexpected argument '\(word)'; see '\(called) --help'") }
        for option in command.options where arguments.texts[option.name] == nil {
            // The other sources may have it.
            guard option.sources == .commandLine, case .required = option.presence else { continue }
            throw UsageError(called, "\(option.usage) is missing")
        }
        if let operand = command.missingOperand(after: arguments.operands.count) {
            throw UsageError(called, "\(operand) is missing")
        }
        return arguments
    }

    /// Parses one option; its value is in the same word after `=`, or the next word.
    private func take(
        _ word: String, _ rest: inout ArraySlice<String>, of command: Command, into arguments: inout Arguments
    ) throws(UsageError) {
        let called = arguments.command
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let option = command.options.first(where: { $0.isCalled(parts[0]) }) else {
            let known = command.options.map { "--\($0.name)" } + ["--help"]
            throw UsageError(
                called, "unknown option '\(parts[0])'\(hint(for: String(parts[0]), among: known, called))")
        }
        var value = parts.count == 2 ? String(parts[1]) : nil
        if option.placeholder == nil {
            guard value == nil else { throw UsageError(called, "--\(option.name) takes no value") }
        } else if value == nil, let next = rest.first, !next.hasPrefix("--") {
            value = rest.removeFirst()
        }
        guard let text = option.placeholder == nil ? "" : value else {
            throw UsageError(called, "\(option.usage) needs a value")
        }
        try store(text, of: option, in: &arguments)
    }

    private func store(_ text: String, of option: OptionDescription, in arguments: inout Arguments) throws(UsageError) {
        if case .repeated = option.presence {
        } else if option.placeholder != nil, arguments.texts[option.name] != nil {
            throw UsageError(arguments.command, "--\(option.name) was given twice")
        }
        arguments.texts[option.name, default: []].append(text)
    }

    private func hint(for word: String, among known: [String], _ called: String) -> String {
        if let suggestion = Suggestion.closest(to: word, among: known) { return "; did you mean '\(suggestion)'?" }
        return "; see '\(called) --help'"
    }
}
