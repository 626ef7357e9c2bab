/// One step of a schema's history. A list of migrations is append-only: a released one never changes, because it has
/// been applied to existing databases.
public struct Migration: Sendable {
    /// The migration's permanent identifier.
    public let name: String
    private let sqlite: String
    /// `nil` where SQLite's is rendered.
    private let postgreSQL: String?

    /// Describes a migration by one text in SQLite's words, which is rendered for PostgreSQL: see ``SchemaText``.
    public init(_ name: String, _ sql: String) {
        self.name = name
        sqlite = sql
        postgreSQL = nil
    }

    /// Describes a migration by a text for each engine, where one cannot say it: triggers, collations, conversions of
    /// rows that only one engine can have.
    public init(_ name: String, sqlite: String, postgreSQL: String) {
        self.name = name
        self.sqlite = sqlite
        self.postgreSQL = postgreSQL
    }

    /// The statements in a dialect; empty where the engine has nothing to do.
    public func sql(_ dialect: SQLDialect) -> String {
        switch dialect {
        case .sqlite: sqlite
        case .postgreSQL: postgreSQL ?? SchemaText(sqlite).postgreSQL
        }
    }

    /// Applies pending migrations in their order, each once, in one transaction with the row that records it. A list
    /// may be made of several, each append-only: those of a store and of what it has inside, such as an outbox.
    ///
    /// - Throws: ``StoreError/Kind/invalid`` when a migration was applied that the list does not have: the database is
    ///   of a newer version of the program.
    static func apply(
        _ migrations: [Migration], to database: Database, _ dialect: SQLDialect
    ) throws(StoreError) {
        let applied = try applied(to: database, dialect)
        guard Set(applied).isSubset(of: migrations.map(\.name)) else {
            throw StoreError(
                .invalid, code: "newer database",
                message: "the database was made by another version: it has \(applied)")
        }
        for migration in migrations where !applied.contains(migration.name) {
            try database.write { connection throws(StoreError) in
                // Another process may have opened the store meanwhile.
                let names = try names(connection)
                guard !names.contains(migration.name) else { return }
                let sql = migration.sql(dialect)
                if !sql.isEmpty { try connection.execute(sql) }
                try connection.run(
                    "INSERT INTO migration (number, name) VALUES (?, ?)",
                    [.integer(names.count), .text(migration.name)])
            }
        }
    }

    /// The names of the migrations that a database has had. One that has all of them is not written to.
    private static func applied(to database: Database, _ dialect: SQLDialect) throws(StoreError) -> [String] {
        do throws(StoreError) { return try database.read(names) } catch {
            // It is new. Where something else is wrong, this fails as well.
            try database.write { connection throws(StoreError) in try connection.execute(history.sql(dialect)) }
            return try database.read(names)
        }
    }

    private static func names(_ connection: borrowing Connection) throws(StoreError) -> [String] {
        try connection.all("SELECT name FROM migration ORDER BY number") { $0.text(0) }
    }

    private static let history = Migration(
        "migration",
        sqlite: "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL)",
        postgreSQL: "CREATE TABLE IF NOT EXISTS migration (number BIGINT PRIMARY KEY, name TEXT NOT NULL)")
}
