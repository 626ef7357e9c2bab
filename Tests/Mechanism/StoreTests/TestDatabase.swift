import Store
import StoreEngines

/// A database with a table of items, in storage of its own.
struct TestDatabase {
    let storage: TestStorage

    init() throws { storage = try TestStorage() }

    func open(_ migrations: [Migration] = [TestDatabase.items]) throws -> Database {
        try storage.open("test", migrations: migrations)
    }

    static let items = Migration("items", "CREATE TABLE item (name TEXT PRIMARY KEY, size INTEGER, data BLOB) STRICT")
}
