internal import SQLite

extension CatalogSchema {
    /// Long-term access keys. The secret is kept as it is, because a signature can only be checked with it; the data
    /// folder is its owner's alone.
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
