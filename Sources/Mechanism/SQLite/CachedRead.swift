internal import Synchronization

/// A value that is read from a database and kept in memory, with the knowledge whether it is current.
///
/// ``isCurrent`` and ``value`` use memory only, so threads that must not wait may call them. It sees the commits of
/// every connection, in this process and others. ``refresh()`` reads the database, on a connection of its own.
public final class CachedRead<Value: Sendable>: Sendable {
    private struct Memory {
        /// The index when the read began: the value has everything that was committed until then.
        var header: WriteAheadLogIndex.Header?
        var value: Value?
    }

    private let memory = Mutex(Memory())
    private let index: WriteAheadLogIndex
    /// Locked across I/O, by ``refresh()`` alone.
    private let connection: Mutex<Connection>
    private let read: @Sendable (borrowing Connection) throws(SQLiteError) -> Value

    /// Opens the connection. The value is not read yet.
    ///
    /// - Parameter read: reads the value from one snapshot of the database.
    public init(
        _ database: Database, read: @escaping @Sendable (borrowing Connection) throws(SQLiteError) -> Value
    ) throws(SQLiteError) {
        let reader = try database.openReader()
        index = try reader.writeAheadLogIndex()
        connection = Mutex(reader)
        self.read = read
    }

    /// Whether the value includes everything that has been committed. Memory only.
    public var isCurrent: Bool {
        guard let header = index.header else { return false }
        return memory.withLock { $0.header == header }
    }

    /// The value of the last refresh; `nil` before the first one and after one that failed. Memory only.
    public var value: Value? { memory.withLock { $0.value } }

    /// Reads the value, unless it is current. Waits for the disk.
    ///
    /// - Throws: what the read threw. There is no value then: an old one might grant what has been withdrawn.
    public func refresh() throws(SQLiteError) {
        try connection.withLock { connection throws(SQLiteError) in
            if isCurrent { return }
            let header = index.header
            do throws(SQLiteError) {
                // Begins after the header was read, so it sees every commit that the header shows.
                let value = try connection.transaction("BEGIN", failingAs: { $0 }, read)
                memory.withLock { $0 = Memory(header: header, value: value) }
            } catch {
                memory.withLock { $0 = Memory() }
                throw error
            }
        }
    }
}
