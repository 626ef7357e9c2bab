/// A JSON document as it is written: members in their order, members that are null, and the digits of numbers.
///
/// For documents that are edited and passed on. What ``JSON/decode(_:as:)`` returns is for services, which need none of
/// these, and keeps none.
public indirect enum JSONTree: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A number, by the document's own digits.
    case number(String)
    /// Text.
    case string(String)
    /// Values in order.
    case list([JSONTree])
    /// Members in order. No name is there twice.
    case object([Member])

    /// A member of an object.
    public struct Member: Sendable, Equatable {
        /// The member's name.
        public var name: String
        /// The member's value.
        public var value: JSONTree

        /// A member with a name and a value.
        public init(_ name: String, _ value: JSONTree) {
            self.name = name
            self.value = value
        }
    }

    /// Reads a document, strictly by RFC 8259. Of members with the same name the last one counts, at the first one's
    /// place.
    public init(_ bytes: [UInt8]) throws(JSONSyntaxError) {
        let result: Result<JSONTree, JSONSyntaxError> = bytes.withUnsafeBytes { buffer in
            do throws(JSONSyntaxError) {
                return .success(try JSONTreeReader.read(buffer))
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }

    /// The document on one line, without white space.
    public var bytes: [UInt8] {
        var text: [UInt8] = []
        write(to: &text, indentation: nil)
        return text
    }

    /// The document with one member or element on each line, indented by two spaces.
    public var indentedBytes: [UInt8] {
        var text: [UInt8] = []
        write(to: &text, indentation: 0)
        return text
    }

    /// - Parameter indentation: the spaces before this value's line; `nil` for a document on one line.
    private func write(to text: inout [UInt8], indentation: Int?) {
        switch self {
        case .null: text += "null".utf8
        case .boolean(let boolean): text += (boolean ? "true" : "false").utf8
        case .number(let digits): text += digits.utf8
        case .string(let string): text += JSON.encode(.string(string))
        case .list(let values):
            Self.write(values, between: ("[", "]"), to: &text, indentation) { value, text, indentation in
                value.write(to: &text, indentation: indentation)
            }
        case .object(let members):
            Self.write(members, between: ("{", "}"), to: &text, indentation) { member, text, indentation in
                text += JSON.encode(.string(member.name)) + (indentation == nil ? ":" : ": ").utf8
                member.value.write(to: &text, indentation: indentation)
            }
        }
    }

    private static func write<Item>(
        _ items: [Item], between brackets: (String, String), to text: inout [UInt8], _ indentation: Int?,
        writeItem: (Item, inout [UInt8], Int?) -> Void
    ) {
        let inner = indentation.map { $0 + 2 }
        text += brackets.0.utf8
        for (index, item) in items.enumerated() {
            if index > 0 { text += ",".utf8 }
            breakLine(&text, inner)
            writeItem(item, &text, inner)
        }
        if !items.isEmpty { breakLine(&text, indentation) }
        text += brackets.1.utf8
    }

    private static func breakLine(_ text: inout [UInt8], _ indentation: Int?) {
        guard let indentation else { return }
        text += [UInt8(ascii: "\n")] + Array(repeating: UInt8(ascii: " "), count: indentation)
    }
}

/// Reads a tree with the cursor that validates and decodes every other document.
private struct JSONTreeReader {
    private let bytes: UnsafeRawBufferPointer
    private var cursor: JSONCursor

    static func read(_ bytes: UnsafeRawBufferPointer) throws(JSONSyntaxError) -> JSONTree {
        guard let cursor = JSONCursor(bytes) else { throw JSONSyntaxError(in: bytes, at: 0, isTooDeep: false) }
        var reader = JSONTreeReader(bytes: bytes, cursor: cursor)
        reader.cursor.skipWhitespace()
        let value = try reader.value(depth: 0)
        reader.cursor.skipWhitespace()
        guard reader.cursor.isAtEnd else { throw reader.malformed }
        return value
    }

    private var malformed: JSONSyntaxError {
        JSONSyntaxError(in: bytes, at: cursor.offset, isTooDeep: cursor.isTooDeep)
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONTree {
        switch cursor.next {
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "t"): return try literal("true", .boolean(true))
        case UInt8(ascii: "f"): return try literal("false", .boolean(false))
        case UInt8(ascii: "\""):
            guard let text = cursor.scanText() else { throw malformed }
            return .string(text.string)
        case UInt8(ascii: "["): return try list(depth: depth + 1)
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        default:
            guard let number = cursor.scanNumber() else { throw malformed }
            return .number(String(decoding: number.bytes, as: UTF8.self))
        }
    }

    private mutating func literal(_ word: StaticString, _ value: JSONTree) throws(JSONSyntaxError) -> JSONTree {
        guard cursor.take(literal: word) else { throw malformed }
        return value
    }

    private mutating func list(depth: Int) throws(JSONSyntaxError) -> JSONTree {
        guard cursor.enter(depth) else { throw malformed }
        _ = cursor.take(UInt8(ascii: "["))
        cursor.skipWhitespace()
        var values: [JSONTree] = []
        if cursor.take(UInt8(ascii: "]")) { return .list(values) }
        repeat {
            cursor.skipWhitespace()
            values.append(try value(depth: depth))
            cursor.skipWhitespace()
        } while cursor.take(UInt8(ascii: ","))
        guard cursor.take(UInt8(ascii: "]")) else { throw malformed }
        return .list(values)
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONTree {
        guard cursor.enter(depth) else { throw malformed }
        _ = cursor.take(UInt8(ascii: "{"))
        cursor.skipWhitespace()
        var members: [JSONTree.Member] = []
        var places: [String: Int] = [:]
        if cursor.take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            cursor.skipWhitespace()
            guard let name = cursor.scanKey()?.string else { throw malformed }
            let value = try value(depth: depth)
            if let place = places[name] {
                members[place].value = value
            } else {
                places[name] = members.count
                members.append(JSONTree.Member(name, value))
            }
            cursor.skipWhitespace()
        } while cursor.take(UInt8(ascii: ","))
        guard cursor.take(UInt8(ascii: "}")) else { throw malformed }
        return .object(members)
    }
}
