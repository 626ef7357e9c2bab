public import Domain
internal import Store

extension IdentityRows {
    /// Attaches a policy to a role; attaching it again is no error. A boundary replaces the one before.
    ///
    /// - Parameter limit: How many permissions policies the role may have.
    public func attach(
        _ policy: PolicyARN, as usage: Attachment.Usage, to role: EntityID, limit: Int
    ) throws(CatalogError) -> Result<Void, IdentityRefusal> {
        try asCatalogError { () throws(StoreError) in
            try database.write { connection throws(StoreError) -> Result<Void, IdentityRefusal> in
                guard let row = try connection.entity(role)?.row else { return .failure(.missing(role)) }
                guard try connection.hasPolicy(policy, role.account) else { return .failure(.missingPolicy(policy)) }
                if usage == .boundary { try connection.detachBoundary(of: row) }
                let others = try connection.count(
                    "WHERE role = ? AND usage = ? AND policy <> ?",
                    [.integer(row), .text(usage.rawValue), .text(policy.description)])
                guard others < limit else { return .failure(.limitExceeded) }
                try connection.attach(policy, as: usage, to: row)
                return .success(())
            }
        }
    }

    /// Detaches a permissions policy from a role.
    public func detach(_ policy: PolicyARN, from role: EntityID) throws(CatalogError) -> Result<Void, IdentityRefusal> {
        try asCatalogError { () throws(StoreError) in
            try database.write { connection throws(StoreError) -> Result<Void, IdentityRefusal> in
                guard let row = try connection.entity(role)?.row else { return .failure(.missing(role)) }
                let count = try connection.run(
                    "DELETE FROM attachment WHERE role = ? AND usage = 'permissions' AND policy = ?",
                    [.integer(row), .text(policy.description)])
                return count == 0 ? .failure(.missingPolicy(policy)) : .success(())
            }
        }
    }

    /// Removes a role's permissions boundary; a role without one is no error.
    public func detachBoundary(from role: EntityID) throws(CatalogError) -> Result<Void, IdentityRefusal> {
        try asCatalogError { () throws(StoreError) in
            try database.write { connection throws(StoreError) -> Result<Void, IdentityRefusal> in
                guard let row = try connection.entity(role)?.row else { return .failure(.missing(role)) }
                try connection.detachBoundary(of: row)
                return .success(())
            }
        }
    }

    /// The policies attached to a role, in the order in which they were attached; `nil` when there is no such role.
    public func attachments(of role: EntityID, as usage: Attachment.Usage) throws(CatalogError) -> [Attachment]? {
        try asCatalogError { () throws(StoreError) in
            try database.read { connection throws(StoreError) -> [Attachment]? in
                guard let row = try connection.entity(role)?.row else { return nil }
                return try connection.attachments(
                    "WHERE role = ? AND usage = ?", [.integer(row), .text(usage.rawValue)])
            }
        }
    }

    /// The roles of an account that a policy is attached to, in the order in which it was attached.
    ///
    /// - Parameter usage: Only attachments of this usage; `nil` for all.
    public func attachments(
        of policy: PolicyARN, account: AccountID, as usage: Attachment.Usage? = nil
    ) throws(CatalogError) -> [Attachment] {
        try asCatalogError { () throws(StoreError) in
            try database.read { connection throws(StoreError) in
                try connection.attachments(
                    "WHERE policy = ? AND usage = coalesce(?, usage) AND account = ?",
                    [
                        .text(policy.description), usage.map { .text($0.rawValue) } ?? .null,
                        .text(account.description),
                    ])
            }
        }
    }
}

extension Connection {
    /// A role or policy with its row id.
    borrowing func entity(_ id: EntityID) throws(StoreError) -> (row: Int, record: EntityRecord)? {
        try first("SELECT id, path, document FROM entity WHERE kind = ? AND account = ? AND name = ?", id.values) {
            ($0.integer(0), EntityRecord(id: id, path: $0.text(1), document: $0.blob(2)))
        }
    }

    /// Whether an account may use a policy: one of its own, at this path, or any of AWS's.
    borrowing func hasPolicy(_ policy: PolicyARN, _ account: AccountID) throws(StoreError) -> Bool {
        guard let id = policy.entity else { return true }
        return id.account == account ? try entity(id)?.record.path == policy.path : false
    }

    borrowing func attach(_ policy: PolicyARN, as usage: Attachment.Usage, to role: Int) throws(StoreError) {
        try run(
            "INSERT INTO attachment (role, usage, policy) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [.integer(role), .text(usage.rawValue), .text(policy.description)])
    }

    borrowing func detachBoundary(of role: Int) throws(StoreError) {
        try run("DELETE FROM attachment WHERE role = ? AND usage = 'boundary'", [.integer(role)])
    }

    /// The number of attachments that meet a condition.
    borrowing func count(_ condition: String, _ values: [StoreValue]) throws(StoreError) -> Int {
        try first("SELECT count(*) FROM attachment \(condition)", values) { $0.integer(0) } ?? 0
    }

    /// The attachments that meet a condition, in the order in which they were made.
    borrowing func attachments(_ condition: String, _ values: [StoreValue]) throws(StoreError) -> [Attachment] {
        let sql = """
            SELECT attachment.id, name, policy FROM attachment JOIN entity ON entity.id = role \(condition)
            ORDER BY attachment.id
            """
        return try all(sql, values) { row throws(StoreError) in
            guard let policy = PolicyARN(row.text(2)) else { throw .damagedRow("policy") }
            return Attachment(number: row.integer(0), role: row.text(1), policy: policy)
        }
    }
}
