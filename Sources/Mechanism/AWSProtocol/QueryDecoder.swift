internal import Digest

/// Decodes an operation's input from a form (Smithy, awsQuery, "Serialization"): `RoleName=x`, `Tags.member.1.Key=x`,
/// `Attributes.entry.1.key=x`, without `member` and `entry` for a flattened shape.
enum QueryDecoder {
    /// Decodes a value. Throws `MalformedInput` when the form has another shape. Recursion is bounded by
    /// ``QueryForm/partLimit``.
    static func decode(_ form: QueryForm, as schema: Schema) throws(AWSError) -> AWSValue {
        switch schema.kind {
        case .structure(let members): try structure(form, members)
        case .list(let element): try list(form, of: element(), isFlattened: schema.isFlattened)
        case .map(let key, let target):
            try map(form, key(), target(), isFlattened: schema.isFlattened)
        default: try scalar(form, schema)
        }
    }

    private static func structure(_ form: QueryForm, _ members: [Schema.Member]) throws(AWSError) -> AWSValue {
        guard form.value == nil else { throw .malformedInput("Unexpected complex element termination") }
        var values: [String: AWSValue] = [:]
        for member in members {
            guard let part = form.parts[member.wireName] else { continue }
            values[member.name] = try decode(part, as: member.schema)
        }
        return .structure(values)
    }

    /// Decodes a list; clients write an empty one as `TagKeys=`.
    private static func list(_ form: QueryForm, of element: Schema, isFlattened: Bool) throws(AWSError) -> AWSValue {
        guard form.value?.isEmpty ?? true else { throw .malformedInput("Unexpected list element termination") }
        let elements = (isFlattened ? form : form.parts["member"])?.numbered ?? []
        return .list(try elements.map { form throws(AWSError) in try decode(form, as: element) })
    }

    private static func map(
        _ form: QueryForm, _ key: Schema, _ target: Schema, isFlattened: Bool
    ) throws(AWSError) -> AWSValue {
        guard form.value?.isEmpty ?? true else { throw .malformedInput("Unexpected map element termination") }
        var values: [String: AWSValue] = [:]
        for entry in (isFlattened ? form : form.parts["entry"])?.numbered ?? [] {
            guard let name = entry.parts["key"]?.value, let value = entry.parts["value"] else {
                throw .malformedInput("An entry of a map needs a key and a value.")
            }
            values[name] = try decode(value, as: target)
        }
        return .structure(values)
    }

    private static func scalar(_ form: QueryForm, _ schema: Schema) throws(AWSError) -> AWSValue {
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
        case .string, .blob, .list, .map, .structure: "text"
        }
    }
}
