public import Domain
public import SQLite

// Changes of a function's versions.
extension CatalogTransaction {
    /// Adds or replaces a version of a function. Only `$LATEST` is ever replaced.
    public borrowing func put(_ record: FunctionRecord, of function: StoredFunction) throws(SQLiteError) {
        let key: [SQLiteValue] = [.integer(function.key), .integer(record.version.number)]
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
    ) throws(SQLiteError) {
        try run(
            "UPDATE function_version SET document = ? WHERE function = ? AND number = ?",
            [.blob(document), .integer(function.key), .integer(version.number)])
    }

    /// Takes the next number for a version. A function's numbers count up from 1 and are never reused, not even when a
    /// function of that name is deleted and created again.
    ///
    /// Source: "Manage Lambda function versions", Lambda developer guide.
    public borrowing func nextVersion(of function: StoredFunction) throws(SQLiteError) -> FunctionVersion {
        let number = try first(
            """
            INSERT INTO function_numbers (account, region, name, last_number) VALUES (?, ?, ?, 1)
            ON CONFLICT (account, region, name) DO UPDATE SET last_number = last_number + 1 RETURNING last_number
            """, function.id.values
        ) { $0.integer(0) }
        guard let number else { throw .damagedRow("last_number") }
        return .number(number)
    }

    /// Records the published version that `$LATEST` equals; `nil` when it was changed.
    public borrowing func setPublished(
        _ version: FunctionVersion?, of function: StoredFunction
    ) throws(SQLiteError) {
        try run(
            "UPDATE function SET published = ? WHERE id = ?",
            [version.map { .integer($0.number) } ?? .null, .integer(function.key)])
    }

    /// Deletes a version with its settings.
    public borrowing func delete(
        _ version: FunctionVersion, of function: StoredFunction
    ) throws(SQLiteError) {
        try run(
            "DELETE FROM function_version WHERE function = ? AND number = ?",
            [.integer(function.key), .integer(version.number)])
        note(CatalogChange.deletedVersion(function.id, version))
        note(CatalogChange.releasedPackages)
        try deleteSettings(of: function, qualifier: version.description)
    }
}
