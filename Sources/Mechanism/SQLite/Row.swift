internal import CSQLite

/// The current row of a query, valid only during the call that it is passed to.
///
/// Columns count from 0, in the order of the query. Reading a column as another type converts it as SQLite does
/// (<https://www.sqlite.org/c3ref/column_blob.html>).
public struct Row: ~Copyable {
    private let statement: OpaquePointer

    init(_ statement: OpaquePointer) {
        self.statement = statement
    }

    /// A column's number.
    public borrowing func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(statement, column)) }

    /// A column's text; empty for NULL.
    public borrowing func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(statement, column) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// A column's bytes; empty for NULL.
    public borrowing func blob(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(statement, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
    }

    /// Whether a column is NULL.
    public borrowing func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }
}
