/// A configuration file in TOML (<https://toml.io/en/v1.0.0>), as a list of values with their paths.
///
/// Supported: comments, tables, dotted and quoted keys, basic and literal strings, decimal integers, floats, booleans
/// and arrays. Everything else of TOML (multi-line strings, dates, inline tables, arrays of tables, other number
/// bases, `inf` and `nan`) is refused by its name. Everything that is not TOML is refused, too.
public struct TOMLDocument: Hashable, Sendable {
    /// A key with its value.
    public struct Entry: Hashable, Sendable {
        /// The key's parts, from the root: `["server", "port"]`.
        public let path: [String]
        /// The value.
        public let value: TOMLValue
        /// Where the key begins.
        public let position: TOMLPosition
    }

    /// A table's header.
    public struct Header: Hashable, Sendable {
        /// The table's parts, from the root.
        public let path: [String]
        /// Where the header begins.
        public let position: TOMLPosition
    }

    /// All keys with values, in the order of the document. No path occurs twice, and none is a part of another.
    public internal(set) var entries: [Entry] = []
    /// All headers, in the order of the document.
    public internal(set) var headers: [Header] = []

    /// A document without content.
    init() {}

    /// Reads a document.
    ///
    /// - Throws: The first error of the document, with its place.
    public init(_ bytes: [UInt8]) throws(TOMLError) {
        var reader = TOMLReader(try TOMLCursor(bytes))
        self = try reader.document()
    }
}

/// A value of a TOML document.
public enum TOMLValue: Hashable, Sendable {
    /// A string.
    case string(String)
    /// An integer of 64 bits.
    case integer(Int64)
    /// A finite number with a fraction or an exponent.
    case float(Double)
    /// `true` or `false`.
    case boolean(Bool)
    /// Values of any types.
    case array([TOMLValue])

    /// The type with its article, for messages: `an integer`.
    public var typeName: String {
        switch self {
        case .string: "a string"
        case .integer: "an integer"
        case .float: "a float"
        case .boolean: "a boolean"
        case .array: "an array"
        }
    }
}

/// A place in a document.
public struct TOMLPosition: Hashable, Sendable {
    /// The line, from 1.
    public let line: Int
    /// The column in Unicode scalars, from 1.
    public let column: Int
}

/// Why a document cannot be read.
public struct TOMLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where the problem is.
    public let position: TOMLPosition
    /// What is wrong: one clause without a full stop.
    public let message: String

    /// The message with line and column.
    public var description: String { "line \(position.line), column \(position.column): \(message)" }
}
