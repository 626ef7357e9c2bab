internal import SQLite

extension Catalog {
    /// Adds an access key. Its id is random, and so unique.
    public func addCredential(_ record: CredentialRecord) throws(CatalogError) {
        try asCatalogError { () throws(SQLiteError) in
            try database.write { connection throws(SQLiteError) in
                _ = try connection.run(
                    "INSERT INTO credential (\(CredentialRecord.columns)) VALUES (?, ?, ?, ?, ?, ?)", record.values)
            }
        }
    }

    /// All access keys, the oldest first.
    public func credentials() throws(CatalogError) -> [CredentialRecord] {
        try asCatalogError { () throws(SQLiteError) in
            try database.read { connection throws(SQLiteError) in try Self.credentials(connection) }
        }
    }

    /// Deletes an access key.
    ///
    /// - Returns: whether there was one.
    public func deleteCredential(_ accessKeyID: String) throws(CatalogError) -> Bool {
        try asCatalogError { () throws(SQLiteError) in
            try database.write { connection throws(SQLiteError) in
                try connection.run("DELETE FROM credential WHERE access_key = ?", [.text(accessKeyID)]) > 0
            }
        }
    }

    /// Access keys in memory, for look-ups by every request; never stale.
    public func credentialDirectory() throws(CatalogError) -> CredentialDirectory {
        try asCatalogError { () throws(SQLiteError) in try CredentialDirectory(database) }
    }

    fileprivate static func credentials(
        _ connection: borrowing Connection
    ) throws(SQLiteError) -> [CredentialRecord] {
        try connection.all(
            "SELECT \(CredentialRecord.columns) FROM credential ORDER BY created_seconds, access_key"
        ) { row throws(SQLiteError) in try CredentialRecord(row) }
    }
}

/// A cache of the access keys that is never stale: another process may add or delete keys at any time, and the next
/// look-up sees it. A server has few keys, so any change of the catalogue reads all of them again.
public final class CredentialDirectory: Sendable {
    private let records: CachedRead<[String: CredentialRecord]>

    init(_ database: Database) throws(SQLiteError) {
        records = try CachedRead(database) { connection throws(SQLiteError) in
            Dictionary(
                try Catalog.credentials(connection).map { ($0.accessKeyID, $0) },
                uniquingKeysWith: { first, _ in first })
        }
    }

    /// Looks up an access key; `nil` when there is none.
    public func credential(_ accessKeyID: String) throws(CatalogError) -> CredentialRecord? {
        try asCatalogError { () throws(SQLiteError) in try records.current()[accessKeyID] }
    }
}
