internal import CSQLite

/// One connection to a database, which `Database` lends to a closure. Compiled statements are cached.
///
/// Unchecked because one thread at a time uses the handle: the writer is behind a lock, a reader is out of the pool
/// while it is in use, and a closure cannot keep a borrowed connection.
public struct Connection: ~Copyable, @unchecked Sendable {
    /// Compiled statements by their text. A class, so that a borrowed connection can add statements; one thread at a
    /// time uses it.
    private final class Statements {
        var bySQL: [String: OpaquePointer] = [:]
    }

    /// What the statements of a transaction have noted. A class for the same reason.
    private final class Notes {
        var values: [any Sendable] = []
    }

    private let handle: OpaquePointer
    private let statements = Statements()
    private let notes = Notes()

    /// More distinct statements than this are a mistake (values inside SQL text): the cache is emptied.
    private static let maximumStatementCount = 200

    /// Opens a connection; creates the file when it does not exist and `flags` say so.
    init(path: String, flags: Int32) throws(SQLiteError) {
        var handle: OpaquePointer?
        let status = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard status == SQLITE_OK, let handle else {
            let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(handle)
            throw SQLiteError(code: status, message: "\(message): \(path)")
        }
        self.handle = handle
    }

    deinit {
        for statement in statements.bySQL.values { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
    }

    /// Notes something about the transaction under way, such as what it changes, for the code that commits it.
    public borrowing func note(_ value: some Sendable) { notes.values.append(value) }

    /// Takes what has been noted since the last time. Called at the end of a transaction, and at its beginning, where a
    /// transaction that failed may have left something.
    public borrowing func takeNotes() -> [any Sendable] {
        defer { notes.values = [] }
        return notes.values
    }

    /// Runs one or more statements without placeholders, such as a schema.
    public borrowing func execute(_ sql: String) throws(SQLiteError) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw error(sql) }
    }

    /// Runs a statement that returns no rows.
    ///
    /// - Returns: How many rows it inserted, changed or deleted.
    @discardableResult
    public borrowing func run(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) -> Int {
        try step(sql, values) { _ in true }
        return Int(sqlite3_changes64(handle))
    }

    /// All rows of a query, each converted by `make`.
    public borrowing func all<Value>(
        _ sql: String, _ values: [SQLiteValue] = [], _ make: (borrowing Row) throws(SQLiteError) -> Value
    ) throws(SQLiteError) -> [Value] {
        var result: [Value] = []
        try step(sql, values) { row throws(SQLiteError) in
            result.append(try make(row))
            return true
        }
        return result
    }

    /// The first row of a query, converted by `make`; `nil` when there is none.
    public borrowing func first<Value>(
        _ sql: String, _ values: [SQLiteValue] = [], _ make: (borrowing Row) throws(SQLiteError) -> Value
    ) throws(SQLiteError) -> Value? {
        var result: Value?
        try step(sql, values) { row throws(SQLiteError) in
            result = try make(row)
            return false
        }
        return result
    }

    /// Sets how long a statement waits for another connection's lock before it fails with SQLITE_BUSY.
    borrowing func setBusyTimeout(milliseconds: Int32) {
        sqlite3_busy_timeout(handle, milliseconds)
    }

    /// The memory in which commits of all connections become visible. Valid while the connection is open.
    borrowing func writeAheadLogIndex() throws(SQLiteError) -> WriteAheadLogIndex {
        // SQLite opens the log, and prepares the index, at the first read.
        _ = try first("SELECT 1 FROM sqlite_schema") { $0.integer(0) }
        return WriteAheadLogIndex(handle)
    }

    /// Passes rows to `receive` until it returns `false`.
    private borrowing func step(
        _ sql: String, _ values: [SQLiteValue], _ receive: (borrowing Row) throws(SQLiteError) -> Bool
    ) throws(SQLiteError) {
        let statement = try prepared(sql)
        // Also after an error: otherwise the statement would keep its lock and its values.
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        guard sqlite3_bind_parameter_count(statement) == values.count else {
            throw SQLiteError(code: SQLITE_RANGE, message: "\(values.count) values for the placeholders", sql: sql)
        }
        for (index, value) in values.enumerated() {
            guard bind(value, to: statement, at: Int32(index + 1)) == SQLITE_OK else { throw error(sql) }
        }
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: if try !receive(Row(statement)) { return }
            case SQLITE_DONE: return
            default: throw error(sql)
            }
        }
    }

    /// The compiled statement of a text, from the cache where possible.
    private borrowing func prepared(_ sql: String) throws(SQLiteError) -> OpaquePointer {
        if let statement = statements.bySQL[sql] { return statement }
        if statements.bySQL.count >= Self.maximumStatementCount {
            for statement in statements.bySQL.values { sqlite3_finalize(statement) }
            statements.bySQL = [:]
        }
        var statement: OpaquePointer?
        let status = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard status == SQLITE_OK, let statement else { throw error(sql) }
        statements.bySQL[sql] = statement
        return statement
    }

    private borrowing func bind(_ value: SQLiteValue, to statement: OpaquePointer, at index: Int32) -> Int32 {
        // SQLite copies the value before the call returns.
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)  // SQLITE_TRANSIENT
        switch value {
        case .null: return sqlite3_bind_null(statement, index)
        case .integer(let number): return sqlite3_bind_int64(statement, index, Int64(number))
        case .text(let text): return sqlite3_bind_text(statement, index, text, Int32(text.utf8.count), transient)
        case .blob(let bytes):
            // A null address would bind NULL, so an empty blob is bound as zero zeros.
            guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(statement, index, 0) }
            return sqlite3_bind_blob64(statement, index, bytes, UInt64(bytes.count), transient)
        }
    }

    private borrowing func error(_ sql: String) -> SQLiteError {
        SQLiteError(code: sqlite3_extended_errcode(handle), message: String(cString: sqlite3_errmsg(handle)), sql: sql)
    }
}
