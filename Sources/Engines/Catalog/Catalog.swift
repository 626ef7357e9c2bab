internal import SQLite

/// The durable rows: which functions and layer versions exist, and which bytes each of them refers to.
///
/// Accounts and regions never see each other's rows. What a function or layer version *is* stays opaque: a document
/// that the caller encodes, beside the columns that lists, filters and the collector need. All calls are synchronous,
/// may come from any thread, and are on disk when they return.
public final class Catalog: Sendable {
    let database: Database
    private let didCommit: @Sendable ([CatalogChange]) -> Void

    /// Opens a catalogue file, which is created when it does not exist.
    ///
    /// - Parameter didCommit: gets the changes of each transaction when they are durable, before the call that made
    ///   them
    ///   returns, on its thread.
    public init(
        path: String, didCommit: @escaping @Sendable ([CatalogChange]) -> Void = { _ in }
    ) throws(CatalogError) {
        self.didCommit = didCommit
        database = try asCatalogError { () throws(SQLiteError) in
            try Database(path: path, migrations: CatalogSchema.migrations)
        }
    }

    /// Changes rows, all or nothing, and tells what changed.
    func commit<Value: Sendable, Failure: Error>(
        failingAs failure: (SQLiteError) -> Failure, _ body: (borrowing Connection) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let (value, notes) = try database.write(failingAs: failure) { connection throws(Failure) in
            _ = connection.takeNotes()
            let value = try body(connection)
            return (value, connection.takeNotes())
        }
        let changes = notes.compactMap { $0 as? CatalogChange }
        if !changes.isEmpty { didCommit(changes) }
        return value
    }
}
