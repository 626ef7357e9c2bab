internal import Digest

/// Encodes values as XML by their schemas (Smithy, "XML bindings"): timestamps as RFC 3339, bytes as base64.
struct XMLWriter {
    private(set) var bytes: [UInt8] = []

    /// What a document begins with where AWS's begin so.
    static let declaration = Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8)

    /// Starts a document.
    init(declares: Bool = false) {
        if declares { bytes = Self.declaration }
    }

    /// Writes an element with the content that `content` writes.
    mutating func element(_ name: String, namespace: String? = nil, _ content: (inout XMLWriter) -> Void) {
        element(name, namespace.map { XMLNamespace($0) }, [], content)
    }

    /// Writes an element with a text.
    mutating func element(_ name: String, text: String) {
        element(name) { $0.append(text) }
    }

    /// Writes a document's element.
    ///
    /// - Parameter namespace: declared unless the schema has one of its own.
    mutating func root(_ name: String, _ value: AWSValue, _ schema: Schema, namespace: String?) {
        let declared = schema.traits.xmlNamespace ?? namespace.map { XMLNamespace($0) }
        element(name, declared, value.xmlAttributes(schema)) { $0.append(members: value, of: schema) }
    }

    /// Writes a structure's members, each as an element, in the model's order.
    mutating func append(members value: AWSValue, of schema: Schema) {
        for member in schema.members where !member.isAttribute && member.location == .body {
            guard let part = value[member.name] else { continue }
            element(member.xmlName, part, member.schema, member.namespace)
        }
    }

    /// Writes a value as an element.
    ///
    /// - Parameter schema: `nil` for a value that no model describes.
    mutating func element(_ name: String, _ value: AWSValue, _ schema: Schema?, _ namespace: XMLNamespace? = nil) {
        let traits = schema?.traits ?? Schema.Traits()
        let namespace = namespace ?? traits.xmlNamespace
        switch (value, schema?.kind) {
        case (.list(let values), .list(let target)):
            elements(name, traits.elementName, traits, namespace) { writer, name in
                for value in values { writer.element(name, value, target()) }
            }
        case (.list(let values), _):
            element(name, namespace, []) { for value in values { $0.element("member", value, nil) } }
        case (.structure(let members), .map(let key, _)):
            self.entries(name, members.inWireOrder(as: schema), key(), traits, namespace)
        case (.map(let entries), .map(let key, _)):
            self.entries(name, entries.inWireOrder(as: schema), key(), traits, namespace)
        case (.structure, .structure):
            guard let schema else { return }
            element(name, namespace, value.xmlAttributes(schema)) { $0.append(members: value, of: schema) }
        case (.structure(let members), _):
            element(name, namespace, []) { writer in
                for member in members.sorted(by: { $0.key < $1.key }) { writer.element(member.key, member.value, nil) }
            }
        default: element(name, namespace, []) { $0.append(value.xmlText(schema)) }
        }
    }

    private mutating func entries(
        _ name: String, _ entries: [WireEntry], _ key: Schema, _ traits: Schema.Traits, _ namespace: XMLNamespace?
    ) {
        elements(name, "entry", traits, namespace) { writer, name in
            for entry in entries {
                writer.element(name) { writer in
                    writer.element(traits.keyName, .string(entry.name), key)
                    writer.element(traits.valueName, entry.value, entry.schema)
                }
            }
        }
    }

    private mutating func element(
        _ name: String, _ namespace: XMLNamespace?, _ attributes: [(name: String, text: String)],
        _ content: (inout XMLWriter) -> Void
    ) {
        bytes += "<\(name)".utf8
        if let namespace { attribute("xmlns" + (namespace.prefix.map { ":\($0)" } ?? ""), namespace.uri) }
        for (name, text) in attributes { attribute(name, text) }
        bytes += ">".utf8
        content(&self)
        bytes += "</\(name)>".utf8
    }

    private mutating func attribute(_ name: String, _ text: String) {
        bytes += " \(name)=\"".utf8
        append(text, isAttribute: true)
        bytes += "\"".utf8
    }

    /// Writes the elements of a list or map: inside one element called `name`, or, flattened, each called `name`.
    private mutating func elements(
        _ name: String, _ part: String, _ traits: Schema.Traits, _ namespace: XMLNamespace?,
        _ content: (inout XMLWriter, String) -> Void
    ) {
        if traits.isFlattened { content(&self, name) } else { element(name, namespace, []) { content(&$0, part) } }
    }

    /// Writes a text so that any parser reads the same text, except for characters that XML 1.0 excludes
    /// (section 2.2): they become U+FFFD. A carriage return is escaped, or it would be read as a line feed
    /// (section 2.11); in an attribute also tab and line feed, or they would be read as spaces (section 3.3.3).
    private mutating func append(_ text: String, isAttribute: Bool = false) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": bytes += "&amp;".utf8
            case "<": bytes += "&lt;".utf8
            case ">": bytes += "&gt;".utf8
            case "\"": bytes += "&quot;".utf8
            case "\r": bytes += "&#xD;".utf8
            case "\t" where isAttribute: bytes += "&#x9;".utf8
            case "\n" where isAttribute: bytes += "&#xA;".utf8
            case "\t", "\n": bytes.append(UInt8(scalar.value))
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": bytes += "\u{FFFD}".utf8
            default: bytes += UTF8.encode(scalar).map(Array.init) ?? []
            }
        }
    }
}

extension AWSValue {
    /// The attributes of the element that is this structure.
    fileprivate func xmlAttributes(_ schema: Schema) -> [(name: String, text: String)] {
        schema.members.filter(\.isAttribute).compactMap { member in
            self[member.name].map { (member.wireName, $0.xmlText(member.schema)) }
        }
    }

    /// A single value's text; empty for those that have none.
    fileprivate func xmlText(_ schema: Schema?) -> String {
        if case .blob(let bytes) = self { return Base64.encode(bytes) }
        return text(as: schema, timestamps: .iso8601) ?? ""
    }
}
