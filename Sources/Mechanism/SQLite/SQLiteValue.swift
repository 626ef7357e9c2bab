/// A value for a statement's placeholder.
public enum SQLiteValue: Hashable, Sendable {
    /// No value.
    case null
    /// A 64-bit number.
    case integer(Int)
    /// Text, stored as UTF-8.
    case text(String)
    /// Bytes.
    case blob([UInt8])
}

extension SQLiteValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral {
    /// Takes a literal number.
    public init(integerLiteral value: Int) {
        self = .integer(value)
    }

    /// Takes a literal text.
    public init(stringLiteral value: String) {
        self = .text(value)
    }

    /// Takes `nil` for no value.
    public init(nilLiteral: ()) {
        self = .null
    }
}
