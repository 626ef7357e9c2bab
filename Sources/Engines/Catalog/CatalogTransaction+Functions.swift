public import Domain
public import SQLite

// Functions and their versions.
extension CatalogTransaction {
    /// Looks up a function; `nil` when there is none.
    public borrowing func function(_ id: FunctionID) throws(SQLiteError) -> StoredFunction? {
        try first(
            "SELECT id, ifnull(published, 0) FROM function WHERE account = ? AND region = ? AND name = ?", id.values
        ) { StoredFunction(id, key: $0.integer(0), published: $0.integer(1)) }
    }

    /// Adds a new function, without a version.
    public borrowing func insert(_ id: FunctionID) throws(SQLiteError) -> StoredFunction {
        let key = try first(
            "INSERT INTO function (account, region, name) VALUES (?, ?, ?) RETURNING id", id.values
        ) { $0.integer(0) }
        guard let key else { throw .damagedRow("id") }
        return StoredFunction(id, key: key, published: 0)
    }

    /// Deletes a function with its versions, aliases and settings. Its versions' numbers are never reused.
    public borrowing func delete(_ function: StoredFunction) throws(SQLiteError) {
        let versions = try versionNumbers(of: function)
        try run("DELETE FROM function WHERE id = ?", [.integer(function.key)])
        note(CatalogChange.deletedFunction(function.id, versions: versions))
        note(CatalogChange.releasedPackages)
    }

    /// Looks up a version of a function; `nil` when it was never published or is deleted.
    public borrowing func version(
        _ version: FunctionVersion, of function: StoredFunction
    ) throws(SQLiteError) -> FunctionRecord? {
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
    ) throws(SQLiteError) -> [FunctionRecord] {
        try records(
            """
            SELECT function, number, document, NULL FROM function_version
            WHERE function = ? AND number > ? ORDER BY number LIMIT ?
            """, [.integer(function.key), .integer(version?.number ?? -1), .integer(limit)], function.id.account,
            function.id.region, name: function.id.name)
    }

    /// The version numbers of a function, `$LATEST` first.
    public borrowing func versionNumbers(of function: StoredFunction) throws(SQLiteError) -> [FunctionVersion] {
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
    ) throws(SQLiteError) -> [FunctionRecord] {
        let condition =
            includingVersions
            ? "(name, number) > (?, ?) ORDER BY name, number" : "number = 0 AND (name, number) > (?, ?) ORDER BY name"
        let sql = """
            SELECT function, number, function_version.document, name
            FROM function JOIN function_version ON function_version.function = function.id
            WHERE account = ? AND region = ? AND \(condition) LIMIT ?
            """
        let values: [SQLiteValue] = [
            .text(account.description), .text(region.description), .text(position?.name.description ?? ""),
            .integer(position?.version.number ?? 0), .integer(limit),
        ]
        return try records(sql, values, account, region, name: nil)
    }

    /// Reads versions with their packages; `name` is `nil` when the rows have it.
    private borrowing func records(
        _ sql: String, _ values: [SQLiteValue], _ account: AccountID, _ region: Region, name: FunctionName?
    ) throws(SQLiteError) -> [FunctionRecord] {
        try all(sql, values) { row throws(SQLiteError) in
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
    ) throws(SQLiteError) -> [PackageReference] {
        try all(
            "SELECT digest, zip_bytes FROM version_package WHERE function = ? AND number = ? ORDER BY ordinal",
            [.integer(key), .integer(number)]
        ) { row throws(SQLiteError) in try PackageReference(row, 0) }
    }
}
