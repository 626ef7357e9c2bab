internal import SQLite

/// The durable rows: functions, layer versions and the packages that they refer to.
///
/// Accounts and regions never see each other's rows. A function's or layer version's configuration is opaque: a
/// document that the caller encodes, beside the columns that lists, filters and the collector need. All calls are
/// synchronous, safe on any thread, and durable when they return.
public final class Catalog: Sendable {
    let database: Database

    /// Opens a catalogue file, and creates it when it does not exist.
    public init(path: String) throws(CatalogError) {
        database = try asCatalogError { () throws(SQLiteError) in
            try Database(path: path, migrations: CatalogSchema.migrations)
        }
    }
}
