/// Decodes a CBOR document according to a schema. Unknown members are checked and skipped without building values.
///
/// No length that a document declares is allocated: each item takes at least a byte of the document, and texts are
/// copied only when all of their bytes are there.
struct CBORReader {
    /// The deepest nesting of arrays, maps and tags; no request of AWS has more than twenty levels.
    static let depthLimit = 100

    private let bytes: UnsafeRawBufferPointer
    private var at = 0
    private var valuesLeft = JSONReader.valueLimit

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func document(as schema: Schema) throws(AWSError) -> AWSValue {
        let value = try value(as: schema, depth: 0)
        guard at == bytes.count else { throw malformed("more bytes follow the document") }
        return value
    }

    // MARK: Values

    private mutating func value(as schema: Schema, depth: Int) throws(AWSError) -> AWSValue {
        let head = try head()
        switch (head.type, schema.kind) {
        case (.simple, _): return try simple(head, as: schema)
        case (.tag, .timestamp) where head.argument == CBOR.epochTag: return .timestamp(try epoch())
        case (.unsigned, .integer), (.unsigned, .long), (.negative, .integer), (.negative, .long):
            return try integer(head, schema)
        case (.unsigned, .double): return .double(Double(try argument(head)))
        case (.negative, .double): return .double(-1 - Double(try argument(head)))
        case (.text, .string): return .string(try text(head))
        case (.bytes, .blob): return .blob(try content(head))
        case (.array, .list(let element)): return try list(head, of: element(), depth: depth + 1)
        case (.map, .map(_, let target)):
            let target = target()
            return try entries(head, depth: depth + 1) { reader, key, values, depth throws(AWSError) in
                values[key] = try reader.value(as: target, depth: depth)
            }
        case (.map, .structure):
            return try entries(head, depth: depth + 1) { reader, key, values, depth throws(AWSError) in
                guard let member = schema.bodyMember(wireName: key) else { return try reader.skip(depth: depth) }
                values[member.name] = try reader.value(as: member.schema, depth: depth)
            }
        default:
            throw .serialization("A value of CBOR type \(head.type.rawValue) can not be converted to \(schema.name)")
        }
    }

    private func integer(_ head: Head, _ schema: Schema) throws(AWSError) -> AWSValue {
        guard let number = Int64(exactly: try argument(head)) else { throw Self.outOfRange }
        let integer = head.type == .negative ? -1 - number : number
        if case .integer = schema.kind, Int32(exactly: integer) == nil { throw Self.outOfRange }
        return .integer(integer)
    }

    private mutating func simple(_ head: Head, as schema: Schema) throws(AWSError) -> AWSValue {
        switch (head.information, schema.kind) {
        case (20, .boolean): return .boolean(false)
        case (21, .boolean): return .boolean(true)
        case (22, _), (23, _): return .null
        case (25...27, .double): return .double(try float(head))
        default: throw .serialization("A simple value can not be converted to \(schema.name)")
        }
    }

    /// The number of a time's tag.
    private mutating func epoch() throws(AWSError) -> Double {
        let head = try head()
        switch head.type {
        case .unsigned: return Double(try argument(head))
        case .negative: return -1 - Double(try argument(head))
        case .simple where (25...27).contains(head.information):
            let seconds = try float(head)
            guard seconds.isFinite else { throw Self.outOfRange }
            return seconds
        default: throw malformed("a time is not a number")
        }
    }

