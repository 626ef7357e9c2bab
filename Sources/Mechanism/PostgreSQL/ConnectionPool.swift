internal import LinuxSystem
internal import Store
internal import Synchronization

/// A bounded number of connections for the transactions of all stores.
///
/// A connection that is lost is closed, and the next call makes another. While the server's session is away, calls fail
/// at once. All connections of an earlier session are closed: what they do is no longer covered by the server's lock.
final class ConnectionPool: Sendable {
    /// A transaction that has begun.
    struct Transaction {
        let connection: ServerConnection
        /// What the server knows it by; empty where it only reads.
        let id: String
        /// Of the session in which it began.
        let token: Int64
    }

    private struct Idle {
        let connection: ServerConnection
        let token: Int64
    }

    private let session: ServerSession
    private let idle = Mutex<[Idle]>([])
    /// As many signals as connections may still be lent.
    private let permits = Semaphore(count: capacity)

    /// Connections at most. A database takes 100 by default (`max_connections`), and far fewer keep it busy.
    static let capacity = 16
    /// How long a call waits for a connection; then the database is much slower than the calls that come.
    private static let waitMilliseconds: UInt64 = 10_000

    init(_ session: ServerSession) {
        self.session = session
        // They share the lock that the next session needs for itself for a moment.
        session.whenLost { [weak self] in self?.close() }
    }

    /// Begins a transaction on an idle connection, or on a new one.
    func begin(_ kind: TransactionKind, schema: String) throws(StoreError) -> Transaction {
        // Before the wait: calls that began before the session was lost may hold every connection for a while.
        _ = try session.state.requireToken()
        guard permits.wait(untilNanoseconds: Deadline(milliseconds: Self.waitMilliseconds).nanoseconds) else {
            throw StoreError(.busy, code: "PostgreSQL", message: "all \(Self.capacity) connections are in use")
        }
        do throws(StoreError) { return try beginWithPermit(kind, schema) } catch {
            permits.signal()
            throw error
        }
    }

    /// Takes back a connection whose transaction has ended.
    func end(_ transaction: Transaction) {
        keep(Idle(connection: transaction.connection, token: transaction.token))
        permits.signal()
    }

    /// Lends a connection outside a transaction, beside those of the pool.
    func withExtraConnection<Value>(
        _ body: (ServerConnection) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        let connection = try session.connect(token: session.state.requireToken())
        defer { session.unregister(connection) }
        return try body(connection)
    }

    /// Closes the idle connections.
    func close() {
        for entry in idle.withLock({ entries in entries.takeAll() }) { session.unregister(entry.connection) }
    }

    private func beginWithPermit(_ kind: TransactionKind, _ schema: String) throws(StoreError) -> Transaction {
        while let entry = try takeIdle() {
            do throws(StoreError) { return try begin(kind, schema, entry) } catch {
                // It was lost while it was idle: nothing has been done.
                if !entry.connection.isBroken { throw error }
            }
        }
        let token = try session.state.requireToken()
        return try begin(kind, schema, Idle(connection: try session.connect(token: token), token: token))
    }

    private func begin(
        _ kind: TransactionKind, _ schema: String, _ entry: Idle
    ) throws(StoreError) -> Transaction {
        do throws(StoreError) {
            let id = try entry.connection.begin(kind, schema: schema)
            return Transaction(connection: entry.connection, id: id, token: entry.token)
        } catch {
            entry.connection.rollback()
            keep(entry)
            throw error
        }
    }

    /// The connection that was used last, of the present session.
    private func takeIdle() throws(StoreError) -> Idle? {
        while true {
            let token = try session.state.requireToken()
            guard let entry = idle.withLock({ $0.popLast() }) else { return nil }
            if entry.token == token { return entry }
            session.unregister(entry.connection)
        }
    }

    private func keep(_ entry: Idle) {
        if entry.connection.isBroken || entry.token != session.state.token {
            session.unregister(entry.connection)
        } else {
            idle.withLock { $0.append(entry) }
        }
    }
}

extension Array {
    /// All elements; none are left.
    fileprivate mutating func takeAll() -> [Element] {
        defer { self = [] }
        return self
    }
}
