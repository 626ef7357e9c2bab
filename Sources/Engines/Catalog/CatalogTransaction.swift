public import SQLite

/// What the rows of one transaction are read and written through: all of its changes take effect, or none.
///
/// It is the database's connection, lent to a closure; who does not import SQLite sees only the verbs of this target.
/// A rule that must hold between rows (an alias points at a version that exists) is checked in the transaction that
/// could break it, so nothing can come in between.
public typealias CatalogTransaction = Connection

extension Catalog {
    /// Reads rows as they all were at one moment. What the closure throws comes out unchanged.
    public func read<Value: Sendable>(_ body: (borrowing CatalogTransaction) throws -> Value) throws -> Value {
        try database.read(failingAs: { CatalogError.storage($0) as any Error }, body)
    }

    /// Changes rows, all or nothing: when the closure throws, nothing has changed, and its error comes out unchanged.
    ///
    /// Writers take turns, so a closure must not wait for anything, nor call the catalogue itself.
    public func write<Value: Sendable>(_ body: (borrowing CatalogTransaction) throws -> Value) throws -> Value {
        try commit(failingAs: { CatalogError.storage($0) as any Error }, body)
    }
}
