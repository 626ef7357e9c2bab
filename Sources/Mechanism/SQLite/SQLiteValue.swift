/// A value for a statement's placeholder.
public enum SQLiteValue: Hashable, Sendable {
    /// NULL.
    case null
    /// A 64-bit number.
    case integer(Int)
    /// Text, stored as UTF-8.
    case text(String)
    /// Bytes.
    case blob([UInt8])
}

extension SQLiteValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral {
    /// Makes an integer of a literal.
    public init(integerLiteral value: Int) {
        self = .integer(value)
    }

    /// Makes a text of a literal.
    public init(stringLiteral value: String) {
        self = .text(value)
    }

    /// Makes NULL of `nil`.
    public init(nilLiteral: ()) {
        self = .null
    }
}
