public import Store

/// Reads and writes the rows of one transaction: all of its changes take effect, or none.
///
/// It is the database's connection, lent to a closure. Code that does not import Store sees only this target's
/// methods. A rule that must hold between rows (an alias points at a version that exists) is checked in the transaction
/// that could break it, so no other write can come in between.
public typealias CatalogTransaction = Connection

extension Catalog {
    /// Reads rows in one snapshot. Errors of the closure are rethrown unchanged.
    public func read<Value: Sendable>(_ body: (borrowing CatalogTransaction) throws -> Value) throws -> Value {
        try database.read(failingAs: { CatalogError.storage($0) as any Error }, body)
    }

    /// Changes rows, all or nothing: when the closure throws, nothing has changed, and its error is rethrown unchanged.
    ///
    /// There may be one writer at a time, so a closure must not block, nor call the catalogue itself. It may run more
    /// than once, and has no effect beyond the transaction.
    public func write<Value: Sendable>(_ body: (borrowing CatalogTransaction) throws -> Value) throws -> Value {
        try commit(failingAs: { CatalogError.storage($0) as any Error }, body)
    }
}
