/// Reads the statements of a document: headers, and keys with values.
struct TOMLReader {
    private var cursor: TOMLCursor
    private var content = TOMLDocument()
    private var names = TOMLNames()
    /// The table of the last header.
    private var table: [String] = []

    /// Parts of a key; no configuration nests deeper, and errors quote keys whole.
    private static let keyPartsMax = 16

    init(_ cursor: TOMLCursor) { self.cursor = cursor }

    /// Reads the whole document.
    mutating func document() throws(TOMLError) -> TOMLDocument {
        while true {
            try cursor.skipBlanks()
            guard cursor.current != nil else { return content }
            if cursor.current == "[" { try readHeader() } else { try readEntry() }
            cursor.skipSpaces()
            try cursor.skipComment()
            guard cursor.isAtLineEnd else {
                throw cursor.error("expected the end of the line, not \(cursor.described)")
            }
        }
    }

    private mutating func readHeader() throws(TOMLError) {
        let position = cursor.position
        cursor.advance()
        guard cursor.current != "[" else {
            throw TOMLError(position: position, message: "arrays of tables ([[…]]) are not supported")
        }
        let path = try readKey()
        guard cursor.take("]") else { throw cursor.error("expected ']', not \(cursor.described)") }
        if let conflict = names.addTable(path) { throw TOMLError(position: position, message: conflict) }
        table = path
        content.headers.append(TOMLDocument.Header(path: path, position: position))
    }

    private mutating func readEntry() throws(TOMLError) {
        let position = cursor.position
        let key = try readKey()
        guard cursor.take("=") else { throw cursor.error("expected '=' after the key, not \(cursor.described)") }
        if let conflict = names.addValue(key, in: table) { throw TOMLError(position: position, message: conflict) }
        cursor.skipSpaces()
        let value = try cursor.readValue()
        content.entries.append(TOMLDocument.Entry(path: table + key, value: value, position: position))
    }

    /// Reads a key of one or more parts, and the spaces around it.
    private mutating func readKey() throws(TOMLError) -> [String] {
        var parts: [String] = []
        repeat {
            guard parts.count < Self.keyPartsMax else { throw cursor.error("the key has too many parts") }
            cursor.skipSpaces()
            parts.append(try readKeyPart())
            cursor.skipSpaces()
        } while cursor.take(".")
        return parts
    }

    private mutating func readKeyPart() throws(TOMLError) -> String {
        if cursor.current == "\"" || cursor.current == "'" { return try cursor.readString() }
        let name = cursor.take { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || "-_".unicodeScalars.contains(scalar))
        }
        guard !name.isEmpty else { throw cursor.error("expected a key, not \(cursor.described)") }
        return name
    }
}

/// The names that a document has defined so far, to find those that are defined twice.
///
/// Source: the sections "Keys" and "Table" of the specification. A table may be defined by one header, or by dotted
/// keys in one other table; headers may add tables below either.
private struct TOMLNames {
    private enum Kind {
        case value
        /// Defined by its own header.
        case table
        /// Defined by the header of a table below it; may get its own header later.
        case parent
        /// Defined by a dotted key.
        case dotted
    }

    private var kinds: [[String]: Kind] = [:]

    /// Defines a table by its header; returns what is wrong with that.
    mutating func addTable(_ path: [String]) -> String? {
        for count in 1..<path.count {
            let parent = Array(path.prefix(count))
            if kinds[parent] == .value { return Self.isValue(parent) }
            if kinds[parent] == nil { kinds[parent] = .parent }
        }
        switch kinds[path] {
        case nil, .parent: kinds[path] = .table
        case .value: return Self.isValue(path)
        case .table, .dotted: return "the table '\(Self.text(path))' is defined twice"
        }
        return nil
    }

    /// Defines a value; returns what is wrong with that.
    mutating func addValue(_ key: [String], in table: [String]) -> String? {
        for count in 1..<key.count {
            let parent = table + key.prefix(count)
            switch kinds[parent] {
            case nil: kinds[parent] = .dotted
            case .dotted: continue
            case .value: return Self.isValue(parent)
            case .table, .parent: return "the table '\(Self.text(parent))' is defined twice"
            }
        }
        let path = table + key
        guard kinds[path] == nil else { return "'\(Self.text(path))' is defined twice" }
        kinds[path] = .value
        return nil
    }

    private static func isValue(_ path: [String]) -> String { "'\(text(path))' is a value, not a table" }

    private static func text(_ path: [String]) -> String { path.joined(separator: ".") }
}
