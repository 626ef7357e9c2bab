/// One step of a schema's history. The list of migrations is append-only: a released one never changes, because it has
/// been applied to existing databases.
public struct Migration: Sendable {
    /// The migration's permanent identifier.
    public let name: String
    /// The statements.
    public let sql: String

    /// Describes a migration.
    public init(_ name: String, _ sql: String) {
        self.name = name
        self.sql = sql
    }

    /// Applies pending migrations, each in one transaction with the row that records it.
    ///
    /// - Throws: Code 1 (`SQLITE_ERROR`) when the applied migrations are not the first of the list: the database is
    ///   of a newer version of the program.
    static func apply(_ migrations: [Migration], to connection: borrowing Connection) throws(SQLiteError) {
        try connection.execute("CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL)")
        let applied = try connection.all("SELECT name FROM migration ORDER BY number") { $0.text(0) }
        guard migrations.map(\.name).starts(with: applied) else {
            throw SQLiteError(code: 1, message: "the database was made by another version: it has \(applied)")
        }
        for (number, migration) in migrations.enumerated().dropFirst(applied.count) {
            try connection.transaction("BEGIN IMMEDIATE", failingAs: { $0 }) { connection throws(SQLiteError) in
                try connection.execute(migration.sql)
                try connection.run(
                    "INSERT INTO migration (number, name) VALUES (?, ?)", [.integer(number), .text(migration.name)])
            }
        }
    }
}
