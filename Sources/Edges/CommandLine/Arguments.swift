/// The parsed command line of one command: option values by name, and operands.
struct Arguments: Sendable {
    /// The command's full name, for messages: `strata layer build`.
    let command: String
    var texts: [String: [String]] = [:]
    /// Arguments that are neither options nor their values.
    var operands: [String] = []

    /// Whether a flag was given.
    subscript(_ flag: Flag) -> Bool { texts[flag.description.name] != nil }

    /// The value of an option that is required or has a default.
    func value<Value>(of option: Option<Value>) throws(UsageError) -> Value {
        guard let value = try optionalValue(of: option) else {
            throw UsageError(command, "\(option.description.usage) is missing")
        }
        return value
    }

    /// The value of an option, or of its default; `nil` when there is neither.
    func optionalValue<Value>(of option: Option<Value>) throws(UsageError) -> Value? {
        guard let text = texts[option.description.name]?.last ?? option.defaultText else { return nil }
        return try read(text, as: option)
    }

    /// The values of an option that may be repeated, in command-line order.
    func values<Value>(of option: Option<Value>) throws(UsageError) -> [Value] {
        var values: [Value] = []
        for text in texts[option.description.name] ?? [] { values.append(try read(text, as: option)) }
        return values
    }

    /// A usage error that an option's own parser cannot detect, such as two options that conflict.
    func refusal(_ message: String) -> UsageError { UsageError(command, message) }

    private func read<Value>(_ text: String, as option: Option<Value>) throws(UsageError) -> Value {
        do throws(ValueError) {
            return try option.read(text)
        } catch {
            throw UsageError(command, "--\(option.description.name) takes \(error.expectation), not '\(text)'")
        }
    }
}

extension Option {
    fileprivate var defaultText: String? {
        if case .defaulted(let text) = description.presence { text } else { nil }
    }
}
