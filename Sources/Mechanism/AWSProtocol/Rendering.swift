/// Formats a value for an error message as Java prints it: `[a, b]`, `{key=value}`.
enum Rendering {
    /// The most characters of a value in a message; longer values are truncated.
    static let characterLimit = 1000

    /// The value's text; `nil` when any part of it is sensitive or is bytes: then the message shows no value.
    static func text(of value: AWSValue, _ schema: Schema?) -> String? {
        var text = ""
        guard append(value, schema, to: &text) else { return nil }
        let shown = text.unicodeScalars.prefix(characterLimit)
        return shown.endIndex == text.endIndex ? text : String(shown) + "…"
    }

    private static func append(_ value: AWSValue, _ schema: Schema?, to text: inout String) -> Bool {
        guard schema?.isSensitive != true else { return false }
        switch value {
        case .null: text += "null"
        case .boolean(let boolean): text += String(boolean)
        case .integer(let integer): text += String(integer)
        case .double(let double): text += double.description
        case .string(let string): text.unicodeScalars += string.unicodeScalars.prefix(characterLimit + 1)
        case .timestamp(let seconds): text += Timestamp(secondsSinceEpoch: seconds).formatted(.iso8601)
        case .blob: return false
        case .list(let values): return append(values, schema, to: &text)
        case .structure, .map: return append(value.members ?? [:], schema, to: &text)
        }
        return true
    }

    private static func append(_ values: [AWSValue], _ schema: Schema?, to text: inout String) -> Bool {
        guard case .list(let reference) = schema?.kind else { return false }
        let element = reference()
        guard !element.isSensitive else { return false }
        text += "["
        for (index, value) in values.enumerated() {
            guard !isFull(text) else { break }
            if index > 0 { text += ", " }
            guard append(value, element, to: &text) else { return false }
        }
        text += "]"
        return true
    }

    private static func append(_ members: [String: AWSValue], _ schema: Schema?, to text: inout String) -> Bool {
        text += "{"
        for (index, (name, value)) in members.sorted(by: { $0.key < $1.key }).enumerated() {
            guard !isFull(text) else { break }
            if index > 0 { text += ", " }
            text.unicodeScalars += name.unicodeScalars.prefix(characterLimit)
            text += "="
            guard append(value, part(name, of: schema), to: &text) else { return false }
        }
        text += "}"
        return true
    }

    /// Whether the text exceeds the limit, with characters of up to four bytes.
    private static func isFull(_ text: String) -> Bool { text.utf8.count > characterLimit * 4 }

    /// The schema of a member or entry; a sensitive key makes its entry sensitive.
    private static func part(_ name: String, of schema: Schema?) -> Schema? {
        switch schema?.kind {
        case .map(let key, let target): key().isSensitive ? key() : target()
        case .structure(let members): members.first { $0.name == name }?.schema
        default: nil
        }
    }
}
