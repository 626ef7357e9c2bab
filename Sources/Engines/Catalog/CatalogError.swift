public import SQLite

/// Why a catalogue call failed. It has changed nothing.
public enum CatalogError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The database failed.
    case storage(SQLiteError)

    /// A sentence for the log.
    public var description: String {
        switch self {
        case .storage(let error): error.description
        }
    }
}

/// Runs database work and wraps its errors as ``CatalogError``.
func asCatalogError<Value>(_ body: () throws(SQLiteError) -> Value) throws(CatalogError) -> Value {
    do throws(SQLiteError) {
        return try body()
    } catch {
        throw .storage(error)
    }
}
