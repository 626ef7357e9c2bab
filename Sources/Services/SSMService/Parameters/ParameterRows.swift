internal import Domain
internal import ServiceKit
internal import Store

/// The account and region that a parameter's name is unique in.
struct ParameterScope: Hashable, Sendable {
    let account: String
    let region: String
}

extension ParameterScope {
    /// The scope of a request.
    init(_ context: RequestContext) {
        self.init(account: context.account.description, region: context.region.description)
    }
}

/// A parameter as its row has it.
struct ParameterRow: Sendable {
    let key: Int
    let name: String
    /// The current version.
    let version: Int
}

/// A parameter with the document of its current version.
struct StoredParameter: Sendable {
    let row: ParameterRow
    let document: [UInt8]
}

/// The schema of parameters, and its longer queries.
enum ParameterRows {
    static let migrations = [
        Migration(
            "parameters",
            """
            CREATE TABLE parameter (
                id INTEGER PRIMARY KEY,
                account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
                -- The path that the name is in, with a slash behind; empty for a name that is no path.
                folder TEXT NOT NULL,
                version INTEGER NOT NULL,
                -- Milliseconds since 1970.
                expires INTEGER,
                UNIQUE (account, region, name)
            ) STRICT;
            CREATE INDEX parameter_expires ON parameter (expires) WHERE expires IS NOT NULL;

            CREATE TABLE parameter_version (
                parameter INTEGER NOT NULL REFERENCES parameter (id) ON DELETE CASCADE,
                version INTEGER NOT NULL,
                document BLOB NOT NULL,
                PRIMARY KEY (parameter, version)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE parameter_label (
                parameter INTEGER NOT NULL REFERENCES parameter (id) ON DELETE CASCADE,
                label TEXT NOT NULL,
                version INTEGER NOT NULL,
                PRIMARY KEY (parameter, label)
            ) STRICT, WITHOUT ROWID;
            """),
        ResourceTags.migration,
    ]

    /// The query of a listing: a range of the index of names, so that other parameters of the account are not read.
    static func listing(isOfPath: Bool, isRecursive: Bool) -> String {
        let end = isOfPath ? "AND name < ?" : ""
        let level = isOfPath && !isRecursive ? "AND folder = ?" : ""
        return """
            SELECT id, name, parameter.version, document FROM parameter
            JOIN parameter_version ON parameter_version.parameter = id
                AND parameter_version.version = parameter.version
            WHERE account = ? AND region = ? AND name > ? \(end) \(level) AND (expires IS NULL OR expires > ?)
            ORDER BY name LIMIT ?
            """
    }
}

extension Connection {
    /// A parameter that has not expired; `nil` where there is none.
    borrowing func parameter(
        _ name: String, _ scope: ParameterScope, at milliseconds: Int64
    ) throws(StoreError) -> ParameterRow? {
        try first(
            """
            SELECT id, name, version FROM parameter
            WHERE account = ? AND region = ? AND name = ? AND (expires IS NULL OR expires > ?)
            """, [.text(scope.account), .text(scope.region), .text(name), .integer(Int(milliseconds))]
        ) { ParameterRow(key: $0.integer(0), name: $0.text(1), version: $0.integer(2)) }
    }

    /// Adds a parameter, with its first version.
    borrowing func insertParameter(
        _ name: ParameterName, _ scope: ParameterScope, _ document: [UInt8], expires: Int64?
    ) throws(StoreError) {
        // One that has expired may still have the name.
        try deleteParameter(name.text, scope)
        let key = try first(
            """
            INSERT INTO parameter (account, region, name, folder, version, expires) VALUES (?, ?, ?, ?, 1, ?)
            RETURNING id
            """,
            [
                .text(scope.account), .text(scope.region), .text(name.text), .text(name.path),
                .integer(expires.map { Int($0) }),
            ]
        ) { $0.integer(0) }
        try insertVersion(1, of: key ?? 0, document)
    }

    /// Adds a version, which becomes the current one.
    borrowing func addVersion(
        _ version: Int, of row: ParameterRow, _ document: [UInt8], expires: Int64?
    ) throws(StoreError) {
        try run(
            "UPDATE parameter SET version = ?, expires = ? WHERE id = ?",
            [.integer(version), .integer(expires.map { Int($0) }), .integer(row.key)])
        try insertVersion(version, of: row.key, document)
    }

    private borrowing func insertVersion(_ version: Int, of key: Int, _ document: [UInt8]) throws(StoreError) {
        try run(
            "INSERT INTO parameter_version (parameter, version, document) VALUES (?, ?, ?)",
            [.integer(key), .integer(version), .blob(document)])
    }

