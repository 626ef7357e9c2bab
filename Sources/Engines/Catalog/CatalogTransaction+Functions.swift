public import Domain
public import Store

// Functions and their versions.
extension CatalogTransaction {
    /// Looks up a function; `nil` when there is none.
    public borrowing func function(_ id: FunctionID) throws(StoreError) -> StoredFunction? {
        try first(
            "SELECT id, coalesce(published, 0) FROM function WHERE account = ? AND region = ? AND name = ?", id.values
        ) { StoredFunction(id, key: $0.integer(0), published: $0.integer(1)) }
    }

    /// All functions of all accounts.
    borrowing func storedFunctions() throws(StoreError) -> [StoredFunction] {
        try all("SELECT account, region, name, id, coalesce(published, 0) FROM function") { row throws(StoreError) in
            guard let account = AccountID(row.text(0)), let region = Region(row.text(1)),
                let name = FunctionName(row.text(2))
            else { throw .damagedRow("name") }
            let id = FunctionID(account: account, region: region, name: name)
            return StoredFunction(id, key: row.integer(3), published: row.integer(4))
        }
    }

    /// Adds a new function, without a version.
    public borrowing func insert(_ id: FunctionID) throws(StoreError) -> StoredFunction {
        let key = try first(
            "INSERT INTO function (account, region, name) VALUES (?, ?, ?) RETURNING id", id.values
        ) { $0.integer(0) }
        guard let key else { throw .damagedRow("id") }
        return StoredFunction(id, key: key, published: 0)
    }

    /// Deletes a function with its versions, aliases and settings. Its versions' numbers are never reused.
    public borrowing func delete(_ function: StoredFunction) throws(StoreError) {
        let versions = try versionNumbers(of: function)
        try run("DELETE FROM function WHERE id = ?", [.integer(function.key)])
        note(CatalogChange.deletedFunction(function.id, versions: versions))
        note(CatalogChange.releasedPackages)
    }

    /// Looks up a version of a function; `nil` when it was never published or is deleted.
    public borrowing func version(
        _ version: FunctionVersion, of function: StoredFunction
    ) throws(StoreError) -> FunctionRecord? {
        try records(
            "SELECT function, number, document, NULL FROM function_version WHERE function = ? AND number = ?",
            [.integer(function.key), .integer(version.number)], function.id.account, function.id.region,
            name: function.id.name
        ).first
    }

    /// The versions of a function, `$LATEST` first.
    ///
    /// - Parameters:
    ///   - version: Only versions after this one: where the next page starts.
    ///   - limit: At most this many; ask for one more than a page holds to learn whether another page follows.
    public borrowing func versions(
        of function: StoredFunction, after version: FunctionVersion? = nil, limit: Int
    ) throws(StoreError) -> [FunctionRecord] {
        try records(
            """
            SELECT function, number, document, NULL FROM function_version
            WHERE function = ? AND number > ? ORDER BY number LIMIT ?
            """, [.integer(function.key), .integer(version?.number ?? -1), .integer(limit)], function.id.account,
            function.id.region, name: function.id.name)
    }

    /// The version numbers of a function, `$LATEST` first.
    public borrowing func versionNumbers(of function: StoredFunction) throws(StoreError) -> [FunctionVersion] {
        try all("SELECT number FROM function_version WHERE function = ? ORDER BY number", [.integer(function.key)]) {
            FunctionVersion(number: $0.integer(0))
        }
    }

    /// The functions of an account and region by name, each as its `$LATEST` version, or with all versions.
    ///
    /// - Parameters:
    ///   - position: Only versions after this position: where the next page starts. Pages stay consistent while
    ///     functions change.
    ///   - limit: At most this many; ask for one more than a page holds to learn whether another page follows.
    public borrowing func functions(
        account: AccountID, region: Region, includingVersions: Bool = false,
        after position: (name: FunctionName, version: FunctionVersion)? = nil, limit: Int
    ) throws(StoreError) -> [FunctionRecord] {
        let condition =
            includingVersions
            ? "(name, number) > (?, ?) ORDER BY name, number" : "number = 0 AND (name, number) > (?, ?) ORDER BY name"
        let sql = """
            SELECT function, number, function_version.document, name
            FROM function JOIN function_version ON function_version.function = function.id
            WHERE account = ? AND region = ? AND \(condition) LIMIT ?
            """
        let values: [StoreValue] = [
            .text(account.description), .text(region.description), .text(position?.name.description ?? ""),
            .integer(position?.version.number ?? 0), .integer(limit),
        ]
        return try records(sql, values, account, region, name: nil)
    }

