internal import AWSProtocol

/// A message of the log before it is formatted.
struct LogEvent: Sendable {
    /// Milliseconds since 1970-01-01 00:00 UTC.
    let timeMilliseconds: Int64
    let level: LogLevel
    /// The part of the server that reports.
    let component: String
    let message: StaticString
    let fields: [(name: String, value: LogValue)]
}

/// Formats events as lines.
///
/// Lines are bounded, and contain no control character of any value: a client can neither forge a line nor send
/// escape sequences to a terminal.
struct LogFormatter: Sendable {
    let format: LogLineFormat
    /// Whether levels are coloured, in the text format.
    let isColored: Bool

    /// The longest line, with its line feed; further fields are left out, and the line says `truncated`.
    static let lineBytesMax = 8_192
    /// The longest value, escapes included; it is cut and ends with an ellipsis.
    static let valueBytesMax = 2_048
    /// Room for the end of a line: `,"truncated":true}` and a line feed.
    private static let endBytes = 24

    /// The line of an event, with its line feed.
    func line(_ event: LogEvent) -> [UInt8] {
        var line = ""
        switch format {
        case .text:
            line = "\(Self.time(event.timeMilliseconds)) \(level(event.level)) \(event.component): \(event.message)"
        case .json:
            let head = [
                ("time", Self.time(event.timeMilliseconds)), ("level", event.level.rawValue),
                ("component", event.component), ("message", event.message.description),
            ]
            line = "{" + head.map { "\"\($0)\":\(Self.quoted($1).text)" }.joined(separator: ",")
        }
        for (name, value) in event.fields {
            let field = field(name, value)
            guard line.utf8.count + field.utf8.count <= Self.lineBytesMax - Self.endBytes else {
                line += format == .text ? " truncated=true" : ",\"truncated\":true"
                break
            }
            line += field
        }
        return Array((line + (format == .text ? "\n" : "}\n")).utf8)
    }

    private func field(_ name: String, _ value: LogValue) -> String {
        let text: String
        switch value {
        case .text(let value):
            let (quoted, isPlain) = Self.quoted(value)
            text = format == .text && isPlain ? String(quoted.dropFirst().dropLast()) : quoted
        case .integer(let integer): text = String(integer)
        case .flag(let flag): text = String(flag)
        case .number(let number): text = number.isFinite ? String(number) : "\"\(number)\""
        }
        return format == .text ? " \(name)=\(text)" : ",\"\(name)\":\(text)"
    }

    /// A text as a JSON string, and whether it reads the same without quotes.
    static func quoted(_ text: String) -> (text: String, isPlain: Bool) {
        var output = "\""
        var isPlain = !text.isEmpty
        for scalar in text.unicodeScalars {
            guard output.utf8.count < valueBytesMax - 8 else {
                output += "…"
                break
            }
            switch scalar {
            case "\"", "\\": output += "\\\(scalar)"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            default: output += isInvisible(scalar) ? escape(scalar) : String(scalar)
            }
            if scalar == " " || scalar == "\"" || scalar == "\\" || scalar == "=" || isInvisible(scalar) {
                isPlain = false
            }
        }
        return (output + "\"", isPlain)
    }

    /// Control characters, line separators, and format characters, which can reverse the text around them.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x80 { return scalar.value < 0x20 || scalar.value == 0x7F }
        return [.control, .format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        guard scalar.value <= 0xFFFF else { return "\u{FFFD}" }
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    /// A moment, to the millisecond.
    static func time(_ timeMilliseconds: Int64) -> String {
        let milliseconds = timeMilliseconds % 1_000
        let seconds = Timestamp(secondsSinceEpoch: Double(timeMilliseconds / 1_000)).formatted(.iso8601)
        let digits = String(milliseconds)
        return seconds.dropLast() + "." + String(repeating: "0", count: max(0, 3 - digits.count)) + digits + "Z"
    }

    private func level(_ level: LogLevel) -> String {
        let code =
            switch level {
            case .error: "31"
            case .warning: "33"
            case .info: "32"
            case .debug: "2"
            }
        return colored(level.rawValue.uppercased(), code)
    }

    /// A text in a colour of the terminal (ECMA-48, SGR), where colours are on.
    func colored(_ text: String, _ code: String) -> String { isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}
