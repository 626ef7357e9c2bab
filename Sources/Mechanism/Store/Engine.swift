/// What keeps the rows of one store: an SQLite file, or a schema of a PostgreSQL database.
///
/// ``Database`` is the only caller. It makes closures with values and errors of their own of these plain ones, and
/// runs an attempt again that failed with ``StoreError/Kind/conflict``; an engine makes one attempt. All calls wait,
/// and may come from any thread at the same time.
public protocol Engine: Sendable {
    /// The dialect that the engine's migrations are written in.
    var dialect: SQLDialect { get }

    /// Lends a connection that sees one snapshot and cannot change it.
    ///
    /// Snapshot: PostgreSQL's `REPEATABLE READ, READ ONLY`, SQLite's deferred read transaction.
    ///
    /// - Parameter body: Called at most once. Returns whether all went well: else the connection is not used again. It
    ///   has its own way to report what it found, and what failed.
    /// - Throws: When the transaction could not begin, or could not end.
    func read(_ body: (borrowing Connection) -> Bool) throws(StoreError)

    /// Lends a connection in a transaction that is serializable, and returns when it is durable.
    ///
    /// The engine may let other calls' changes commit in the same transaction, but each call's are undone without
    /// those of others.
    ///
    /// - Parameter body: Called at most once, with a new ``Connection``. Returns whether to commit; else the changes
    ///   are rolled back, and this returns normally.
    /// - Throws: When the transaction could not begin, or could not commit: nothing has changed then, except where
    ///   ``StoreError/isOutcomeUnknown``.
    func write(_ body: (borrowing Connection) -> Bool) throws(StoreError)

    /// Runs `body`, which migrates the store, while no other process migrates one, as far as the engine needs that.
    func exclusively(_ body: () throws(StoreError) -> Void) throws(StoreError)

    /// Begins to watch for commits.
    func watchCommits() throws(StoreError) -> any CommitWatch

    /// Gives the disk back what deleted rows took, where that is worth it. Writers wait for a part of it at most.
    func releaseSpace() throws(StoreError)
}

extension Engine {
    /// Where transactions are enough: each migration looks in its own whether another process has applied it.
    public func exclusively(_ body: () throws(StoreError) -> Void) throws(StoreError) { try body() }

    /// Where the engine does so by itself.
    public func releaseSpace() throws(StoreError) {}
}

/// A connection as an engine implements it. Calls come from one thread at a time.
///
/// SQL has `?` placeholders, in order. The engine keeps prepared statements by their text.
public protocol EngineConnection: AnyObject {
    /// Runs one or more statements without placeholders, such as a schema.
    func execute(_ sql: String) throws(StoreError)

    /// Runs a statement that returns no rows.
    ///
    /// - Returns: How many rows it inserted, changed or deleted.
    func run(_ sql: String, _ values: [StoreValue]) throws(StoreError) -> Int

    /// Runs a statement that may return rows, and passes them to `receive` until that returns `false`.
    func query(
        _ sql: String, _ values: [StoreValue], _ receive: (borrowing Row) throws(StoreError) -> Bool
    ) throws(StoreError)
}

/// The databases of a server: a folder of SQLite files, or one PostgreSQL database with a schema for each store.
public protocol Storage: Sendable {
    /// Opens a store, and makes it where it does not exist.
    ///
    /// - Parameter name: Lowercase letters, digits and `_`: `catalog`, `events`, or a service's name.
    func engine(named name: String) throws(StoreError) -> any Engine

    /// Whether calls fail now because the database is away. Memory only.
    var isAway: Bool { get }
}

extension Storage {
    /// Always there.
    public var isAway: Bool { false }

    /// Opens a store and applies pending migrations.
    ///
    /// - Parameter migrations: All migrations since the first version, oldest first.
    public func open(_ name: String, migrations: [Migration]) throws(StoreError) -> Database {
        try Database(engine(named: name), migrations: migrations)
    }
}
