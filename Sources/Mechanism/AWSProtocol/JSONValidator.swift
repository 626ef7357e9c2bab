/// Checks whether bytes are one JSON document, strictly by RFC 8259, in UTF-8.
///
/// It builds no values: it is on the hot path of invocations, whose payload is checked once and never parsed.
public enum JSONValidator {
    /// The deepest nesting of containers.
    public static var depthLimit: Int { JSONCursor.depthLimit }

    /// Whether the bytes are one JSON document: any value, with white space around it. Does not allocate.
    public static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard var cursor = JSONCursor(bytes) else { return false }
        return isDocument(&cursor)
    }

    /// Why the bytes are not a JSON document, worded like the parser that AWS uses; `nil` when they are one.
    public static func syntaxError(in bytes: UnsafeRawBufferPointer) -> JSONSyntaxError? {
        guard var cursor = JSONCursor(bytes) else { return JSONSyntaxError(in: bytes, at: 0, isTooDeep: false) }
        return isDocument(&cursor) ? nil : JSONSyntaxError(in: bytes, at: cursor.offset, isTooDeep: cursor.isTooDeep)
    }

    private static func isDocument(_ cursor: inout JSONCursor) -> Bool {
        cursor.skipWhitespace()
        guard cursor.skipValue() else { return false }
        cursor.skipWhitespace()
        return cursor.isAtEnd
    }
}
