internal import CSQLite
internal import Store

/// One connection to a database file. Compiled statements are cached.
///
/// Unchecked because one thread at a time uses the handle: the writer is behind a lock, a reader is out of the pool
/// while it is in use, and what a closure gets cannot be kept.
final class SQLiteConnection: EngineConnection, @unchecked Sendable {
    private let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]

    /// More distinct statements than this are a mistake (values inside SQL text): the cache is emptied.
    private static let maximumStatementCount = 200

    /// Opens a connection; creates the file when it does not exist and `flags` say so.
    init(path: String, flags: Int32) throws(StoreError) {
        var handle: OpaquePointer?
        let status = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard status == SQLITE_OK, let handle else {
            let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(handle)
            throw StoreError(sqliteCode: status, message: "\(message): \(path)")
        }
        self.handle = handle
    }

    // The statements that are left are finalised later; the connection closes with the last of them.
    deinit { sqlite3_close_v2(handle) }

    func execute(_ sql: String) throws(StoreError) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw error(sql) }
    }

    func run(_ sql: String, _ values: [StoreValue]) throws(StoreError) -> Int {
        try query(sql, values) { _ in true }
        return Int(sqlite3_changes64(handle))
    }

    func query(
        _ sql: String, _ values: [StoreValue], _ receive: (borrowing Row) throws(StoreError) -> Bool
    ) throws(StoreError) {
        let statement = try prepared(sql)
        // Also after an error: otherwise the statement would keep its lock and its values.
        defer {
            sqlite3_reset(statement.handle)
            sqlite3_clear_bindings(statement.handle)
        }
        guard sqlite3_bind_parameter_count(statement.handle) == values.count else {
            throw StoreError(
                sqliteCode: SQLITE_RANGE, message: "\(values.count) values for the placeholders", sql: sql)
        }
        for (index, value) in values.enumerated() {
            guard statement.bind(value, at: Int32(index + 1)) == SQLITE_OK else { throw error(sql) }
        }
        while true {
            switch sqlite3_step(statement.handle) {
            case SQLITE_ROW: if try !receive(Row(statement)) { return }
            case SQLITE_DONE: return
            default: throw error(sql)
            }
        }
    }

    /// Runs a compiled statement without placeholders, such as `COMMIT`.
    func perform(_ sql: String) throws(StoreError) { try query(sql, []) { _ in true } }

    /// Sets how long a statement waits for another connection's lock before it fails with SQLITE_BUSY.
    func setBusyTimeout(milliseconds: Int32) {
        sqlite3_busy_timeout(handle, milliseconds)
    }

    /// Whether no transaction is open: also after an error that had SQLite roll back by itself.
    var isIdle: Bool { sqlite3_get_autocommit(handle) != 0 }

    /// The memory in which commits of all connections become visible. Valid while the connection is open.
    func writeAheadLogIndex() throws(StoreError) -> WriteAheadLogIndex {
        // SQLite opens the log, and prepares the index, at the first read.
        try query("SELECT 1 FROM sqlite_schema", []) { _ in false }
        return WriteAheadLogIndex(handle)
    }

    /// The compiled statement of a text, from the cache where possible.
    private func prepared(_ sql: String) throws(StoreError) -> SQLiteStatement {
        if let statement = statements[sql] { return statement }
        if statements.count >= Self.maximumStatementCount { statements = [:] }
        var handle: OpaquePointer?
        let status = sqlite3_prepare_v3(self.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard status == SQLITE_OK, let handle else { throw error(sql) }
        let statement = SQLiteStatement(handle)
        statements[sql] = statement
        return statement
    }

    private func error(_ sql: String) -> StoreError {
        StoreError(
            sqliteCode: sqlite3_extended_errcode(handle), message: String(cString: sqlite3_errmsg(handle)), sql: sql)
    }
}
