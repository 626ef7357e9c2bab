/// An SQLite call that failed. Bound values never appear in it, because they may be secrets.
public struct SQLiteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The extended result code (<https://www.sqlite.org/rescode.html>).
    public let code: Int32
    /// SQLite's words for it; names of tables and columns, not their values.
    public let message: String
    /// The statement, with its placeholders, when there was one.
    public let sql: String?

    /// Describes a failure.
    public init(code: Int32, message: String, sql: String? = nil) {
        self.code = code
        self.message = message
        self.sql = sql
    }

    /// Whether a `UNIQUE` or `PRIMARY KEY` constraint refused the statement.
    public var isUniqueViolation: Bool {
        // SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_ROWID, which Swift does not see.
        [2_067, 1_555, 2_579].contains(code)
    }

    /// Whether any constraint refused the statement (`SQLITE_CONSTRAINT`).
    public var isConstraintViolation: Bool { code & 0xff == 19 }

    /// Code, message and statement in one line.
    public var description: String {
        "SQLite error \(code): \(message)" + (sql.map { " in '\($0)'" } ?? "")
    }
}
