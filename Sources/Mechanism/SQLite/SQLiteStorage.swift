public import Store

/// A folder with an SQLite file for each store: `catalog` is in `catalog.sqlite`.
public struct SQLiteStorage: Storage {
    private let folder: String

    /// Names a folder, which has to exist.
    public init(folder: String) { self.folder = folder }

    /// Opens a store's file, which is created when it does not exist.
    public func engine(named name: String) throws(StoreError) -> any Engine {
        try SQLiteEngine(path: "\(folder)/\(name).sqlite")
    }
}
