/// One step of a schema's history. The list of them only ever grows at its end: a step that was released never changes,
/// because databases exist that went through it.
public struct Migration: Sendable {
    /// What identifies it, for ever.
    public let name: String
    /// The statements.
    public let sql: String

    /// Describes a step.
    public init(_ name: String, _ sql: String) {
        self.name = name
        self.sql = sql
    }

    /// Runs the steps that the database has not been through, each with its record in one transaction.
    ///
    /// - Throws: Code 1 (`SQLITE_ERROR`) when the database went through steps that are not in the list, in this order:
    ///   a newer version of the program made it.
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
