/// The options and operands of one run of a command: what the command line has, and what other sources add to it.
struct Arguments: Sendable {
    /// The command's full name, for messages: `strata layer build`.
    let command: String
    /// The values of the options that were given, by the options' names. A flag that was given has one empty text.
    var texts: [String: [String]] = [:]
    /// Where options have their values from, by the options' names; absent for the command line and defaults.
    var origins: [String: ValueOrigin] = [:]
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

    /// The values of an option that may be repeated, in the order in which they were given.
    func values<Value>(of option: Option<Value>) throws(UsageError) -> [Value] {
        var values: [Value] = []
        for text in texts[option.description.name] ?? [] { values.append(try read(text, as: option)) }
        return values
    }

    /// How messages name an option, by where its value is from: `--port`, `STRATA_PORT` or
    /// `/etc/strata.toml:3: server.port`.
    func label(of option: OptionDescription) -> String {
        switch origins[option.name] {
        case nil: "--\(option.name)"
        case .variable(let name): name
        case .file(let path, let line): "\(path):\(line): \(option.key ?? option.name)"
        }
    }

    /// A path that an option names, made absolute: from the configuration file's folder where the option is set there,
    /// else from the working directory.
    func absolutePath(_ path: String, of option: OptionDescription) -> String {
        guard case .file(let file, _)? = origins[option.name], !path.hasPrefix("/") else {
            return HostPath.absolute(path)
        }
        let folder = HostPath.absolute(file).split(separator: "/").dropLast().map { "/\($0)" }.joined()
        return "\(folder)/\(path)"
    }

    /// A usage error that an option's own parser cannot detect, such as two options that conflict.
    func refusal(_ message: String) -> UsageError { UsageError(command, message) }

    private func read<Value>(_ text: String, as option: Option<Value>) throws(UsageError) -> Value {
        do throws(ValueError) {
            return try option.read(text)
        } catch {
            let given = error.isSecret ? "" : ", not '\(text)'"
            throw UsageError(command, "\(label(of: option.description)) takes \(error.expectation)\(given)")
        }
    }
}

/// Where an option has its value from, when it is not the command line.
enum ValueOrigin: Sendable, Equatable {
    /// An environment variable, by name.
    case variable(String)
    /// A line of a configuration file.
    case file(path: String, line: Int)
}

extension Option {
    fileprivate var defaultText: String? {
        if case .defaulted(let text) = description.presence { text } else { nil }
    }
}
