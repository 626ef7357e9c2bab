internal import Digest

/// Decodes a JSON document according to a schema: unknown members are checked and skipped without building values, and
/// base64 is decoded in place.
struct JSONReader {
    /// The most values (members and elements) of one document: 64 MB of memory at worst, far above any real request.
    static let valueLimit = 500_000

    private let bytes: UnsafeRawBufferPointer
    private var cursor: JSONCursor
    private var valuesLeft = Self.valueLimit

    /// Decodes all of `bytes`; without a schema, by the types of JSON.
    static func read(_ bytes: UnsafeRawBufferPointer, as schema: Schema?) throws(AWSError) -> AWSValue {
        guard let cursor = JSONCursor(bytes) else { throw .serialization("Unexpected end-of-input") }
        var reader = JSONReader(bytes: bytes, cursor: cursor)
        reader.cursor.skipWhitespace()
        let value = try reader.value(as: schema, depth: 0)
        reader.cursor.skipWhitespace()
        guard reader.cursor.isAtEnd else { throw reader.malformed }
        return value
    }

    private var malformed: AWSError {
        .serialization(JSONSyntaxError(in: bytes, at: cursor.offset, isTooDeep: cursor.isTooDeep).description)
    }

    private mutating func value(as schema: Schema?, depth: Int) throws(AWSError) -> AWSValue {
        switch cursor.next {
        case UInt8(ascii: "n"):
            guard cursor.take(literal: "null") else { throw malformed }
            return .null
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            let isTrue = cursor.next == UInt8(ascii: "t")
            guard cursor.take(literal: isTrue ? "true" : "false") else { throw malformed }
            return try JSONConversion.value(boolean: isTrue, as: schema)
        case UInt8(ascii: "\""):
            guard let text = cursor.scanText() else { throw malformed }
            return try JSONConversion.value(text: text, as: schema)
        case UInt8(ascii: "["):
            return try list(as: schema, depth: depth + 1)
        case UInt8(ascii: "{"):
            return try object(as: schema, depth: depth + 1)
        default:
            guard let number = cursor.scanNumber() else { throw malformed }
            return try JSONConversion.value(number: number, as: schema)
        }
    }

    private mutating func list(as schema: Schema?, depth: Int) throws(AWSError) -> AWSValue {
        let element = try schema?.elementSchema()
        guard cursor.enter(depth) else { throw malformed }
        _ = cursor.take(UInt8(ascii: "["))
        cursor.skipWhitespace()
        var values: [AWSValue] = []
        if cursor.take(UInt8(ascii: "]")) { return .list(values) }
        repeat {
            try count()
            cursor.skipWhitespace()
            values.append(try value(as: element, depth: depth))
            cursor.skipWhitespace()
        } while cursor.take(UInt8(ascii: ","))
        guard cursor.take(UInt8(ascii: "]")) else { throw malformed }
        return .list(values)
    }

    private mutating func object(as schema: Schema?, depth: Int) throws(AWSError) -> AWSValue {
        try schema?.checkTakesObject()
        guard cursor.enter(depth) else { throw malformed }
        _ = cursor.take(UInt8(ascii: "{"))
        cursor.skipWhitespace()
        var members: [String: AWSValue] = [:]
        var keys: [String] = []
        if cursor.take(UInt8(ascii: "}")) { return .structure(members) }
        repeat {
            try count()
            cursor.skipWhitespace()
            guard let key = cursor.scanKey()?.string else { throw malformed }
            if case .map = schema?.kind, members[key] == nil { keys.append(key) }
            try member(key, of: schema, into: &members, depth: depth)
            cursor.skipWhitespace()
        } while cursor.take(UInt8(ascii: ","))
        guard cursor.take(UInt8(ascii: "}")) else { throw malformed }
        guard case .map = schema?.kind else { return .structure(members) }
        return .map(keys.map { ($0, members[$0] ?? .null) })
    }

    /// Decodes one member's value. Of members with the same key the last one counts, as in Jackson and Python.
    private mutating func member(
        _ key: String, of schema: Schema?, into members: inout [String: AWSValue], depth: Int
    ) throws(AWSError) {
        switch schema?.kind {
        case .structure:
            guard let member = schema?.bodyMember(wireName: key) else {
                guard cursor.skipValue(depth: depth) else { throw malformed }
                return
            }
            members[member.name] = try value(as: member.schema, depth: depth)
        case .map(_, let target):
            members[key] = try value(as: target(), depth: depth)
        default:
            members[key] = try value(as: nil, depth: depth)
        }
    }

    /// Counts a value against the limit.
    private mutating func count() throws(AWSError) {
        valuesLeft -= 1
        guard valuesLeft >= 0 else { throw .serialization("The document has more than \(Self.valueLimit) values.") }
    }
}
