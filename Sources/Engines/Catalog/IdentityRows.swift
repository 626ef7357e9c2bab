public import Domain
internal import Store

/// The rows of roles, managed policies and their attachments.
public struct IdentityRows: Sendable {
    let database: Database

    /// Adds a role or policy.
    ///
    /// - Parameter boundary: The permissions boundary of a new role.
    /// - Returns: A refusal when the name is taken (`.exists`) or the boundary does not exist (`.missingPolicy`).
    public func createEntity(
        _ record: EntityRecord, boundary: PolicyARN? = nil
    ) throws(CatalogError) -> Result<Void, IdentityRefusal> {
        do throws(StoreError) {
            return try database.write { connection throws(StoreError) in
                if let boundary, try !connection.hasPolicy(boundary, record.id.account) {
                    return .failure(.missingPolicy(boundary))
                }
                let id = try connection.first(
                    """
                    INSERT INTO entity (kind, account, name, path, document) VALUES (?, ?, ?, ?, ?) RETURNING id
                    """, record.id.values + [.text(record.path), .blob(record.document)]
                ) { $0.integer(0) }
                if let boundary, let id { try connection.attach(boundary, as: .boundary, to: id) }
                return .success(())
            }
        } catch {
            guard error.isUniqueViolation else { throw .storage(error) }
            return .failure(.exists)
        }
    }

    /// Looks up a role or policy; `nil` when there is none. Names are compared as they are written.
    public func entity(_ id: EntityID) throws(CatalogError) -> EntityRecord? {
        try asCatalogError { () throws(StoreError) in
            try database.read { connection throws(StoreError) in try connection.entity(id)?.record }
        }
    }

    /// An account's roles or policies, by name.
    ///
    /// - Parameters:
    ///   - pathPrefix: Only those whose path starts with this.
    ///   - usage: Only policies that are attached to a role with one of these usages; empty for all.
    ///   - name: Only those after this name: where the next page starts.
    ///   - limit: At most this many; ask for one more than a page holds to learn whether another page follows.
    public func entities(
        _ kind: EntityID.Kind, account: AccountID, pathPrefix: String = "/", usage: Set<Attachment.Usage> = [],
        after name: String = "", limit: Int
    ) throws(CatalogError) -> [EntityRecord] {
        let marks = usage.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
        // A policy's ARN is made of its columns, so no column repeats it.
        let used = """
            AND EXISTS (SELECT 1 FROM attachment WHERE usage IN (\(marks))
            AND policy = 'arn:aws:iam::' || account || ':policy' || path || name)
            """
        let sql = """
            SELECT name, path, document FROM entity WHERE kind = ? AND account = ? AND name > ?
            AND substr(path, 1, length(?)) = ? \(usage.isEmpty ? "" : used) ORDER BY name LIMIT ?
            """
        let values: [StoreValue] = [
            .text(kind.rawValue), .text(account.description), .text(name), .text(pathPrefix), .text(pathPrefix),
            .integer(limit),
        ]
        return try asCatalogError { () throws(StoreError) in
            try database.read { connection throws(StoreError) in
                try connection.all(sql, values) { row in
                    EntityRecord(
                        id: EntityID(kind, account: account, name: row.text(0)), path: row.text(1),
                        document: row.blob(2))
                }
            }
        }
    }

    /// Changes a role or policy. No other change comes between the read and the write.
    ///
    /// - Parameter change: Returns the record's new document, or refuses. It must not call the catalogue.
    /// - Returns: The result of `change`; `nil` when there is no such entity.
    public func changeEntity<Refusal: Error>(
        _ id: EntityID, _ change: (EntityRecord) -> Result<[UInt8], Refusal>
    ) throws(CatalogError) -> Result<Void, Refusal>? {
        try asCatalogError { () throws(StoreError) in
            try database.write { connection throws(StoreError) -> Result<Void, Refusal>? in
                guard let (row, record) = try connection.entity(id) else { return nil }
                switch change(record) {
                case .failure(let refusal): return .failure(refusal)
                case .success(let document):
                    try connection.run(
                        "UPDATE entity SET document = ? WHERE id = ?", [.blob(document), .integer(row)])
                    return .success(())
                }
            }
        }
    }

    /// Deletes a role without attached policies, or a policy that is not attached.
    ///
    /// - Parameters:
    ///   - check: Refuses for other reasons in the record. It must not call the catalogue.
    ///   - refusal: Maps the catalogue's own refusals: `.missing`, and `.inUse`, which precedes those of `check`.
    public func deleteEntity<Refusal: Error>(
        _ id: EntityID, unless check: (EntityRecord) -> Refusal?, refusing refusal: (IdentityRefusal) -> Refusal
    ) throws(CatalogError) -> Result<Void, Refusal> {
        try asCatalogError { () throws(StoreError) in
            try database.write { connection throws(StoreError) -> Result<Void, Refusal> in
                guard let (row, record) = try connection.entity(id) else { return .failure(refusal(.missing(id))) }
                let policy = PolicyARN(account: id.account, path: record.path, name: id.name)
                let uses =
                    id.kind == .role
                    ? try connection.count("WHERE usage = 'permissions' AND role = ?", [.integer(row)])
                    : try connection.count("WHERE policy = ?", [.text(policy.description)])
                guard uses == 0 else { return .failure(refusal(.inUse)) }
                if let refusal = check(record) { return .failure(refusal) }
                try connection.run("DELETE FROM entity WHERE id = ?", [.integer(row)])
                return .success(())
            }
        }
    }

    /// Deletes all roles and policies of all accounts.
    public func deleteAll() throws(CatalogError) {
        try asCatalogError { () throws(StoreError) in
            try database.write { connection throws(StoreError) in
                try connection.run("DELETE FROM attachment")
                try connection.run("DELETE FROM entity")
            }
        }
    }
}
