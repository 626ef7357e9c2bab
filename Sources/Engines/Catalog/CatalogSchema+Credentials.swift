internal import Store

extension CatalogSchema {
    /// Long-term access keys. The secret is stored in clear, because checking a signature needs it; only the owner can
    /// read the data folder.
    static let credentials = Migration(
        "credentials",
        """
        CREATE TABLE credential (
            access_key TEXT PRIMARY KEY,
            secret TEXT NOT NULL,
            account TEXT NOT NULL,
            name TEXT NOT NULL,
            service TEXT,
            created_seconds INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """)
}
