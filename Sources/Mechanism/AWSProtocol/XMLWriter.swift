internal import Digest

/// Encodes values as XML (Smithy, awsQuery): lists of `<member>`, maps of `<entry>`, timestamps as RFC 3339.
struct XMLWriter {
    private(set) var bytes: [UInt8] = []

    /// Writes an element with the content that `content` writes.
    mutating func element(_ name: String, namespace: String? = nil, _ content: (inout XMLWriter) -> Void) {
        bytes += "<\(name)\(namespace.map { " xmlns=\"\($0)\"" } ?? "")>".utf8
        content(&self)
        bytes += "</\(name)>".utf8
    }

    /// Writes an element with a text.
    mutating func element(_ name: String, text: String) {
        element(name) { $0.append(text) }
    }

    /// Writes a structure's members, each as an element, in the model's order.
    mutating func append(members value: AWSValue, of schema: Schema) {
        for member in schema.members {
            guard let part = value[member.name] else { continue }
            element(member.wireName, part, member.schema)
        }
    }

    private mutating func element(_ name: String, _ value: AWSValue, _ schema: Schema) {
        switch (value, schema.kind) {
        case (.list(let values), .list(let element)):
            elements(name, "member", isFlattened: schema.isFlattened) { writer, name in
                for value in values { writer.element(name, value, element()) }
            }
        case (.structure(let entries), .map(let key, let target)):
            elements(name, "entry", isFlattened: schema.isFlattened) { writer, name in
                for entry in entries.sorted(by: { $0.key < $1.key }) {
                    writer.element(name) { writer in
                        writer.element("key", .string(entry.key), key())
                        writer.element("value", entry.value, target())
                    }
                }
            }
        case (.structure, .structure): element(name) { $0.append(members: value, of: schema) }
        default: element(name, text: Self.text(of: value))
        }
    }

    /// Writes the elements of a list or map: inside one element called `name`, or, flattened, each called `name`.
    private mutating func elements(
        _ name: String, _ part: String, isFlattened: Bool, _ content: (inout XMLWriter, String) -> Void
    ) {
        if isFlattened { content(&self, name) } else { element(name) { content(&$0, part) } }
    }

    private static func text(of value: AWSValue) -> String {
        switch value {
        case .boolean(let boolean): String(boolean)
        case .integer(let integer): String(integer)
        case .double(let double): double.description
        case .string(let text): text
        case .blob(let bytes): Base64.encode(bytes)
        case .timestamp(let seconds): Timestamp(secondsSinceEpoch: seconds).formatted(.iso8601)
        case .null, .list, .structure: ""
        }
    }

    /// Writes a text so that any parser reads the same text, except for characters that XML 1.0 excludes
    /// (section 2.2): they become U+FFFD. A carriage return is escaped, or it would be read as a line feed
    /// (section 2.11).
    private mutating func append(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": bytes += "&amp;".utf8
            case "<": bytes += "&lt;".utf8
            case ">": bytes += "&gt;".utf8
            case "\"": bytes += "&quot;".utf8
            case "\r": bytes += "&#xD;".utf8
            case "\t", "\n": bytes.append(UInt8(scalar.value))
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": bytes += "\u{FFFD}".utf8
            default: bytes += UTF8.encode(scalar).map(Array.init) ?? []
            }
        }
    }
}
