/// An SQLite call that failed. It never contains bound values, because they may be secrets.
public struct SQLiteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The extended result code (<https://www.sqlite.org/rescode.html>).
    public let code: Int32
    /// SQLite's message: names of tables and columns, never values.
    public let message: String
    /// The statement, with its placeholders; `nil` when none was involved.
    public let sql: String?

    /// Describes a failure.
    public init(code: Int32, message: String, sql: String? = nil) {
        self.code = code
        self.message = message
        self.sql = sql
    }

    /// Whether the statement violated a `UNIQUE` or `PRIMARY KEY` constraint.
    public var isUniqueViolation: Bool {
        // SQLITE_CONSTRAINT_UNIQUE, _PRIMARYKEY and _ROWID: macros that are not visible to Swift.
        [2_067, 1_555, 2_579].contains(code)
    }

    /// Whether the statement violated any constraint (`SQLITE_CONSTRAINT`).
    public var isConstraintViolation: Bool { code & 0xff == 19 }

    /// Code, message and statement in one line.
    public var description: String {
        "SQLite error \(code): \(message)" + (sql.map { " in '\($0)'" } ?? "")
    }
}
