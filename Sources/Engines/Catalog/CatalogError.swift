public import Store

/// Why a catalogue call failed. It has changed nothing.
public enum CatalogError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The database failed.
    case storage(StoreError)

    /// The failure of the store.
    public var cause: StoreError {
        switch self {
        case .storage(let error): error
        }
    }

    /// A sentence for the log.
    public var description: String {
        switch self {
        case .storage(let error): error.description
        }
    }
}

/// Runs database work and wraps its errors as ``CatalogError``.
func asCatalogError<Value>(_ body: () throws(StoreError) -> Value) throws(CatalogError) -> Value {
    do throws(StoreError) {
        return try body()
    } catch {
        throw .storage(error)
    }
}
