public import Store

/// The durable rows: which functions and layer versions exist, and which bytes each of them refers to.
///
/// Accounts and regions never see each other's rows. What a function or layer version *is* stays opaque: a document
/// that the caller encodes, beside the columns that lists, filters and the collector need. All calls are synchronous,
/// may come from any thread, and are on disk when they return.
public final class Catalog: Sendable {
    let database: Database
    private let didCommit: @Sendable ([CatalogChange]) -> Void

    /// Opens the store `catalog`, which is made when it does not exist.
    ///
    /// - Parameter didCommit: Gets the changes of each transaction when they are durable, before the call that made
    ///   them returns, on its thread.
    public init(
        _ storage: any Storage, didCommit: @escaping @Sendable ([CatalogChange]) -> Void = { _ in }
    ) throws(CatalogError) {
        self.didCommit = didCommit
        database = try asCatalogError { () throws(StoreError) in
            try storage.open("catalog", migrations: CatalogSchema.migrations)
        }
    }

    /// The rows of roles and managed policies.
    public var identities: IdentityRows { IdentityRows(database: database) }

    /// Deletes all functions and layers of all accounts, and everything that belongs to them, in one transaction. The
    /// changes are told as those of single deletions. Numbers of versions start again.
    public func deleteFunctionsAndLayers() throws(CatalogError) {
        try asCatalogError { () throws(StoreError) in
            try commit(failingAs: { $0 }) { connection throws(StoreError) in
                for function in try connection.storedFunctions() { try connection.delete(function) }
                for table in ["function_numbers", "resource", "layer_version", "layer"] {
                    try connection.run("DELETE FROM \(table)")
                }
                connection.note(CatalogChange.releasedPackages)
            }
        }
    }

    /// Changes rows, all or nothing, and tells what changed.
    func commit<Value: Sendable, Failure: Error>(
        failingAs failure: (StoreError) -> Failure, _ body: (borrowing Connection) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let (value, notes) = try database.write(failingAs: failure) { connection throws(Failure) in
            let value = try body(connection)
            return (value, connection.takeNotes())
        }
        let changes = notes.compactMap { $0 as? CatalogChange }
        if !changes.isEmpty { didCommit(changes) }
        return value
    }
}
