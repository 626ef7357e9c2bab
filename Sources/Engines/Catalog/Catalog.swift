internal import SQLite

/// The durable rows: which functions and layer versions there are, and which bytes each of them refers to.
///
/// Accounts and regions never see each other's rows. What a function or layer version *is* stays opaque: a document
/// that the caller encodes, beside the columns that lists, filters and the collector need. All calls are synchronous,
/// may come from any thread, and are on disk when they return.
public final class Catalog: Sendable {
    let database: Database

    /// Opens a catalogue file, which is made when it is not there.
    public init(path: String) throws(CatalogError) {
        database = try asCatalogError { () throws(SQLiteError) in
            try Database(path: path, migrations: CatalogSchema.migrations)
        }
    }
}
