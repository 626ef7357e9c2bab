internal import Digest

/// Decodes an operation's input from a request's path, query, headers and body (Smithy, "HTTP bindings"), and validates
/// it.
public enum RequestDecoder {
    /// Decodes and validates. Throws `SerializationException` when the request cannot be decoded, and
    /// `ValidationException` when a value violates a constraint.
    public static func decode(
        _ request: AWSRequest, labels: [String: String], as schema: Schema
    ) throws(AWSError) -> AWSValue {
        try decode(request, labels: labels, as: schema, body: .json)
    }

    /// Decodes and validates a request with documents of any kind.
    static func decode(
        _ request: AWSRequest, labels: [String: String], as schema: Schema, body: RestBody
    ) throws(AWSError) -> AWSValue {
        guard let query = QueryString(request.rawQuery) else {
            throw .serialization("The query is not valid percent-encoded UTF-8.")
        }
        var members = try document(of: request, as: schema, body)
        for member in schema.members {
            switch member.location {
            case .body: continue
            case .payload: members[member.name] = try payload(member, of: request, body)
            case .label:
                members[member.name] = try values(labels[member.wireName].map { [$0] } ?? [], as: member.schema)
            case .query: members[member.name] = try parameters(member, of: query)
            case .header: members[member.name] = try header(member, of: request)
            case .prefixHeaders: members[member.name] = headers(member, of: request)
            case .statusCode, .eventHeader, .eventPayload: continue
            }
        }
        let value = AWSValue.structure(members)
        try Validator.validate(value, by: schema)
        return value
    }

    /// The members in the body's document. An empty body is an empty document; for an operation without such
    /// members the body is ignored.
    private static func document(
        of request: AWSRequest, as schema: Schema, _ body: RestBody
    ) throws(AWSError) -> [String: AWSValue] {
        guard schema.members.contains(where: { $0.location == .body }), !request.body.isEmpty else { return [:] }
        guard case .structure(let members) = try body.decode(request.body, as: schema) else { return [:] }
        return members
    }

    private static func payload(
        _ member: Schema.Member, of request: AWSRequest, _ body: RestBody
    ) throws(AWSError) -> AWSValue? {
        guard !request.body.isEmpty else { return nil }
        let schema = member.schema
        switch schema.kind {
        case .blob: return .blob(request.body)
        case .string:
            guard let text = String(validating: request.body, as: UTF8.self) else {
                throw .serialization("The request body is not valid UTF-8.")
            }
            return .string(text)
        default: return try body.decode(request.body, as: schema, payload: member)
        }
    }

    private static func header(_ member: Schema.Member, of request: AWSRequest) throws(AWSError) -> AWSValue? {
        guard let text = request.header(member.wireName) else { return nil }
        if member.isJSONText {
            guard let json = Base64.decode(text).flatMap({ String(validating: $0, as: UTF8.self) }) else {
                throw .serialization("The header \(member.wireName) is not base64.")
            }
            return .string(json)
        }
        guard case .list(let target) = member.schema.kind else { return try scalar(text, as: member.schema) }
        let element = target()
        let parts = HeaderList.parts(of: text, areDates: HeaderList.areDates(element))
        return .list(try parts.map { part throws(AWSError) in try scalar(part, as: element) })
    }

    /// A parameter of the query; for a map, all of them (Smithy, `httpQueryParams`).
    private static func parameters(
        _ member: Schema.Member, of query: QueryString
    ) throws(AWSError) -> AWSValue? {
        guard case .map(_, let target) = member.schema.kind else {
            return try values(query.values(member.wireName), as: member.schema)
        }
        var entries: [String: AWSValue] = [:]
        for name in Set(query.items.map(\.name)) {
            entries[name] = try values(query.values(name), as: target())
        }
        return entries.isEmpty ? nil : .structure(entries)
    }

    private static func headers(_ member: Schema.Member, of request: AWSRequest) -> AWSValue {
        let prefix = member.wireName
        let matching = request.headers.filter { $0.name.hasPrefixIgnoringASCIICase(prefix) }
        let entries = matching.map { (String($0.name.utf8.dropFirst(prefix.utf8.count)) ?? $0.name, $0.value) }
        return .structure(Dictionary(entries.map { ($0, .string($1)) }) { first, _ in first })
    }

    private static func values(_ texts: [String], as schema: Schema) throws(AWSError) -> AWSValue? {
        guard let first = texts.first else { return nil }
        guard case .list(let element) = schema.kind else { return try scalar(first, as: schema) }
        return .list(try texts.map { text throws(AWSError) in try scalar(text, as: element()) })
    }

    /// Decodes a label, a parameter or a header.
    private static func scalar(_ text: String, as schema: Schema) throws(AWSError) -> AWSValue {
        guard let value = AWSValue(text: text, as: schema.kind) else {
            throw .serialization("'\(text.prefix(100))' can not be converted to \(schema.kind.noun)")
        }
        return value
    }
}

extension Schema.Kind {
    /// The kind with its article, as AWS's messages call it.
    fileprivate var noun: String {
        switch self {
        case .boolean: "a Boolean"
        case .integer: "an Integer"
        case .long: "a Long"
        case .double: "a Double"
        case .timestamp: "a timestamp"
        case .string, .blob, .list, .map, .structure, .document: "a String"
        }
    }
}
