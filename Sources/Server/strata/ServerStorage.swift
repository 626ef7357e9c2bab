internal import Catalog
internal import Digest
internal import PostgreSQL
internal import SQLite
internal import ServiceKit
internal import Store

/// The engines that keep rows, by where they are. The only place that names them.
enum ServerStorage {
    /// Opens the rows of a server, for that server.
    static func open(
        _ dataFolder: String, _ database: DatabaseLocation, _ log: ServerLog
    ) throws(StartupError) -> any Storage {
        try open(dataFolder, database, role: .server) { log.named("database").note($0) }
    }

    /// Opens the rows of a server, for a command that runs beside it.
    static func open(_ dataFolder: String, _ database: DatabaseLocation) throws(StartupError) -> any Storage {
        try open(dataFolder, database, role: .tool) { _ in }
    }

    private static func open(
        _ dataFolder: String, _ database: DatabaseLocation, role: PostgreSQLRole,
        didChange: @escaping @Sendable (PostgreSQLEvent) -> Void
    ) throws(StartupError) -> any Storage {
        guard case .postgreSQL(let url) = database else { return SQLiteStorage(folder: dataFolder) }
        do throws(StoreError) {
            return try PostgreSQLStorage(DatabaseAddress(url), role: role, didChange: didChange)
        } catch {
            let place = place(of: database) ?? "of this URL"
            throw StartupError("The database \(place) cannot be used: \(error.message)", cause: error)
        }
    }

    /// Refuses a database of another data folder: the packages and keys that its rows name are there.
    static func check(_ catalog: Catalog, isOf folder: DataFolder, _ database: DatabaseLocation) throws {
        guard let place = place(of: database) else { return }
        let identity = SHA256Digest(hashing: try folder.key(named: "folder.key")).hex
        guard try catalog.tie(toDataFolder: identity) == identity else {
            throw StartupError(
                "The database \(place) belongs to another data folder, which has its packages and keys. Start the "
                    + "server with that folder (--data), or with an empty database.")
        }
    }

    /// Where a database outside the data folder is, without its password; `nil` where there is none.
    static func place(of database: DatabaseLocation) -> String? {
        guard case .postgreSQL(let url) = database else { return nil }
        return (try? DatabaseAddress(url))?.description  // A URL that cannot be read is refused when it is opened.
    }
}
