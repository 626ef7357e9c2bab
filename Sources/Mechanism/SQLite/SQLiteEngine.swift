internal import CSQLite
public import Store
internal import Synchronization

/// An SQLite file as a store: one writing connection, lent to one writer at a time, and a pool of reading connections.
///
/// The journal is a write-ahead log with full synchronisation: a transaction survives a power failure once `write` has
/// returned, and readers never wait for the writer. Writers that come at the same time share a transaction and its
/// fsync: ``GroupCommit``.
public final class SQLiteEngine: Engine {
    private let path: String
    /// Used by the writer whose turn it is.
    private let connection: SQLiteConnection
    private let commits = Mutex(GroupCommit<PendingWrite>())
    private let idleReaders = Mutex<[SQLiteConnection]>([])

    /// The most idle reading connections; further ones are closed after use.
    private static let maximumIdleReaderCount = 4
    /// Only another process (a backup, a shell) can hold a conflicting lock; it gets this long to finish.
    private static let busyTimeoutMilliseconds: Int32 = 5_000

    /// Opens a database file, which is created when it does not exist.
    public init(path: String) throws(StoreError) {
        let connection = try Self.open(path, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
        try connection.prepareToShrink()
        // The journal mode is stored in the file; the other settings belong to the connection.
        try connection.execute("PRAGMA journal_mode = WAL")
        try connection.execute("PRAGMA synchronous = FULL")
        try connection.execute("PRAGMA foreign_keys = ON")
        self.path = path
        self.connection = connection
    }

    /// SQLite's dialect.
    public var dialect: SQLDialect { .sqlite }

    /// Lends an idle reading connection, or a new one.
    public func read(_ body: (borrowing Connection) -> Bool) throws(StoreError) {
        let idle = idleReaders.withLock { $0.popLast() }
        let reader = if let idle { idle } else { try openReader() }
        try reader.perform("BEGIN")
        // A connection whose transaction fails is closed: its state after the error is unknown.
        guard body(Connection(reader)) else { return }
        try reader.perform("COMMIT")
        idleReaders.withLock { if $0.count < Self.maximumIdleReaderCount { $0.append(reader) } }
    }

    /// Watches the memory that all connections to the file share.
    public func watchCommits() throws(StoreError) -> any CommitWatch { try SQLiteCommitWatch(openReader()) }

    /// Opens a connection that cannot change the database.
    func openReader() throws(StoreError) -> SQLiteConnection {
        let connection = try Self.open(path, flags: SQLITE_OPEN_READWRITE)
        try connection.execute("PRAGMA query_only = ON")
        return connection
    }

    private static func open(_ path: String, flags: Int32) throws(StoreError) -> SQLiteConnection {
        let connection = try SQLiteConnection(path: path, flags: flags)
        connection.setBusyTimeout(milliseconds: busyTimeoutMilliseconds)
        return connection
    }
}

extension SQLiteEngine {
    /// Lends the writing connection, to one call at a time. The transaction may have changes of other calls, which
    /// commit with it; each is undone alone where its closure fails.
    public func write(_ body: (borrowing Connection) -> Bool) throws(StoreError) {
        let writer = PendingWrite()
        if !commits.withLock({ $0.didArrive(writer) }) { writer.waitForGrant() }
        // From here to the next signal the connection is this thread's, and the group does not change.
        let isInTransaction = try commits.withLock(\.group.isEmpty) ? lead(body) : join(body)
        guard isInTransaction else { return }
        switch commits.withLock({ $0.didRun(writer) }) {
        case .hand(let next):
            next.grant()
            try writer.waitForEnd()
        case .commit:
            try commit(for: writer)
        }
    }

    /// How many writers wait for their turn.
    var waitingCount: Int { commits.withLock(\.waitingCount) }

    /// Begins a transaction with the first closure of a group.
    ///
    /// - Returns: Whether the transaction is open; else another writer has the connection.
    private func lead(_ body: (borrowing Connection) -> Bool) throws(StoreError) -> Bool {
        do throws(StoreError) {
            // IMMEDIATE takes the lock at once, not at the first change, where the transaction could fail half-way.
            try connection.perform("BEGIN IMMEDIATE")
            let isKept = body(Connection(connection))
            if isKept, !connection.isIdle { return true }
            rollBack()
            if isKept { throw Self.lostGroup }
        } catch {
            end(nil)
            throw error
        }
        end(nil)
        return false
    }

    /// Runs a closure in the group's transaction.
    ///
    /// - Returns: Whether the transaction is still open; else another writer has the connection.
    private func join(_ body: (borrowing Connection) -> Bool) throws(StoreError) -> Bool {
        do throws(StoreError) {
            try connection.perform("SAVEPOINT writer")
            let isKept = body(Connection(connection))
            // SQLite may have rolled everything back by itself: the disk is full, for instance.
            if isKept, connection.isIdle { throw Self.lostGroup }
            if !isKept, !connection.isIdle { try connection.perform("ROLLBACK TO writer") }
            if !connection.isIdle {
                try connection.perform("RELEASE writer")
                return true
            }
        } catch {
            // The group's changes cannot be told from this writer's any more.
            rollBack()
            end(error)
            throw error
        }
        end(Self.lostGroup)
        return false
    }

    /// Commits for the whole group.
    private func commit(for writer: PendingWrite) throws(StoreError) {
        do throws(StoreError) { try connection.perform("COMMIT") } catch {
            rollBack()
            end(error, except: writer)
            throw error
        }
        end(nil, except: writer)
    }

    private func rollBack() {
        // It fails where SQLite has rolled back by itself, which is what is wanted.
        if !connection.isIdle { try? connection.perform("ROLLBACK") }
    }

    /// Hands the connection over and tells the group how its transaction has ended. A writer whose own statements did
    /// not fail runs again, and finds out for itself what is wrong.
    private func end(_ failure: StoreError?, except writer: PendingWrite? = nil) {
        let (group, next) = commits.withLock { $0.didEnd() }
        next?.grant()
        let conflict = failure.map { StoreError(.conflict, code: $0.code, message: $0.message, sql: $0.sql) }
        for member in group where member !== writer { member.end(conflict) }
    }

    private static let lostGroup = StoreError(
        .conflict, code: "SQLite", message: "another writer's failure has rolled the transaction back")
}
