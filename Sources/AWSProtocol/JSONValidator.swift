/// Says whether bytes are one JSON document, strictly by RFC 8259, in UTF-8. Builds nothing: it runs on the way of every
/// invocation, whose payload is checked once and never parsed.
public enum JSONValidator {
    /// The most containers inside one another.
    public static var depthLimit: Int { JSONCursor.depthLimit }

    /// Whether the bytes are one JSON document: any value, with white space around it. Allocates nothing.
    public static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard var cursor = JSONCursor(bytes) else { return false }
        return isDocument(&cursor)
    }

    /// Why the bytes are not a JSON document, in the words of the parser that AWS uses; `nil` when they are one.
    public static func fault(in bytes: UnsafeRawBufferPointer) -> JSONFault? {
        guard var cursor = JSONCursor(bytes) else { return JSONFault(in: bytes, at: 0, isTooDeep: false) }
        return isDocument(&cursor) ? nil : JSONFault(in: bytes, at: cursor.offset, isTooDeep: cursor.isTooDeep)
    }

    private static func isDocument(_ cursor: inout JSONCursor) -> Bool {
        cursor.skipWhitespace()
        guard cursor.skipValue() else { return false }
        cursor.skipWhitespace()
        return cursor.isAtEnd
    }
}

/// Where and why a text is not JSON.
public struct JSONFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// How many bytes before the fault are in order.
    public let offset: Int
    /// The fault in one or two lines, for an error message.
    public let description: String

    /// Describes the byte at `offset`, or the lack of one.
    init(in bytes: UnsafeRawBufferPointer, at offset: Int, isTooDeep: Bool) {
        self.offset = offset
        let behind = bytes.prefix(offset)
        let line = behind.count { $0 == UInt8(ascii: "\n") } + 1
        let column = offset - (behind.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0) + 1
        let place = "\n at [Source: (byte[]); line: \(line), column: \(column)]"
        if isTooDeep {
            description = "Document nesting depth exceeds the maximum allowed (\(JSONCursor.depthLimit))" + place
        } else if offset >= bytes.count {
            description = "Unexpected end-of-input" + place
        } else if bytes[offset] >= 0x80 {
            description = "Invalid UTF-8 start byte 0x" + String(bytes[offset], radix: 16) + place
        } else {
            let character = Character(Unicode.Scalar(bytes[offset]))
            description = "Unexpected character ('\(character)' (code \(bytes[offset])))" + place
        }
    }
}
