/// An option with a value, `--port 4566` or `--port=4566`, and how its text is read.
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

/// What the parser and the help need to know of an option.
struct OptionDescription: Sendable {
    /// Without the dashes.
    let name: String
    /// What the help calls the value; `nil` for a flag.
    let placeholder: String?
    let presence: OptionPresence
    let help: String

    /// `--port NUMBER`, or `--json`.
    var usage: String { "--\(name)" + (placeholder.map { " \($0)" } ?? "") }
}

/// Whether an option has to be given, may be given again, and what stands in for it.
enum OptionPresence: Sendable {
    /// May be left out; `otherwise` tells the help what then happens.
    case optional(otherwise: String? = nil)
    /// May be left out; this text is then read in its place.
    case defaulted(String)
    case required
    /// May be given any number of times.
    case repeated
}

/// What an option takes, in words that follow "takes": `a number from 0 to 65535`.
struct ValueError: Error, Equatable {
    let expectation: String
}
