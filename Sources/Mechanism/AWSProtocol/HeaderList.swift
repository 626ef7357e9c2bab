/// Lists in headers: separated by commas, and a text with a comma or quotation mark in quotation marks (RFC 9110,
/// section 5.6.4; Smithy, "httpHeader").
enum HeaderList {
    /// The elements of a list, decoded.
    ///
    /// - Parameter areDates: whether elements are dates of HTTP, each of which has a comma.
    static func parts(of text: String, areDates: Bool) -> [String] {
        var parts: [String] = []
        var part = ""
        var isQuoted = false
        var isEscaped = false
        for character in text.unicodeScalars {
            switch character {
            case _ where isEscaped:
                part.unicodeScalars.append(character)
                isEscaped = false
            case "\\" where isQuoted: isEscaped = true
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                parts.append(part)
                part = ""
            case " " where part.isEmpty && !isQuoted: continue
            default: part.unicodeScalars.append(character)
            }
        }
        parts.append(part)
        guard areDates else { return parts.filter { !$0.isEmpty } }
        return stride(from: 0, to: parts.count - 1, by: 2).map { "\(parts[$0]), \(parts[$0 + 1])" }
    }

    /// The text of a list.
    static func joined(_ texts: [String]) -> String { texts.map(quoted).joined(separator: ", ") }

    private static func quoted(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }) else { return text }
        return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// Whether values of a schema are dates of HTTP in headers.
    static func areDates(_ schema: Schema) -> Bool {
        switch schema.kind {
        case .timestamp(let format): format ?? .httpDate == .httpDate
        default: false
        }
    }
}
