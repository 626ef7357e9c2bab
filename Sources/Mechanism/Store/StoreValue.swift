/// A value for a statement's placeholder.
public enum StoreValue: Hashable, Sendable {
    /// NULL.
    case null
    /// A 64-bit number.
    case integer(Int)
    /// Text, stored as UTF-8. PostgreSQL has no text with a NUL in it, and refuses one (``StoreError/Kind/invalid``).
    case text(String)
    /// Bytes.
    case blob([UInt8])

    /// A number, or NULL for `nil`.
    public static func integer(_ number: Int?) -> StoreValue { number.map { .integer($0) } ?? .null }

    /// A text, or NULL for `nil`.
    public static func text(_ text: String?) -> StoreValue { text.map { .text($0) } ?? .null }

    /// Bytes, or NULL for `nil`.
    public static func blob(_ bytes: [UInt8]?) -> StoreValue { bytes.map { .blob($0) } ?? .null }
}

extension StoreValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral {
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
