internal import CSQLite
internal import Synchronization

/// An SQLite database: one writing connection under a lock, and a pool of reading connections.
///
/// The journal is a write-ahead log with full synchronisation: a transaction survives a power failure once `write` has
/// returned, and readers never wait for the writer. All calls are synchronous and may come from any thread. A closure
/// must not call its own database: it would deadlock.
public final class Database: Sendable {
    private let path: String
    private let writer: Mutex<Connection>
    private let idleReaders = Mutex(ReaderPool())

    /// The most idle reading connections; further ones are closed after use.
    private static let maximumIdleReaderCount = 4
    /// Only another process (a backup, a shell) can hold a conflicting lock; it gets this long to finish.
    private static let busyTimeoutMilliseconds: Int32 = 5_000

    /// Opens a database file, which is created when it does not exist, and applies pending migrations.
    ///
    /// - Parameter migrations: All migrations since the first version, oldest first.
    public init(path: String, migrations: [Migration]) throws(SQLiteError) {
        let connection = try Self.open(path, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
        // The journal mode is stored in the file; the other settings belong to the connection.
        try connection.execute("PRAGMA journal_mode = WAL")
        try connection.execute("PRAGMA synchronous = FULL")
        try connection.execute("PRAGMA foreign_keys = ON")
        try Migration.apply(migrations, to: connection)
        self.path = path
        writer = Mutex(connection)
    }

    /// Runs statements on one snapshot of the database. They cannot change it.
    public func read<Value: Sendable>(
        _ body: (borrowing Connection) throws(SQLiteError) -> Value
    ) throws(SQLiteError) -> Value {
        try read(failingAs: { $0 }, body)
    }

    /// The same for a closure with its own error type.
    ///
    /// - Parameter failure: Converts SQLite's errors to that type.
    public func read<Value: Sendable, Failure: Error>(
        failingAs failure: (SQLiteError) -> Failure, _ body: (borrowing Connection) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        // A connection whose transaction fails is closed: its state after the error is unknown.
        let reader: Connection
        do throws(SQLiteError) { reader = try takeReader() } catch { throw failure(error) }
        let value = try reader.transaction("BEGIN", failingAs: failure, body)
        var returned: Connection? = reader
        idleReaders.withLock { pool in
            if let reader = returned.take() { pool.put(reader, maximumCount: Self.maximumIdleReaderCount) }
        }
        return value
    }

    /// Runs statements as one transaction: all take effect, or none when the closure throws.
    public func write<Value: Sendable>(
        _ body: (borrowing Connection) throws(SQLiteError) -> Value
    ) throws(SQLiteError) -> Value {
        try write(failingAs: { $0 }, body)
    }

    /// The same for a closure with its own error type.
    ///
    /// - Parameter failure: Converts SQLite's errors to that type.
    public func write<Value: Sendable, Failure: Error>(
        failingAs failure: (SQLiteError) -> Failure, _ body: (borrowing Connection) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try writer.withLock { connection throws(Failure) in
            // IMMEDIATE takes the lock at once, not at the first change, where the transaction could fail half-way.
            try connection.transaction("BEGIN IMMEDIATE", failingAs: failure, body)
        }
    }

    private func takeReader() throws(SQLiteError) -> Connection {
        if let reader = idleReaders.withLock({ $0.take() }) { return reader }
        return try openReader()
    }

    /// Opens a connection that cannot change the database.
    func openReader() throws(SQLiteError) -> Connection {
        let connection = try Self.open(path, flags: SQLITE_OPEN_READWRITE)
        try connection.execute("PRAGMA query_only = ON")
        return connection
    }

    private static func open(_ path: String, flags: Int32) throws(SQLiteError) -> Connection {
        let connection = try Connection(path: path, flags: flags)
        connection.setBusyTimeout(milliseconds: busyTimeoutMilliseconds)
        return connection
    }
}

extension Connection {
    /// Runs `body` between `begin` and `COMMIT`, or `ROLLBACK` when it throws.
    borrowing func transaction<Value, Failure: Error>(
        _ begin: String, failingAs failure: (SQLiteError) -> Failure,
        _ body: (borrowing Connection) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        do throws(SQLiteError) { try execute(begin) } catch { throw failure(error) }
        do throws(Failure) {
            let value = try body(self)
            do throws(SQLiteError) { try execute("COMMIT") } catch { throw failure(error) }
            return value
        } catch {
            // The first error is the one to report; SQLite may already have rolled back by itself.
            try? execute("ROLLBACK")
            throw error
        }
    }
}
