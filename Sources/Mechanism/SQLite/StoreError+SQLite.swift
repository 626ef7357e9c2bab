internal import CSQLite
internal import Store

extension StoreError {
    /// The meaning of an extended result code (<https://www.sqlite.org/rescode.html>).
    init(sqliteCode code: Int32, message: String, sql: String? = nil) {
        self.init(Self.kind(ofSQLiteCode: code), code: "SQLite error \(code)", message: message, sql: sql)
    }

    private static func kind(ofSQLiteCode code: Int32) -> Kind {
        // SQLITE_CONSTRAINT_UNIQUE, _PRIMARYKEY and _ROWID: macros that are not visible to Swift.
        if [2_067, 1_555, 2_579].contains(code) { return .uniqueViolation }
        return switch code & 0xff {
        case SQLITE_CONSTRAINT: .constraintViolation
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_FULL: .full
        // A disk that fails does not come back by itself, as a database server does.
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM: .damaged
        default: .invalid
        }
    }
}
