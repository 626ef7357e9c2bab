/// Where and why a text is not JSON.
public struct JSONSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The offset of the error in bytes.
    public let offset: Int
    /// The error in two lines, worded like Jackson's, which reads Lambda's payloads.
    public let description: String

    /// Describes the byte at `offset`, or a premature end.
    init(in bytes: UnsafeRawBufferPointer, at offset: Int, isTooDeep: Bool) {
        self.offset = offset
        let context = Context(of: bytes.prefix(offset))
        let (words, position) =
            isTooDeep
            ? ("Document nesting depth exceeds the maximum allowed (\(JSONCursor.depthLimit))", offset)
            : Self.words(for: bytes, at: offset, context)
        let before = bytes.prefix(position)
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let column = position - (before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0) + 1
        description =
            "\(words)\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); "
            + "line: \(line), column: \(column)]"
    }

    /// What is wrong, and the offset that Jackson reports for it: that of an unexpected character itself, and behind
    /// what it has read of a token.
    private static func words(
        for bytes: UnsafeRawBufferPointer, at offset: Int, _ context: Context
    ) -> (String, Int) {
        let end = bytes[offset...].firstIndex { !isTokenByte($0) } ?? bytes.count
        // A number that goes on with other characters is no token of Jackson's.
        let isInToken =
            context.expected == .value && !context.isInString && end > context.tokenStart
            && !isDigit(bytes[context.tokenStart])
        if isInToken, end == bytes.count || bytes[end] < 0x80 {
            let token = String(decoding: bytes[context.tokenStart..<end].prefix(256), as: UTF8.self)
            return ("Unrecognized token '\(token)': was expecting (\(values))", end)
        }
        let position = isInToken ? end : offset
        guard position < bytes.count else { return ("Unexpected end-of-input", position) }
        let byte = bytes[position]
        if byte >= 0x80, isInToken || context.isInString {
            return ("Invalid UTF-8 start byte 0x" + String(byte, radix: 16), position + 1)
        }
        let isControl = byte < 0x20 || (0x7F..<0xA0).contains(byte)
        let name = isControl ? "(CTRL-CHAR, code \(byte))" : "'\(Character(Unicode.Scalar(byte)))' (code \(byte))"
        return ("Unexpected character (\(name))\(context.isInString ? "" : context.expected.words)", position)
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "$")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    fileprivate static let values = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'"

    /// What a document has come to before the error.
    fileprivate struct Context {
        enum Expectation { case value, name, colon, comma, end }

        var isInString = false
        var expected = Expectation.value
        /// Where a token begins that is not a string and not ended; the end where there is none.
        var tokenStart: Int

        init(of bytes: Slice<UnsafeRawBufferPointer>) {
            var containers: [UInt8] = []
            var (isEscaped, isInScalar) = (false, false)
            for byte in bytes {
                if isInString {
                    if !isEscaped, byte == UInt8(ascii: "\"") {
                        isInString = false
                        expected = expected == .name ? .colon : containers.isEmpty ? .end : .comma
                    }
                    isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                    continue
                }
                switch byte {
                case UInt8(ascii: "\""): isInString = true
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    containers.append(byte)
                    expected = byte == UInt8(ascii: "{") ? .name : .value
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    _ = containers.popLast()
                    expected = containers.isEmpty ? .end : .comma
                case UInt8(ascii: ","): expected = containers.last == UInt8(ascii: "{") ? .name : .value
                case UInt8(ascii: ":"): expected = .value
                case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                    if isInScalar { expected = containers.isEmpty ? .end : .comma }
                    isInScalar = false
                    continue
                default:
                    isInScalar = true
                    continue
                }
                isInScalar = false
            }
            tokenStart = bytes.lastIndex { !JSONSyntaxError.isTokenByte($0) }.map { $0 + 1 } ?? bytes.startIndex
        }
    }
}

extension JSONSyntaxError.Context.Expectation {
    /// What is expected, in Jackson's words.
    fileprivate var words: String {
        switch self {
        case .value: ": expected a valid value (\(JSONSyntaxError.values))"
        case .name: ": was expecting double-quote to start field name"
        case .colon: ": was expecting a colon to separate field name and value"
        case .comma: ": was expecting comma to separate entries"
        case .end: ""
        }
    }
}
