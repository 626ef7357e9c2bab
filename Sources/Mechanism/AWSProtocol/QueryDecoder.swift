internal import Digest

/// Decodes an operation's input from a form.
///
/// Source: Smithy, awsQuery, "Serialization": `RoleName=x`, `Tags.member.1.Key=x`, `Attributes.entry.1.key=x`, without
/// `member` and `entry` for a flattened shape; and ec2Query: lists are always flattened, names have a capital.
struct QueryDecoder {
    /// The protocol whose names a form has.
    enum Style {
        case query
        case ec2
    }

    private let style: Style

    /// Decodes a value. Throws `MalformedInput` when the form has another shape. Recursion is bounded by
    /// ``QueryForm/partLimit``.
    static func decode(
        _ form: QueryForm, as schema: Schema, style: Style = .query
    ) throws(AWSError) -> AWSValue {
        try QueryDecoder(style: style).decode(form, as: schema)
    }

    private func decode(_ form: QueryForm, as schema: Schema) throws(AWSError) -> AWSValue {
        switch schema.kind {
        case .structure(let members): try structure(form, members)
        case .list(let element): try list(form, of: element(), schema)
        case .map(let key, let target): try map(form, key(), target(), schema)
        default: try scalar(form, schema)
        }
    }

    private func structure(_ form: QueryForm, _ members: [Schema.Member]) throws(AWSError) -> AWSValue {
        guard form.value == nil else { throw .malformedInput("Unexpected complex element termination") }
        var values: [String: AWSValue] = [:]
        for member in members {
            guard let part = names(of: member).lazy.compactMap({ form.parts[$0] }).first else { continue }
            values[member.name] = try decode(part, as: member.schema)
        }
        return .structure(values)
    }

    /// The names that clients use for a member, the usual one first.
    private func names(of member: Schema.Member) -> [String] {
        if let name = member.queryName { return [name] }
        switch style {
        case .query: return [member.xmlName, member.wireName]
        case .ec2: return [member.wireName.prefix(1).uppercased() + member.wireName.dropFirst(), member.wireName]
        }
    }

    /// Decodes a list; clients write an empty one as `TagKeys=`.
    private func list(_ form: QueryForm, of element: Schema, _ schema: Schema) throws(AWSError) -> AWSValue {
        guard form.value?.isEmpty ?? true else { throw .malformedInput("Unexpected list element termination") }
        let isFlattened = schema.isFlattened || style == .ec2
        let elements = (isFlattened ? form : form.parts[schema.traits.elementName])?.numbered ?? []
        return .list(try elements.map { form throws(AWSError) in try decode(form, as: element) })
    }

    private func map(
        _ form: QueryForm, _ key: Schema, _ target: Schema, _ schema: Schema
    ) throws(AWSError) -> AWSValue {
        guard form.value?.isEmpty ?? true else { throw .malformedInput("Unexpected map element termination") }
        var values: [String: AWSValue] = [:]
        for entry in (schema.isFlattened ? form : form.parts["entry"])?.numbered ?? [] {
            guard let name = entry.parts[schema.traits.keyName]?.value,
                let value = entry.parts[schema.traits.valueName]
            else {
                throw .malformedInput("An entry of a map needs a key and a value.")
            }
            values[name] = try decode(value, as: target)
        }
        return .structure(values)
    }

    private func scalar(_ form: QueryForm, _ schema: Schema) throws(AWSError) -> AWSValue {
        guard form.parts.isEmpty, let text = form.value else {
            throw .malformedInput("Start of structure or map found where not expected.")
        }
        if case .blob = schema.kind {
            guard let bytes = Base64.decode(text) else { throw .malformedInput("Invalid base64.") }
            return .blob(bytes)
        }
        guard let value = AWSValue(text: text, as: schema.kind) else {
            throw .malformedInput("'\(text.prefix(100))' is not a valid \(schema.kind.messageNoun).")
        }
        return value
    }
}

extension Schema.Kind {
    /// The kind as messages name it.
    fileprivate var messageNoun: String {
        switch self {
        case .boolean: "boolean"
        case .integer, .long: "integer"
        case .double: "number"
        case .timestamp: "timestamp"
        case .string, .blob, .list, .map, .structure, .document: "text"
        }
    }
}
