internal import Digest

/// Decodes an XML document according to a schema (Smithy, "XML bindings").
enum XMLDecoder {
    /// Decodes a document.
    ///
    /// - Parameter roots: the names that its element may have; empty allows any.
    static func decode(_ bytes: [UInt8], as schema: Schema, roots: Set<String>) throws(AWSError) -> AWSValue {
        let root: XMLElement
        do { root = try XMLReader.read(bytes) } catch { throw .malformedXML }
        guard roots.isEmpty || roots.contains(root.name) else { throw .malformedXML }
        return try decode(root, as: schema)
    }

    /// Decodes an element. Recursion is bounded by ``XMLReader/depthLimit``.
    static func decode(_ element: XMLElement, as schema: Schema) throws(AWSError) -> AWSValue {
        switch schema.kind {
        case .structure(let members): try structure(element, members)
        case .list(let target): try list(element.children(schema.traits.elementName), of: target())
        case .map(let key, let target):
            try map(element.children("entry"), schema.traits, key(), target())
        default: try scalar(element.text, schema)
        }
    }

    private static func structure(_ element: XMLElement, _ members: [Schema.Member]) throws(AWSError) -> AWSValue {
        let children = Dictionary(grouping: element.children, by: \.name)
        var values: [String: AWSValue] = [:]
        for member in members where member.location == .body {
            if member.isAttribute {
                values[member.name] = try element.attribute(member.wireName).map { text throws(AWSError) in
                    try scalar(text, member.schema)
                }
            } else {
                values[member.name] = try value(of: member, in: children)
            }
        }
        return .structure(values)
    }

    private static func value(
        of member: Schema.Member, in children: [String: [XMLElement]]
    ) throws(AWSError) -> AWSValue? {
        let schema = member.schema
        guard let found = children[member.xmlName] ?? children[member.wireName], let first = found.first else {
            return nil
        }
        guard schema.isFlattened else { return try decode(first, as: schema) }
        switch schema.kind {
        case .list(let target): return try list(found, of: target())
        case .map(let key, let target): return try map(found, schema.traits, key(), target())
        default: return try decode(first, as: schema)
        }
    }

    private static func list(_ elements: [XMLElement], of target: Schema) throws(AWSError) -> AWSValue {
        .list(try elements.map { element throws(AWSError) in try decode(element, as: target) })
    }

    private static func map(
        _ entries: [XMLElement], _ traits: Schema.Traits, _ key: Schema, _ target: Schema
    ) throws(AWSError) -> AWSValue {
        var values: [String: AWSValue] = [:]
        for entry in entries {
            guard let name = entry.children(traits.keyName).first?.text,
                let value = entry.children(traits.valueName).first
            else { throw .malformedXML }
            values[name] = try decode(value, as: target)
        }
        return .structure(values)
    }

    private static func scalar(_ text: String, _ schema: Schema) throws(AWSError) -> AWSValue {
        if case .blob = schema.kind {
            guard let bytes = Base64.decode(text.filter { !$0.isWhitespace }) else { throw .malformedXML }
            return .blob(bytes)
        }
        if case .string = schema.kind { return .string(text) }
        guard let value = AWSValue(text: trimmed(text), as: schema.kind) else { throw .malformedXML }
        return value
    }

    /// Without the white space of XML around it.
    private static func trimmed(_ text: String) -> String {
        let isSpace: (Unicode.Scalar) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }
        let start = text.unicodeScalars.drop(while: isSpace)
        return start.lastIndex { !isSpace($0) }.map { String(start[...$0]) } ?? ""
    }
}

extension Schema.Member {
    /// The name of its elements in XML and forms: that of the elements where they stand alone and have one.
    var xmlName: String {
        let schema = schema
        guard case .list = schema.kind, schema.isFlattened else { return wireName }
        return schema.traits.elementName == Schema.Traits().elementName ? wireName : schema.traits.elementName
    }
}
