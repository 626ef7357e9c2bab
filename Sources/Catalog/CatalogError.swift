public import Domain
public import SQLite

/// Why a catalogue call did nothing.
public enum CatalogError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is a function of this name already.
    case alreadyExists(FunctionID)
    /// There is no such function.
    case notFound(FunctionID)
    /// Somebody else changed the function first; its revision is now another.
    case revisionChanged(current: RevisionID)
    /// The database failed.
    case storage(SQLiteError)

    /// A sentence for the log.
    public var description: String {
        switch self {
        case .alreadyExists(let id): "\(id) exists already"
        case .notFound(let id): "\(id) does not exist"
        case .revisionChanged(let current): "the revision is \(current) by now"
        case .storage(let error): error.description
        }
    }
}

/// Runs database work and gives its errors the catalogue's type.
func cataloguing<Value>(_ body: () throws(SQLiteError) -> Value) throws(CatalogError) -> Value {
    do throws(SQLiteError) {
        return try body()
    } catch {
        throw .storage(error)
    }
}
