/// An option with a value, `--port 4566` or `--port=4566`, and the parser of that value.
struct Option<Value>: Sendable {
    let description: OptionDescription
    let read: @Sendable (String) throws(ValueError) -> Value

    init(
        _ name: String, _ placeholder: String, _ presence: OptionPresence, help: String,
        read: @escaping @Sendable (String) throws(ValueError) -> Value
    ) {
        description = OptionDescription(name: name, placeholder: placeholder, presence: presence, help: help)
        self.read = read
    }
}

extension Option<String> {
    /// An option whose value is any text.
    init(_ name: String, _ placeholder: String, _ presence: OptionPresence, help: String) {
        self.init(name, placeholder, presence, help: help) { text in text }
    }
}

/// An option without a value: `--json`.
struct Flag: Sendable {
    let description: OptionDescription

    init(_ name: String, help: String) {
        description = OptionDescription(name: name, placeholder: nil, presence: .optional(), help: help)
    }
}

/// An option's declaration, for the parser and the help.
struct OptionDescription: Sendable {
    /// Without the dashes.
    let name: String
    /// The value's placeholder in the help; `nil` for a flag.
    let placeholder: String?
    let presence: OptionPresence
    let help: String

    /// `--port NUMBER`, or `--json`.
    var usage: String { "--\(name)" + (placeholder.map { " \($0)" } ?? "") }
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

/// A value that an option does not accept. `expectation` completes "--port takes …": `a number from 0 to 65535`.
struct ValueError: Error, Equatable {
    let expectation: String
}
