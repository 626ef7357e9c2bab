import AWSProtocol
import Domain
import TOML

/// Names and settings.
extension FuzzTarget {
    /// A text for each of the models' slowest patterns, which the first byte chooses: matching ends within its limits.
    static let pattern = FuzzTarget("pattern") { input in
        var cursor = InputCursor(input)
        let pattern = patterns[cursor.count(upTo: patterns.count - 1)]
        let text = String(decoding: cursor.remainder(), as: UTF8.self)
        try expect(pattern.isUsable, "\(pattern.source) does not compile")
        try expect(pattern.matches(text) == pattern.matches(text), "a match is another one the second time")
        if pattern.matches(text), text.last == "\n" || text.last == "\r" {
            throw FuzzFinding("\(pattern.source) matches a text with a line end")
        }
    }

    private static let patterns = [
        #"(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)"#
            + #"(:(\$LATEST|[a-zA-Z0-9-_]+))?"#,
        #"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}(-gov)?-[a-z]+-\d{1})?:(\d{12})?:(.*)"#,
        #"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"#,
        #"[^\s]+"#, #"^(([\p{L}\p{Z}\p{N}_.:/=+\-@]*))$"#, #"((u002F)|(\u002F[\u0021-\u007E]+\u002F))"#,
    ].map(Pattern.init)

    /// Names of functions, layers, roles and policies: what parses is in its canonical form.
    static let arn = FuzzTarget("arn") { input in
        guard let text = String(validating: input, as: UTF8.self) else { return }
        let parsed: [(any CustomStringConvertible)?] = [
            ARN(text), FunctionARN(text), LayerVersionARN(text), LayerID(text), RoleARN(text), PolicyARN(text),
            CodeSigningConfigARN(text),
        ]
        for name in parsed.compactMap(\.self) {
            try expect(Array(name.description.utf8) == Array(text.utf8), "'\(text)' is \(type(of: name)) \(name)")
        }
        _ = RuntimeIdentifier(text)?.family
        let reference: FunctionReference
        do throws(FunctionReferenceError) { reference = try FunctionReference(text) } catch {
            return try expect(!error.description.isEmpty, "an error has no description")
        }
        let arn = FunctionARN(
            FunctionID(
                account: reference.account ?? AccountID("123456789012").unsafelyUnwrapped,
                region: reference.region ?? Region("us-east-1").unsafelyUnwrapped, name: reference.name),
            qualifier: reference.qualifier)
        let again = try FunctionReference(arn.description)
        try expect(
            again.name == reference.name && again.qualifier == reference.qualifier, "'\(text)' is '\(arn)' as an ARN")
    }

    /// Documents of settings: what is read is written, and read as the same; errors are inside the text.
    static let toml = FuzzTarget("toml") { input in
        let document: TOMLDocument
        do throws(TOMLError) { document = try TOMLDocument(Array(input)) } catch {
            let lines = input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            try expect(1...lines.count ~= error.position.line, "the error is at \(error)")
            try expect(
                1...lines[error.position.line - 1].count + 1 ~= error.position.column, "the error is at \(error)")
            return
        }
        let lines = document.entries.map { "\($0.path.map(quoted).joined(separator: ".")) = \(text(of: $0.value))" }
        let again = try TOMLDocument(Array(lines.joined(separator: "\n").utf8))
        try expect(again.entries.map(\.value) == document.entries.map(\.value), "values are read as others")
        try expect(again.entries.map(\.path) == document.entries.map(\.path), "keys are read as others")
    }

    private static func text(of value: TOMLValue) -> String {
        switch value {
        case .integer(let integer): "\(integer)"
        case .float(let float): "\(float)"
        case .boolean(let boolean): "\(boolean)"
        case .array(let values): "[\(values.map { text(of: $0) }.joined(separator: ", "))]"
        case .string(let string): quoted(string)
        }
    }

    private static func quoted(_ string: String) -> String {
        let escaped = string.unicodeScalars.map { scalar in
            switch scalar.value {
            case 0x22, 0x5C: "\\\(scalar)"
            case ..<0x20, 0x7F:
                "\\u" + String(repeating: "0", count: scalar.value < 16 ? 3 : 2) + String(scalar.value, radix: 16)
            default: "\(scalar)"
            }
        }
        return "\"\(escaped.joined())\""
    }
}
