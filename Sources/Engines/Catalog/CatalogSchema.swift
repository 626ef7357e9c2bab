internal import Store

/// The tables, as a list of migrations. New ones are appended; existing ones are never changed.
enum CatalogSchema {
    static let migrations = [
        Migration(
            "functions and layers",
            """
            -- A layer's row stays when its versions are gone: numbers are never used again.
            CREATE TABLE layer (
                id INTEGER PRIMARY KEY,
                account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
                last_number INTEGER NOT NULL,
                UNIQUE (account, region, name)
            ) STRICT;

            -- Runtimes and architectures are lists with a comma before, between and after: ',python3.11,python3.12,'.
            CREATE TABLE layer_version (
                layer INTEGER NOT NULL REFERENCES layer (id),
                number INTEGER NOT NULL,
                digest BLOB NOT NULL, zip_bytes INTEGER NOT NULL,
                runtimes TEXT NOT NULL, architectures TEXT NOT NULL,
                document BLOB NOT NULL,
                PRIMARY KEY (layer, number)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE function (
                id INTEGER PRIMARY KEY,
                account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
                revision TEXT NOT NULL,
                document BLOB NOT NULL,
                UNIQUE (account, region, name)
            ) STRICT;

            -- Ordinal 0 is the code, 1 to 5 are layers in order. A layer version's bytes stay while a function has them
            -- here, also when the version itself is deleted.
            CREATE TABLE function_package (
                function INTEGER NOT NULL REFERENCES function (id) ON DELETE CASCADE,
                ordinal INTEGER NOT NULL,
                digest BLOB NOT NULL, zip_bytes INTEGER NOT NULL,
                PRIMARY KEY (function, ordinal)
            ) STRICT, WITHOUT ROWID;
            """),
        controlPlane,
        credentials,
        rolesAndPolicies,
        foreignCredentials,
        dataFolder,
    ]

    /// The data folder whose packages and keys the rows name: one row.
    private static let dataFolder = Migration(
        "data folder",
        """
        CREATE TABLE data_folder (
            kind TEXT PRIMARY KEY,
            identity TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """)
}
