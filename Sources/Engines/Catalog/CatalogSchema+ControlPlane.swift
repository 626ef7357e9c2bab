internal import Store

extension CatalogSchema {
    /// Versions, aliases and settings of functions.
    static let controlPlane = Migration(
        "versions, aliases and settings", sqlite: controlPlaneTables + conversion + removals,
        postgreSQL: SchemaText(controlPlaneTables + removals).postgreSQL)

    private static let controlPlaneTables = """
        -- Numbers of versions are never used again, not even when a function is deleted and made anew.
        CREATE TABLE function_numbers (
            account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
            last_number INTEGER NOT NULL,
            PRIMARY KEY (account, region, name)
        ) STRICT, WITHOUT ROWID;

        -- Number 0 is $LATEST.
        CREATE TABLE function_version (
            function INTEGER NOT NULL REFERENCES function (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            document BLOB NOT NULL,
            PRIMARY KEY (function, number)
        ) STRICT, WITHOUT ROWID;

        -- Ordinal 0 is the code, 1 to 5 are layers in order. A layer version's bytes stay while a version of a function
        -- has them here, also when the layer version itself is deleted.
        CREATE TABLE version_package (
            function INTEGER NOT NULL,
            number INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            digest BLOB NOT NULL, zip_bytes INTEGER NOT NULL,
            PRIMARY KEY (function, number, ordinal),
            FOREIGN KEY (function, number) REFERENCES function_version (function, number) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;

        -- What is set for a function, or for one version or alias of it; the qualifier is empty where it is for the
        -- function. Target and amount are what look-ups and sums need of the document.
        CREATE TABLE function_setting (
            function INTEGER NOT NULL REFERENCES function (id) ON DELETE CASCADE,
            kind TEXT NOT NULL, qualifier TEXT NOT NULL,
            target TEXT, amount INTEGER,
            document BLOB NOT NULL,
            PRIMARY KEY (function, kind, qualifier)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX function_setting_target ON function_setting (target, kind) WHERE target IS NOT NULL;
        CREATE INDEX function_setting_amount ON function_setting (kind, function, amount) WHERE amount IS NOT NULL;

        -- The second version is the one with a weight. Number 0 is $LATEST.
        CREATE TABLE alias (
            function INTEGER NOT NULL REFERENCES function (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            number INTEGER NOT NULL, second_number INTEGER,
            document BLOB NOT NULL,
            PRIMARY KEY (function, name)
        ) STRICT, WITHOUT ROWID;

        -- What an account has in a region beside functions and layers.
        CREATE TABLE resource (
            account TEXT NOT NULL, region TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
            document BLOB NOT NULL,
            PRIMARY KEY (account, region, kind, name)
        ) STRICT, WITHOUT ROWID;

        ALTER TABLE layer_version ADD COLUMN policy BLOB;

        """

    /// For catalogues of the first version, which were all SQLite's.
    private static let conversion = """
        -- What was stored was the answer of GetFunction; tags belong to all versions of a function.
        INSERT INTO function_version (function, number, document)
            SELECT id, 0, CAST(json_extract(CAST(document AS TEXT), '$.Configuration') AS BLOB) FROM function;
        INSERT INTO version_package (function, number, ordinal, digest, zip_bytes)
            SELECT function, 0, ordinal, digest, zip_bytes FROM function_package;
        INSERT INTO function_setting (function, kind, qualifier, document)
            SELECT id, 'tags', '',
                CAST(json_object('Tags', json(json_extract(CAST(document AS TEXT), '$.Tags'))) AS BLOB) FROM function
            WHERE json_type(CAST(document AS TEXT), '$.Tags') = 'object';

        """

    private static let removals = """
        DROP TABLE function_package;
        ALTER TABLE function DROP COLUMN revision;
        ALTER TABLE function DROP COLUMN document;
        -- The published version that $LATEST is still the same as.
        ALTER TABLE function ADD COLUMN published INTEGER;
        """
}
