public import Domain
internal import SQLite

extension Catalog {
    /// Adds a function.
    ///
    /// - Throws: `.alreadyExists` when there is one of this name in the account and region.
    public func createFunction(_ record: FunctionRecord) throws(CatalogError) {
        do throws(SQLiteError) {
            try database.write { connection throws(SQLiteError) in
                let id = try connection.first(
                    """
                    INSERT INTO function (account, region, name, revision, document) VALUES (?, ?, ?, ?, ?) RETURNING id
                    """, record.id.values + [.text(record.revision.description), .blob(record.document)]
                ) { $0.integer(0) }
                guard let id else { throw .damagedRow("id") }
                try Self.insertPackages(of: record, id, connection)
            }
        } catch {
            throw error.isUniqueViolation ? .alreadyExists(record.id) : .storage(error)
        }
    }

    /// Looks up a function; `nil` when there is none.
    public func function(_ id: FunctionID) throws(CatalogError) -> FunctionRecord? {
        try functionRows("AND name = ?", [.text(id.name.description)], id.account, id.region).first
    }

    /// Replaces a function by its next revision, if nobody else did since `revision` was read.
    ///
    /// - Throws: `.notFound`; `.revisionChanged` when the function has another revision by now, and then nothing
    ///   changes.
    public func updateFunction(_ record: FunctionRecord, replacing revision: RevisionID) throws(CatalogError) {
        let outcome = try cataloguing { () throws(SQLiteError) in
            try database.write { connection throws(SQLiteError) in
                try Self.update(record, replacing: revision, connection)
            }
        }
        switch outcome {
        case .updated: return
        case .missing: throw .notFound(record.id)
        case .changed(let current): throw .revisionChanged(current: current)
        }
    }

    /// Deletes a function.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    public func deleteFunction(_ id: FunctionID) throws(CatalogError) -> Bool {
        try cataloguing { () throws(SQLiteError) in
            try database.write { connection throws(SQLiteError) in
                try connection.run("DELETE FROM function WHERE account = ? AND region = ? AND name = ?", id.values) > 0
            }
        }
    }

    /// The functions of an account and region, by name.
    ///
    /// - Parameters:
    ///   - name: Where the list goes on: only functions after this name. Pages stay in step while functions come and
    ///     go.
    ///   - limit: At most this many; ask for one more than a page has to learn whether another follows.
    public func functions(
        account: AccountID, region: Region, after name: FunctionName? = nil, limit: Int
    ) throws(CatalogError) -> [FunctionRecord] {
        let values: [SQLiteValue] = [.text(name?.description ?? ""), .integer(limit)]
        return try functionRows("AND name > ? ORDER BY name LIMIT ?", values, account, region)
    }

    private enum UpdateOutcome: Sendable {
        case updated
        case missing
        case changed(RevisionID)
    }

    private static func update(
        _ record: FunctionRecord, replacing revision: RevisionID, _ connection: borrowing Connection
    ) throws(SQLiteError) -> UpdateOutcome {
        let current = try connection.first(
            "SELECT id, revision FROM function WHERE account = ? AND region = ? AND name = ?", record.id.values
        ) { ($0.integer(0), RevisionID($0.text(1))) }
        guard let current else { return .missing }
        guard let found = current.1 else { throw .damagedRow("revision") }
        guard found == revision else { return .changed(found) }
        try connection.run(
            "UPDATE function SET revision = ?, document = ? WHERE id = ?",
            [.text(record.revision.description), .blob(record.document), .integer(current.0)])
        try connection.run("DELETE FROM function_package WHERE function = ?", [.integer(current.0)])
        try insertPackages(of: record, current.0, connection)
        return .updated
    }

    private static func insertPackages(
        of record: FunctionRecord, _ id: Int, _ connection: borrowing Connection
    ) throws(SQLiteError) {
        for (ordinal, package) in ([record.code] + record.layers).enumerated() {
            try connection.run(
                "INSERT INTO function_package (function, ordinal, digest, zip_bytes) VALUES (?, ?, ?, ?)",
                [.integer(id), .integer(ordinal)] + package.values)
        }
    }

    private func functionRows(
        _ condition: String, _ values: [SQLiteValue], _ account: AccountID, _ region: Region
    ) throws(CatalogError) -> [FunctionRecord] {
        let sql = "SELECT id, name, revision, document FROM function WHERE account = ? AND region = ? \(condition)"
        let values = [.text(account.description), .text(region.description)] + values
        return try cataloguing { () throws(SQLiteError) in
            try database.read { connection throws(SQLiteError) in
                try connection.all(sql, values) { row throws(SQLiteError) in
                    let packages = try Self.packages(of: row.integer(0), connection)
                    return try Self.record(row, packages, account, region)
                }
            }
        }
    }

    private static func packages(
        of id: Int, _ connection: borrowing Connection
    ) throws(SQLiteError) -> [PackageReference] {
        try connection.all(
            "SELECT digest, zip_bytes FROM function_package WHERE function = ? ORDER BY ordinal", [.integer(id)]
        ) { row throws(SQLiteError) in try PackageReference(row, 0) }
    }

    private static func record(
        _ row: borrowing Row, _ packages: [PackageReference], _ account: AccountID, _ region: Region
    ) throws(SQLiteError) -> FunctionRecord {
        guard let name = FunctionName(row.text(1)) else { throw .damagedRow("name") }
        guard let revision = RevisionID(row.text(2)) else { throw .damagedRow("revision") }
        guard let code = packages.first else { throw .damagedRow("ordinal") }
        return FunctionRecord(
            id: FunctionID(account: account, region: region, name: name), revision: revision, code: code,
            layers: Array(packages.dropFirst()), document: row.blob(3))
    }
}
