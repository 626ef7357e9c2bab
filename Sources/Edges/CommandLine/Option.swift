/// An option with a value, `--port 4566` or `--port=4566`, and the parser of that value.
struct Option<Value>: Sendable {
    let description: OptionDescription
    let read: @Sendable (String) throws(ValueError) -> Value

    init(
        _ name: String, _ placeholder: String, _ presence: OptionPresence, kind: OptionKind = .text,
        from sources: OptionSources = .commandLine, alias: String? = nil, help: String,
        read: @escaping @Sendable (String) throws(ValueError) -> Value
    ) {
        description = OptionDescription(
            name: name, alias: alias, placeholder: placeholder, presence: presence, kind: kind, sources: sources,
            help: help)
        self.read = read
    }
}

extension Option<String> {
    /// An option whose value is any text.
    init(
        _ name: String, _ placeholder: String, _ presence: OptionPresence,
        from sources: OptionSources = .commandLine, help: String
    ) {
        self.init(name, placeholder, presence, from: sources, help: help) { text in text }
    }
}

extension Option where Value: RawRepresentable<String> & CaseIterable & Sendable {
    /// An option whose value is one of a few words.
    init(
        oneOf name: String, _ placeholder: String, default standard: Value, from sources: OptionSources = .commandLine,
        help: String
    ) {
        let cases = Array(Value.allCases)
        self.init(name, placeholder, .defaulted(standard.rawValue), from: sources, help: help) {
            (text) throws(ValueError) -> Value in
            if let value = cases.first(where: { $0.rawValue == text }) { return value }
            let words = cases.map { "'\($0.rawValue)'" }
            throw ValueError(expectation: "\(words.dropLast().joined(separator: ", ")) or \(words.last ?? "")")
        }
    }
}

/// An option without a value: `--json`.
struct Flag: Sendable {
    let description: OptionDescription

    init(_ name: String, from sources: OptionSources = .commandLine, help: String) {
        description = OptionDescription(
            name: name, placeholder: nil, presence: .optional(), kind: .flag, sources: sources, help: help)
    }
}

/// An option's declaration, for the parser, the variables, the configuration file and the help.
struct OptionDescription: Sendable {
    /// Without the dashes.
    let name: String
    /// Another name by which other programs know it, also without the dashes.
    var alias: String?
    /// The value's placeholder in the help; `nil` for a flag.
    let placeholder: String?
    let presence: OptionPresence
    let kind: OptionKind
    let sources: OptionSources
    let help: String

    /// Whether a word of the command line names it: `--port`.
    func isCalled(_ word: Substring) -> Bool {
        word.hasPrefix("--") && (word.dropFirst(2) == name || alias.map { word.dropFirst(2) == $0 } ?? false)
    }

    /// `--port NUMBER`, or `--json`.
    var usage: String { "--\(name)" + (placeholder.map { " \($0)" } ?? "") }

    /// The variable that sets the option, `STRATA_PORT`; `nil` for none.
    var variable: String? {
        guard sources != .commandLine else { return nil }
        return SettingSources.variablePrefix + name.uppercased().replacing("-", with: "_")
    }

    /// The key that sets the option in a configuration file, `server.port`; `nil` for none.
    var key: String? {
        if case .file(let key) = sources { key } else { nil }
    }
}

/// Whether an option is required, optional or repeatable, and its default.
enum OptionPresence: Sendable {
    /// May be omitted; `otherwise` describes the default in the help.
    case optional(otherwise: String? = nil)
    /// May be omitted; this text is then parsed as its value.
    case defaulted(String)
    case required
    /// May be given any number of times.
    case repeated
}

/// The type of an option's value in a configuration file. A repeated option takes an array of it.
enum OptionKind: Sendable {
    /// A string.
    case text
    /// An integer.
    case integer
    /// An integer or a float.
    case number
    /// A boolean.
    case flag
}

/// Where an option's value may come from.
enum OptionSources: Sendable, Equatable {
    /// The command line only.
    case commandLine
    /// The command line, or the option's variable.
    case variable
    /// The command line, the option's variable, or this key of the configuration file: `server.port`.
    case file(String)
}

/// A value that an option does not accept. `expectation` completes "--port takes …": `a number from 0 to 65535`.
struct ValueError: Error, Equatable {
    let expectation: String
    /// Whether the value may have a password in it, so that the message must not repeat it.
    var isSecret = false
}