    /// Adds or replaces a version of a function. Only `$LATEST` is ever replaced.
    public borrowing func put(_ record: FunctionRecord, of function: StoredFunction) throws(StoreError) {
        let key: [StoreValue] = [.integer(function.key), .integer(record.version.number)]
        try run(
            """
            INSERT INTO function_version (function, number, document) VALUES (?, ?, ?)
            ON CONFLICT (function, number) DO UPDATE SET document = excluded.document
            """, key + [.blob(record.document)])
        let replaced = try run("DELETE FROM version_package WHERE function = ? AND number = ?", key)
        for (ordinal, package) in ([record.code] + record.layers).enumerated() {
            try run(
                "INSERT INTO version_package (function, number, ordinal, digest, zip_bytes) VALUES (?, ?, ?, ?, ?)",
                key + [.integer(ordinal)] + package.values)
        }
        if record.version == .latest {
            note(CatalogChange.latestVersion(function.id))
            if replaced > 0 { note(CatalogChange.releasedPackages) }
        } else {
            note(CatalogChange.publishedVersion(function.id))
        }
    }

    /// Replaces a version's document; its packages stay. Of a published version only the revision ever changes.
    public borrowing func setDocument(
        _ document: [UInt8], ofVersion version: FunctionVersion, of function: StoredFunction
    ) throws(StoreError) {
        try run(
            "UPDATE function_version SET document = ? WHERE function = ? AND number = ?",
            [.blob(document), .integer(function.key), .integer(version.number)])
    }

    /// Takes the next number for a version. A function's numbers count up from 1 and are never reused, not even when a
    /// function of that name is deleted and created again.
    ///
    /// Source: "Manage Lambda function versions", Lambda developer guide.
    public borrowing func nextVersion(of function: StoredFunction) throws(StoreError) -> FunctionVersion {
        let number = try first(
            """
            INSERT INTO function_numbers (account, region, name, last_number) VALUES (?, ?, ?, 1)
            ON CONFLICT (account, region, name) DO UPDATE SET last_number = function_numbers.last_number + 1
            RETURNING last_number
            """, function.id.values
        ) { $0.integer(0) }
        guard let number else { throw .damagedRow("last_number") }
        return .number(number)
    }

    /// Records the published version that `$LATEST` equals; `nil` when it was changed.
    public borrowing func setPublished(
        _ version: FunctionVersion?, of function: StoredFunction
    ) throws(StoreError) {
        try run(
            "UPDATE function SET published = ? WHERE id = ?",
            [version.map { .integer($0.number) } ?? .null, .integer(function.key)])
    }

    /// Deletes a version with its settings.
    public borrowing func delete(
        _ version: FunctionVersion, of function: StoredFunction
    ) throws(StoreError) {
        try run(
            "DELETE FROM function_version WHERE function = ? AND number = ?",
            [.integer(function.key), .integer(version.number)])
        note(CatalogChange.deletedVersion(function.id, version))
        note(CatalogChange.releasedPackages)
        try deleteSettings(of: function, qualifier: version.description)
    }

    /// Reads versions with their packages; `name` is `nil` when the rows have it.
    private borrowing func records(
        _ sql: String, _ values: [StoreValue], _ account: AccountID, _ region: Region, name: FunctionName?
    ) throws(StoreError) -> [FunctionRecord] {
        try all(sql, values) { row throws(StoreError) in
            guard let name = name ?? FunctionName(row.text(3)) else { throw .damagedRow("name") }
            let packages = try packages(ofFunction: row.integer(0), number: row.integer(1))
            guard let code = packages.first else { throw .damagedRow("ordinal") }
            return FunctionRecord(
                id: FunctionID(account: account, region: region, name: name),
                version: FunctionVersion(number: row.integer(1)), code: code, layers: Array(packages.dropFirst()),
                document: row.blob(2))
        }
    }

    /// The packages of a version: the code, then its layers in order.
    private borrowing func packages(
        ofFunction key: Int, number: Int
    ) throws(StoreError) -> [PackageReference] {
        try all(
            "SELECT digest, zip_bytes FROM version_package WHERE function = ? AND number = ? ORDER BY ordinal",
            [.integer(key), .integer(number)]
        ) { row throws(StoreError) in try PackageReference(row, 0) }
    }
}
