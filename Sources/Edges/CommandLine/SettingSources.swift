/// Fills in the options that the command line leaves out: from environment variables first, then from the configuration
/// file that `--config` or `STRATA_CONFIG` names. What neither has keeps its default.
///
/// Variables and keys follow from the options' declarations (``OptionDescription/variable``,
/// ``OptionDescription/key``); there is no second list of them.
struct SettingSources {
    /// Begins the name of every variable.
    static let variablePrefix = "STRATA_"

    /// The option of commands that have a configuration file.
    static let config = Option(
        "config", "FILE", .optional(), from: .variable,
        help: "A TOML file with settings. Paths in it are relative to its folder.")

    /// The environment's variables.
    let variables: [String: String]

    /// Fills in a command's options.
    func fill(_ arguments: inout Arguments, of command: Command) throws(UsageError) {
        let hasFile = command.options.contains { $0.name == Self.config.description.name }
        if hasFile { try refuseUnknownVariables(arguments, command.options) }
        for option in command.options { try fill(&arguments, option) }
        if hasFile, let path = try arguments.optionalValue(of: Self.config) {
            try ConfigurationFile(HostPath.absolute(path), arguments).fill(&arguments, command.options)
        }
        for option in command.options where arguments.texts[option.name] == nil {
            if case .required = option.presence { throw arguments.refusal("\(option.usage) is missing") }
        }
    }

    /// A misspelt variable would otherwise be ignored without a word.
    private func refuseUnknownVariables(_ arguments: Arguments, _ options: [OptionDescription]) throws(UsageError) {
        let known = options.compactMap(\.variable)
        let given = variables.keys.filter { $0.hasPrefix(Self.variablePrefix) }.sorted()
        guard let name = given.first(where: { !known.contains($0) }) else { return }
        let hint = Suggestion.closest(to: name, among: known).map { "; did you mean '\($0)'?" }
        throw arguments.refusal("unknown variable '\(name)'\(hint ?? "; see '\(arguments.command) --help'")")
    }

    /// An empty variable counts as unset.
    private func fill(_ arguments: inout Arguments, _ option: OptionDescription) throws(UsageError) {
        guard arguments.texts[option.name] == nil, let name = option.variable, let text = variables[name],
            !text.isEmpty
        else { return }
        arguments.origins[option.name] = .variable(name)
        if option.kind == .flag {
            guard let isOn = ["true": true, "1": true, "false": false, "0": false][text] else {
                throw arguments.refusal("\(name) takes 'true' or 'false', not '\(text)'")
            }
            if isOn { arguments.texts[option.name] = [""] }
        } else if case .repeated = option.presence {
            arguments.texts[option.name] = text.split(separator: ",").map(String.init)
        } else {
            arguments.texts[option.name] = [text]
        }
    }
}
