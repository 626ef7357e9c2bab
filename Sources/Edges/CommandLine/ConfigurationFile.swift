internal import LinuxSystem
internal import TOML

/// A configuration file: values of options by their keys.
struct ConfigurationFile {
    private let path: String
    private let document: TOMLDocument

    /// Far more than a file with every option needs.
    private static let bytesMax = 1 << 20

    /// Reads a file.
    init(_ path: String, _ arguments: Arguments) throws(UsageError) {
        self.path = path
        let label = arguments.label(of: SettingSources.config.description)
        let bytes: [UInt8]
        do throws(SystemCallError) {
            bytes = try Self.content(of: FileDescriptor.open(FilePath(path), [.read]))
        } catch {
            throw arguments.refusal("\(label) cannot be read: \(error)")
        }
        guard bytes.count <= Self.bytesMax else {
            throw arguments.refusal("\(label) names a file of more than \(Self.bytesMax) bytes: \(path)")
        }
        do throws(TOMLError) {
            document = try TOMLDocument(bytes)
        } catch {
            let place = "\(path):\(error.position.line):\(error.position.column)"
            throw arguments.refusal("\(place): \(error.message)")
        }
    }

    /// Checks names and types of everything in the file, and fills in the options that have no value yet.
    func fill(_ arguments: inout Arguments, _ options: [OptionDescription]) throws(UsageError) {
        let byKey = Dictionary(
            options.compactMap { option in option.key.map { ($0, option) } }, uniquingKeysWith: { first, _ in first })
        try check(byKey, arguments)
        for entry in document.entries {
            guard let option = byKey[Self.text(entry.path)] else { continue }
            guard let texts = Self.texts(entry.value, of: option) else {
                throw problem(
                    entry.position, "\(Self.text(entry.path)) takes \(option.typeName), not \(entry.value.found)",
                    arguments)
            }
            guard arguments.texts[option.name] == nil, arguments.origins[option.name] == nil else { continue }
            arguments.origins[option.name] = .file(path: path, line: entry.position.line)
            if option.kind != .flag {
                arguments.texts[option.name] = texts
            } else if entry.value == .boolean(true) {
                arguments.texts[option.name] = [""]
            }
        }
    }

    /// Refuses keys and tables that no option has.
    private func check(_ options: [String: OptionDescription], _ arguments: Arguments) throws(UsageError) {
        let tables = Set(options.keys.map { $0.prefix { $0 != "." } }.map(String.init))
        for header in document.headers {
            let name = Self.text(header.path)
            if let option = options[name] {
                throw problem(header.position, "\(name) takes \(option.typeName), not a table", arguments)
            }
            guard !tables.contains(name) else { continue }
            let hint = Suggestion.closest(to: name, among: tables.sorted())
            throw problem(header.position, "unknown table '\(name)'\(Self.advice(hint, arguments))", arguments)
        }
        for entry in document.entries {
            let name = Self.text(entry.path)
            if tables.contains(name) {
                throw problem(entry.position, "\(name) is a table, not \(entry.value.typeName)", arguments)
            }
            guard options[name] == nil else { continue }
            let hint = Self.suggestion(for: entry.path, among: options)
            throw problem(entry.position, "unknown key '\(name)'\(Self.advice(hint, arguments))", arguments)
        }
    }

    /// The texts of a value as the command line would have them; `nil` for a value of another type.
    private static func texts(_ value: TOMLValue, of option: OptionDescription) -> [String]? {
        if case .repeated = option.presence {
            guard case .array(let values) = value else { return nil }
            let texts = values.compactMap { text($0, option.kind) }
            return texts.count == values.count ? texts : nil
        }
        return text(value, option.kind).map { [$0] }
    }

    private static func text(_ value: TOMLValue, _ kind: OptionKind) -> String? {
        switch (kind, value) {
        case (.text, .string(let text)): text
        case (.integer, .integer(let integer)), (.number, .integer(let integer)): String(integer)
        case (.number, .float(let float)): String(float)
        case (.flag, .boolean(let isOn)): String(isOn)
        default: nil
        }
    }

    /// The key that a misspelt one may mean: the same name in another table, or the option's name; else a similar name
    /// in the same table; else a similar key.
    private static func suggestion(for path: [String], among options: [String: OptionDescription]) -> String? {
        let last = path[path.count - 1]
        let keys = options.keys.sorted()
        if let key = keys.first(where: { $0.hasSuffix(".\(last)") || options[$0]?.name == last }) { return key }
        let table = path.dropLast().map { "\($0)." }.joined()
        let siblings = keys.filter { $0.hasPrefix(table) }.map { String($0.dropFirst(table.count)) }
        return Suggestion.closest(to: last, among: siblings).map { table + $0 }
            ?? Suggestion.closest(to: text(path), among: keys)
    }

    private static func advice(_ suggestion: String?, _ arguments: Arguments) -> String {
        suggestion.map { "; did you mean '\($0)'?" } ?? "; see '\(arguments.command) --help'"
    }

    /// Reads a file, which may be a pipe, up to one byte more than it may have.
    private static func content(of file: borrowing FileDescriptor) throws(SystemCallError) -> [UInt8] {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while content.count <= bytesMax {
            var failure: SystemCallError?
            let count = chunk.withUnsafeMutableBytes { buffer in
                do throws(SystemCallError) { return try file.read(into: buffer) } catch {
                    failure = error
                    return 0
                }
            }
            if let failure { throw failure }
            if count == 0 { break }
            content += chunk[..<count]
        }
        return content
    }

    private func problem(_ position: TOMLPosition, _ message: String, _ arguments: Arguments) -> UsageError {
        arguments.refusal("\(path):\(position.line): \(message)")
    }

    /// A key as the file has it. A part with a dot of its own matches no option, and is quoted.
    private static func text(_ path: [String]) -> String {
        path.map { $0.contains(".") ? "\"\($0)\"" : $0 }.joined(separator: ".")
    }
}

extension OptionDescription {
    /// The type that the configuration file needs, for messages.
    fileprivate var typeName: String {
        let (one, many) =
            switch kind {
            case .text: ("a string", "strings")
            case .integer: ("an integer", "integers")
            case .number: ("a number", "numbers")
            case .flag: ("true or false", "booleans")
            }
        if case .repeated = presence { return "an array of \(many)" }
        return one
    }
}

extension TOMLValue {
    /// The value's type, and the value where it is short.
    fileprivate var found: String {
        switch self {
        case .string(let text): text.utf8.count <= 40 ? "the string '\(text)'" : typeName
        case .integer(let integer): "the integer \(integer)"
        case .float(let float): "the float \(float)"
        case .boolean(let isOn): "\(isOn)"
        case .array: typeName
        }
    }
}
