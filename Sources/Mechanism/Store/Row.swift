/// The columns of a query's current row, as an engine reads them. One object serves all rows of a query.
///
/// Columns count from 0, in the order of the query. NULL reads as 0, as an empty text or as no bytes. A number is also
/// read from what the engine computes: a sum, a count, a truth value (0 or 1).
public protocol EngineRow: AnyObject {
    /// A column's number.
    func integer(_ column: Int) -> Int
    /// A column's text.
    func text(_ column: Int) -> String
    /// A column's bytes.
    func blob(_ column: Int) -> [UInt8]
    /// Whether a column is NULL.
    func isNull(_ column: Int) -> Bool
}

/// The current row of a query, valid only during the call that it is passed to.
///
/// Columns count from 0, in the order of the query, and are read as the type that they have. NULL reads as 0, as an
/// empty text or as no bytes; the `optional` variants tell it apart.
public struct Row: ~Copyable {
    private let engine: any EngineRow

    /// Wraps an engine's row.
    public init(_ engine: any EngineRow) { self.engine = engine }

    /// A column's number.
    public borrowing func integer(_ column: Int) -> Int { engine.integer(column) }

    /// A column's text; empty for NULL.
    public borrowing func text(_ column: Int) -> String { engine.text(column) }

    /// A column's bytes; empty for NULL.
    public borrowing func blob(_ column: Int) -> [UInt8] { engine.blob(column) }

    /// Whether a column is NULL.
    public borrowing func isNull(_ column: Int) -> Bool { engine.isNull(column) }

    /// A column's number; `nil` for NULL.
    public borrowing func optionalInteger(_ column: Int) -> Int? { isNull(column) ? nil : integer(column) }

    /// A column's text; `nil` for NULL.
    public borrowing func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }

    /// A column's bytes; `nil` for NULL.
    public borrowing func optionalBlob(_ column: Int) -> [UInt8]? { isNull(column) ? nil : blob(column) }
}