    /// The document of a version; `nil` where there is none.
    borrowing func document(of row: ParameterRow, version: Int) throws(StoreError) -> [UInt8]? {
        try first(
            "SELECT document FROM parameter_version WHERE parameter = ? AND version = ?",
            [.integer(row.key), .integer(version)]
        ) { $0.blob(0) }
    }

    /// The documents of a parameter's versions, the oldest first.
    borrowing func documents(
        of row: ParameterRow, after version: Int, limit: Int
    ) throws(StoreError) -> [[UInt8]] {
        try all(
            "SELECT document FROM parameter_version WHERE parameter = ? AND version > ? ORDER BY version LIMIT ?",
            [.integer(row.key), .integer(version), .integer(limit)]
        ) { $0.blob(0) }
    }

    /// The oldest version of a parameter that has as many as it may have; `nil` where it has fewer.
    borrowing func oldestVersion(of row: ParameterRow, ifAtLeast count: Int) throws(StoreError) -> Int? {
        try first(
            "SELECT min(version) FROM parameter_version WHERE parameter = ? HAVING count(*) >= ?",
            [.integer(row.key), .integer(count)]
        ) { $0.integer(0) }
    }

    /// Deletes a version.
    borrowing func deleteVersion(_ version: Int, of row: ParameterRow) throws(StoreError) {
        try run(
            "DELETE FROM parameter_version WHERE parameter = ? AND version = ?",
            [.integer(row.key), .integer(version)])
    }

    /// The labels of a parameter, each with its version.
    borrowing func labels(of row: ParameterRow) throws(StoreError) -> [String: Int] {
        let rows = try all(
            "SELECT label, version FROM parameter_label WHERE parameter = ?", [.integer(row.key)]
        ) { ($0.text(0), $0.integer(1)) }
        return Dictionary(rows) { first, _ in first }
    }

    /// Puts a label on a version; it leaves the one that had it.
    borrowing func put(label: String, on version: Int, of row: ParameterRow) throws(StoreError) {
        try run(
            """
            INSERT INTO parameter_label (parameter, label, version) VALUES (?, ?, ?)
            ON CONFLICT (parameter, label) DO UPDATE SET version = excluded.version
            """, [.integer(row.key), .text(label), .integer(version)])
    }

    /// Removes a label.
    borrowing func delete(label: String, of row: ParameterRow) throws(StoreError) {
        try run("DELETE FROM parameter_label WHERE parameter = ? AND label = ?", [.integer(row.key), .text(label)])
    }

    /// Deletes a parameter with its versions, labels and tags, also one that has expired.
    borrowing func deleteParameter(_ name: String, _ scope: ParameterScope) throws(StoreError) {
        try run(
            "DELETE FROM parameter WHERE account = ? AND region = ? AND name = ?",
            [.text(scope.account), .text(scope.region), .text(name)])
        try deleteTags(of: scope.resource(name))
    }

    /// Parameters by name that have not expired, with their current documents.
    ///
    /// - Parameters:
    ///   - path: Only those in this path, with a slash behind; `nil` for all.
    ///   - isRecursive: Also those in the paths below it.
    ///   - name: Only those after this name.
    borrowing func parameters(
        _ scope: ParameterScope, in path: String?, isRecursive: Bool, after name: String, at milliseconds: Int64,
        limit: Int
    ) throws(StoreError) -> [StoredParameter] {
        var values: [StoreValue] = [.text(scope.account), .text(scope.region), .text(max(name, path ?? ""))]
        if let path {
            // In the order of names, a zero follows the slash.
            values.append(.text(path.dropLast() + "0"))
            if !isRecursive { values.append(.text(path)) }
        }
        values += [.integer(Int(milliseconds)), .integer(limit)]
        let sql = ParameterRows.listing(isOfPath: path != nil, isRecursive: isRecursive)
        return try all(sql, values) { row in
            StoredParameter(
                row: ParameterRow(key: row.integer(0), name: row.text(1), version: row.integer(2)),
                document: row.blob(3))
        }
    }

    /// Deletes the parameters of all accounts.
    borrowing func deleteAllParameters() throws(StoreError) {
        try run("DELETE FROM parameter")
        try run("DELETE FROM resource_tag")
    }

    /// Deletes some of the parameters that have expired. A few, so that no change takes long.
    borrowing func deleteExpiredParameters(before milliseconds: Int64) throws(StoreError) {
        let expired = try all(
            "SELECT account, region, name FROM parameter WHERE expires <= ? ORDER BY expires LIMIT 10",
            [.integer(Int(milliseconds))]
        ) { (scope: ParameterScope(account: $0.text(0), region: $0.text(1)), name: $0.text(2)) }
        for parameter in expired { try deleteParameter(parameter.name, parameter.scope) }
    }
}
