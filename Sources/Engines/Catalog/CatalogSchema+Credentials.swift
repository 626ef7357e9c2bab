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

    /// Accounts' keys for other servers, also in clear: signing a call needs the secret.
    static let foreignCredentials = Migration(
        "credentials for other servers",
        """
        CREATE TABLE foreign_credential (
            account TEXT PRIMARY KEY,
            access_key TEXT NOT NULL,
            secret TEXT NOT NULL,
            session_token TEXT,
            set_seconds INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """)
}
