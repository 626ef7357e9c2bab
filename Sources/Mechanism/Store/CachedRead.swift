internal import Synchronization

/// A value that is read from a database and kept in memory, with the knowledge whether it is current.
///
/// ``isCurrent`` and ``value`` use memory only, so threads that must not wait may call them. ``refresh()`` reads the
/// database.
public final class CachedRead<Value: Sendable>: Sendable {
    private struct Memory {
        /// The mark when the read began: the value has everything that was committed until then.
        var mark: CommitMark?
        var value: Value?
    }

    private let memory = Mutex(Memory())
    private let database: Database
    private let watch: any CommitWatch
    /// Locked across I/O, by ``refresh()`` alone, so that one of many callers reads.
    private let reading = Mutex(())
    private let read: @Sendable (borrowing Connection) throws(StoreError) -> Value

    /// Begins to watch. The value is not read yet.
    ///
    /// - Parameter read: Reads the value from one snapshot of the database.
    public convenience init(
        _ database: Database, read: @escaping @Sendable (borrowing Connection) throws(StoreError) -> Value
    ) throws(StoreError) {
        self.init(database, try database.watchCommits(), read)
    }

    // Does not throw: the optimizer of Swift 6.3 fails on an initializer that may leave locks behind.
    private init(
        _ database: Database, _ watch: any CommitWatch,
        _ read: @escaping @Sendable (borrowing Connection) throws(StoreError) -> Value
    ) {
        self.database = database
        self.watch = watch
        self.read = read
    }

    /// Whether the value includes everything that has been committed. Memory only.
    public var isCurrent: Bool {
        guard let mark = watch.mark else { return false }
        return memory.withLock { $0.mark == mark }
    }

    /// The value of the last refresh; `nil` before the first one and after one that failed. Memory only.
    public var value: Value? { memory.withLock { $0.value } }

    /// Reads the value, unless it is current. Waits for the database.
    ///
    /// - Throws: What the read threw. There is no value then: an old one might grant what has been withdrawn.
    public func refresh() throws(StoreError) {
        try reading.withLock { _ throws(StoreError) in
            if isCurrent { return }
            let mark = watch.mark
            do throws(StoreError) {
                // Begins after the mark was taken, so it sees every commit that the mark covers.
                let value = try database.read(read)
                memory.withLock { $0 = Memory(mark: mark, value: value) }
            } catch {
                memory.withLock { $0 = Memory() }
                throw error
            }
        }
    }
}