    private func float(_ head: Head) throws(AWSError) -> Double {
        switch head.information {
        case 25: return Self.half(UInt16(truncatingIfNeeded: head.argument ?? 0))
        case 26: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: head.argument ?? 0)))
        case 27: return Double(bitPattern: head.argument ?? 0)
        default: throw malformed("a simple value is not known")
        }
    }

    /// A half-precision number (RFC 8949, appendix D).
    private static func half(_ bits: UInt16) -> Double {
        let (exponent, fraction) = (Int(bits >> 10 & 0x1F), Double(bits & 0x3FF))
        let magnitude: Double =
            switch exponent {
            case 0: fraction * 0x1p-24
            case 31: fraction == 0 ? .infinity : .nan
            default: Double(sign: .plus, exponent: exponent - 25, significand: fraction + 1024)
            }
        return bits & 0x8000 == 0 ? magnitude : -magnitude
    }

    private mutating func list(_ head: Head, of element: Schema, depth: Int) throws(AWSError) -> AWSValue {
        var values: [AWSValue] = []
        try items(head, depth: depth) { reader throws(AWSError) in
            values.append(try reader.value(as: element, depth: depth))
        }
        return .list(values)
    }

    private mutating func entries(
        _ head: Head, depth: Int,
        _ entry: (inout CBORReader, String, inout [String: AWSValue], Int) throws(AWSError) -> Void
    ) throws(AWSError) -> AWSValue {
        var values: [String: AWSValue] = [:]
        try items(head, depth: depth) { reader throws(AWSError) in
            let key = try reader.head()
            guard key.type == .text else { throw reader.malformed("a key is not a text") }
            try entry(&reader, reader.text(key), &values, depth)
        }
        return .structure(values)
    }

    /// Reads the items of an array or map, or the entries: as many as its head says, or up to a break.
    private mutating func items(
        _ head: Head, depth: Int, _ item: (inout CBORReader) throws(AWSError) -> Void
    ) throws(AWSError) {
        guard depth <= Self.depthLimit else { throw malformed("items are nested too deep") }
        var left = head.argument
        while true {
            if let left { guard left > 0 else { break } } else if try takeBreak() { break }
            valuesLeft -= 1
            guard valuesLeft >= 0 else {
                throw .serialization("The document has more than \(JSONReader.valueLimit) values.")
            }
            try item(&self)
            left = left.map { $0 - 1 }
        }
    }

    private mutating func skip(depth: Int) throws(AWSError) {
        let head = try head()
        switch head.type {
        case .unsigned, .negative: _ = try argument(head)
        case .bytes: _ = try content(head)
        case .text: _ = try text(head)
        case .array:
            try items(head, depth: depth + 1) { reader throws(AWSError) in
                try reader.skip(depth: depth + 1)
            }
        case .map:
            try items(head, depth: depth + 1) { reader throws(AWSError) in
                try reader.skip(depth: depth + 1)
                try reader.skip(depth: depth + 1)
            }
        case .tag:
            guard depth < Self.depthLimit else { throw malformed("items are nested too deep") }
            _ = try argument(head)
            try skip(depth: depth + 1)
        case .simple:
            guard head.argument != nil else { throw malformed("a break is out of place") }
        }
    }

    // MARK: Heads and texts

    /// The head of a data item.
    private struct Head {
        let type: CBOR.MajorType
        let information: UInt8
        /// `nil` for an indefinite length, or a break.
        let argument: UInt64?
    }

    private mutating func head() throws(AWSError) -> Head {
        guard at < bytes.count, let type = CBOR.MajorType(rawValue: bytes[at] >> 5) else { throw ended }
        let information = bytes[at] & 0x1F
        at += 1
        switch information {
        case ..<24: return Head(type: type, information: information, argument: UInt64(information))
        case 24...27:
            let size = 1 << Int(information - 24)
            guard bytes.count - at >= size else { throw ended }
            let number = bytes[at..<at + size].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            at += size
            return Head(type: type, information: information, argument: number)
        case 31: return Head(type: type, information: information, argument: nil)
        default: throw malformed("a reserved length")
        }
    }

    private func argument(_ head: Head) throws(AWSError) -> UInt64 {
        guard let argument = head.argument else { throw malformed("an indefinite length is out of place") }
        return argument
    }

    private mutating func takeBreak() throws(AWSError) -> Bool {
        guard at < bytes.count else { throw ended }
        guard bytes[at] == 0xFF else { return false }
        at += 1
        return true
    }

    private mutating func text(_ head: Head) throws(AWSError) -> String {
        guard let text = String(validating: try content(head), as: UTF8.self) else {
            throw malformed("a text is not UTF-8")
        }
        return text
    }

    /// The bytes of a text or byte string; of an indefinite one those of its chunks (RFC 8949, section 3.2.3).
    private mutating func content(_ head: Head) throws(AWSError) -> [UInt8] {
        guard let length = head.argument else {
            var content: [UInt8] = []
            while try !takeBreak() {
                let chunk = try self.head()
                guard chunk.type == head.type, chunk.argument != nil else { throw malformed("a chunk of another type") }
                content += try self.content(chunk)
            }
            return content
        }
        guard length <= UInt64(bytes.count - at) else { throw ended }
        defer { at += Int(length) }
        return Array(bytes[at..<at + Int(length)])
    }

    // MARK: Faults

    private static let outOfRange = AWSError.serialization("A number is out of range.")

    private var ended: AWSError { malformed("the document ends too early") }

    private func malformed(_ reason: String) -> AWSError {
        .serialization("The request body is not valid CBOR: \(reason) (at byte \(at)).")
    }
}
