/// Where and why a text is not JSON.
public struct JSONSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The offset of the error in bytes.
    public let offset: Int
    /// The error in one or two lines, worded like Jackson's.
    public let description: String

    /// Describes the byte at `offset`, or a premature end.
    init(in bytes: UnsafeRawBufferPointer, at offset: Int, isTooDeep: Bool) {
        self.offset = offset
        let before = bytes.prefix(offset)
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let column = offset - (before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0) + 1
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
