internal import Synchronization

/// The lines of one shape, made into its schema.
struct ShapeLines {
    private let shape: ModelText.Line
    private let members: ArraySlice<ModelText.Line>

    init(_ lines: [ModelText.Line]) {
        shape = lines[0]
        members = lines.dropFirst()
    }

    /// The schema.
    ///
    /// - Parameter reference: Makes the reference to another shape of the model.
    func schema(_ reference: (String) -> Schema.Reference) -> Schema {
        var traits = Schema.Traits()
        traits.minimum = shape.value("min").flatMap { Double($0) }
        traits.maximum = shape.value("max").flatMap { Double($0) }
        traits.pattern = shape.value("pattern").map(Pattern.init)
        traits.allowedValues = shape.values("enum")
        traits.isSensitive = shape.has("sensitive")
        traits.isFlattened = shape.has("flattened")
        traits.isEventStream = shape.has("eventstream")
        traits.isStreaming = shape.has("streaming")
        traits.isUnion = shape.has("union")
        traits.elementName = shape.value("element") ?? traits.elementName
        traits.keyName = shape.value("key") ?? traits.keyName
        traits.valueName = shape.value("value") ?? traits.valueName
        traits.xmlName = shape.value("root")
        traits.xmlNamespace = XMLNamespace(shape)
        return Schema(shape.name, kind(reference), traits)
    }

    private func kind(_ reference: (String) -> Schema.Reference) -> Schema.Kind {
        switch shape.kind {
        case "boolean": .boolean
        case "integer": .integer
        case "long": .long
        case "double", "float": .double
        case "string": .string
        case "blob": .blob
        case "timestamp": .timestamp(shape.value("format").flatMap(Timestamp.Format.init(model:)))
        case "list": .list(reference(shape.words.first ?? ""))
        case "map": .map(key: reference(shape.words.first ?? ""), value: reference(shape.words.dropFirst().first ?? ""))
        case "document": .document
        default: .structure(members.map { member($0, reference) })
        }
    }

    private func member(_ line: ModelText.Line, _ reference: (String) -> Schema.Reference) -> Schema.Member {
        let target = variant(of: reference(line.name), line)
        var member = Schema.Member(
            line.kind, target(), wireName: line.value("name"),
            in: line.value("in").flatMap(Schema.Location.init(rawValue:)) ?? .body, isRequired: line.has("required"))
        member.queryName = line.value("query")
        member.namespace = XMLNamespace(line)
        member.isAttribute = line.has("attribute")
        member.isJSONText = line.has("json")
        member.isIdempotencyToken = line.has("token")
        return member
    }

    /// The member's shape; where the member has traits that its shape does not have, a schema of its own.
    private func variant(of target: @escaping Schema.Reference, _ line: ModelText.Line) -> Schema.Reference {
        let format = line.value("format").flatMap(Timestamp.Format.init(model:))
        let isFlattened = line.has("flattened")
        let isStreaming = line.has("streaming")
        let isUnchecked = line.has("unchecked")
        guard format != nil || isFlattened || isStreaming || isUnchecked else { return target }
        let variant = SchemaVariant {
            let schema = target()
            var traits = schema.traits
            if isFlattened { traits.isFlattened = true }
            if isStreaming { traits.isStreaming = true }
            if isUnchecked { traits.allowedValues = [] }
            return Schema(schema.name, format.map { .timestamp($0) } ?? schema.kind, traits)
        }
        return { variant.schema }
    }
}

/// A schema that is made of another one when it is first needed.
private final class SchemaVariant: Sendable {
    private let made = Mutex<Schema?>(nil)
    private let make: Schema.Reference

    init(_ make: @escaping Schema.Reference) {
        self.make = make
    }

    var schema: Schema {
        // Made outside the lock: the other schema may be read from the model only now.
        if let schema = made.withLock(\.self) { return schema }
        let new = make()
        return made.withLock { schema in
            if schema == nil { schema = new }
            return schema ?? new
        }
    }
}

extension XMLNamespace {
    /// The namespace that a line describes; `nil` without one.
    init?(_ line: ModelText.Line) {
        guard let uri = line.value("namespace") else { return nil }
        self.init(uri, prefix: line.value("prefix"))
    }
}

extension Timestamp.Format {
    /// The format that a service model names (`timestampFormat`); `nil` for a name that is not known.
    init?(model name: String) {
        switch name {
        case "iso8601": self = .iso8601
        case "rfc822": self = .httpDate
        case "unixTimestamp": self = .epochSeconds
        default: return nil
        }
    }
}
