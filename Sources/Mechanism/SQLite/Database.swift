internal import CSQLite
internal import Synchronization

/// An SQLite database: one connection that writes, under a lock, and connections that read beside it.
///
/// The journal is a write-ahead log with full synchronisation: what `write` returned from survives a power failure, and
/// readers never wait for the writer. All calls are synchronous and may come from any thread. A closure must not call
/// its own database again: it would wait for itself.
public final class Database: Sendable {
    private let path: String
    private let writer: Mutex<Connection>
    private let idleReaders = Mutex(ReaderPool())

    /// Connections that read and wait for the next reader. More than this are closed after use.
    private static let maximumIdleReaderCount = 4
    /// Only another process can hold a lock against us (a backup, a shell); it gets this long to finish.
    private static let busyTimeoutMilliseconds: Int32 = 5_000

    /// Opens a database file, which is made when it is not there, and brings its schema up to date.
    ///
    /// - Parameter migrations: All that ever were, oldest first.
    public init(path: String, migrations: [Migration]) throws(SQLiteError) {
        let connection = try Self.open(path, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
        // The journal mode is kept in the file; the other settings belong to the connection.
        try connection.execute("PRAGMA journal_mode = WAL")
        try connection.execute("PRAGMA synchronous = FULL")
        try connection.execute("PRAGMA foreign_keys = ON")
        try Migration.apply(migrations, to: connection)
        self.path = path
        writer = Mutex(connection)
    }

    /// Runs statements that see one state of the database. They cannot change it.
    public func read<Value: Sendable>(
        _ body: (borrowing Connection) throws(SQLiteError) -> Value
    ) throws(SQLiteError) -> Value {
        try read(failingAs: { $0 }, body)
    }

    /// The same for a closure that has errors of its own.
    ///
    /// - Parameter failure: Makes one of them of SQLite's.
    public func read<Value: Sendable, Failure: Error>(
        failingAs failure: (SQLiteError) -> Failure, _ body: (borrowing Connection) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        // A connection whose transaction fails is closed, with whatever state the error left it in.
        let reader: Connection
        do throws(SQLiteError) { reader = try takeReader() } catch { throw failure(error) }
        let value = try reader.transaction("BEGIN", failingAs: failure, body)
        var returned: Connection? = reader
        idleReaders.withLock { pool in
            if let reader = returned.take() { pool.put(reader, maximumCount: Self.maximumIdleReaderCount) }
        }
        return value
    }

    /// Runs statements as one transaction: all of them take effect, or none when the closure throws.
    public func write<Value: Sendable>(
        _ body: (borrowing Connection) throws(SQLiteError) -> Value
    ) throws(SQLiteError) -> Value {
        try write(failingAs: { $0 }, body)
    }

    /// The same for a closure that has errors of its own.
    ///
    /// - Parameter failure: Makes one of them of SQLite's.
    public func write<Value: Sendable, Failure: Error>(
        failingAs failure: (SQLiteError) -> Failure, _ body: (borrowing Connection) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try writer.withLock { connection throws(Failure) in
            // Immediate: the lock is taken at once and not at the first change, where it could fail half-way.
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
            // The first error is the one to tell; SQLite may have rolled back by itself already.
            try? execute("ROLLBACK")
            throw error
        }
    }
}
