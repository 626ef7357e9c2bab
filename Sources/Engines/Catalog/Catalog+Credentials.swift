public import Domain
internal import Store

extension Catalog {
    /// Adds an access key. Its id is random, and so unique.
    public func addCredential(_ record: CredentialRecord) throws(CatalogError) {
        try asCatalogError { () throws(StoreError) in
            try database.write { connection throws(StoreError) in
                _ = try connection.run(
                    "INSERT INTO credential (\(CredentialRecord.columns)) VALUES (?, ?, ?, ?, ?, ?)", record.values)
            }
        }
    }

    /// All access keys, the oldest first.
    public func credentials() throws(CatalogError) -> [CredentialRecord] {
        try asCatalogError { () throws(StoreError) in
            try database.read { connection throws(StoreError) in try Self.credentials(connection) }
        }
    }

    /// Deletes an access key.
    ///
    /// - Returns: whether there was one.
    public func deleteCredential(_ accessKeyID: String) throws(CatalogError) -> Bool {
        try asCatalogError { () throws(StoreError) in
            try database.write { connection throws(StoreError) in
                try connection.run("DELETE FROM credential WHERE access_key = ?", [.text(accessKeyID)]) > 0
            }
        }
    }

    /// Access keys in memory, for look-ups by every request. Nothing is read yet.
    public func credentialDirectory() throws(CatalogError) -> CredentialDirectory {
        try asCatalogError { () throws(StoreError) in try CredentialDirectory(database) }
    }

    fileprivate static func credentials(
        _ connection: borrowing Connection
    ) throws(StoreError) -> [CredentialRecord] {
        try connection.all(
            "SELECT \(CredentialRecord.columns) FROM credential ORDER BY created_seconds, access_key"
        ) { row throws(StoreError) in try CredentialRecord(row) }
    }
}

// MARK: Keys for other servers

extension Catalog {
    /// Sets an account's key for other servers, in place of an earlier one.
    public func setForeignCredential(_ record: ForeignCredentialRecord) throws(CatalogError) {
        try asCatalogError { () throws(StoreError) in
            try database.write { connection throws(StoreError) in
                _ = try connection.run(
                    """
                    INSERT INTO foreign_credential (\(ForeignCredentialRecord.columns)) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (account) DO UPDATE SET access_key = excluded.access_key, secret = excluded.secret,
                        session_token = excluded.session_token, set_seconds = excluded.set_seconds
                    """, record.values)
            }
        }
    }

    /// An account's key for other servers; `nil` where it has none.
    public func foreignCredential(of account: AccountID) throws(CatalogError) -> ForeignCredentialRecord? {
        try asCatalogError { () throws(StoreError) in
            try database.read { connection throws(StoreError) in
                try connection.first(
                    "SELECT \(ForeignCredentialRecord.columns) FROM foreign_credential WHERE account = ?",
                    [.text(account.description)]
                ) { row throws(StoreError) in try ForeignCredentialRecord(row) }
            }
        }
    }

    /// All accounts' keys for other servers, by account.
    public func foreignCredentials() throws(CatalogError) -> [ForeignCredentialRecord] {
        try asCatalogError { () throws(StoreError) in
            try database.read { connection throws(StoreError) in
                try connection.all(
                    "SELECT \(ForeignCredentialRecord.columns) FROM foreign_credential ORDER BY account"
                ) { row throws(StoreError) in try ForeignCredentialRecord(row) }
            }
        }
    }

    /// Deletes an account's key for other servers.
    ///
    /// - Returns: whether there was one.
    public func deleteForeignCredential(of account: AccountID) throws(CatalogError) -> Bool {
        try asCatalogError { () throws(StoreError) in
            try database.write { connection throws(StoreError) in
                try connection.run(
                    "DELETE FROM foreign_credential WHERE account = ?", [.text(account.description)]) > 0
            }
        }
    }
}

// MARK: Keys in memory

/// The access keys in memory. Another process may add or delete keys at any time; ``isCurrent`` knows of it at once.
/// A server has few keys, so any change of the catalogue has all of them read again.
public final class CredentialDirectory: Sendable {
    private let records: CachedRead<[String: CredentialRecord]>

    init(_ database: Database) throws(StoreError) {
        records = try CachedRead(database) { connection throws(StoreError) in
            Dictionary(
                try Catalog.credentials(connection).map { ($0.accessKeyID, $0) },
                uniquingKeysWith: { first, _ in first })
        }
    }

    /// Whether all keys are in memory as they are in the catalogue. Does not wait.
    public var isCurrent: Bool { records.isCurrent }

    /// Reads the keys, unless they are current. Waits for the disk. After a failure there are no keys.
    public func refresh() throws(CatalogError) {
        try asCatalogError { () throws(StoreError) in try records.refresh() }
    }

    /// Looks up an access key in memory, as of the last refresh; `nil` when there is none. Does not wait.
    public func credential(_ accessKeyID: String) -> CredentialRecord? { records.value?[accessKeyID] }
}
