internal import CSQLite
internal import Synchronization

/// A value that is read from a database, and read again only after this or another process has changed the database.
///
/// Every use checks SQLite's `PRAGMA data_version`, which costs a few microseconds and no disk access. That number
/// belongs to one connection and changes with the commits of all others, so the value has a connection of its own,
/// which never writes. Calls may come from any thread.
public final class CachedRead<Value: Sendable>: Sendable {
    private struct State: ~Copyable {
        let connection: Connection
        var version: Int?
        var value: Value?
    }

    private let state: Mutex<State>
    private let read: @Sendable (borrowing Connection) throws(SQLiteError) -> Value

    /// Opens the connection. Nothing is read yet.
    ///
    /// - Parameter read: reads the value from one snapshot of the database.
    public init(
        _ database: Database, read: @escaping @Sendable (borrowing Connection) throws(SQLiteError) -> Value
    ) throws(SQLiteError) {
        state = Mutex(State(connection: try database.openReader(), version: nil, value: nil))
        self.read = read
    }

    /// The current value: it includes everything that was committed before the call.
    public func current() throws(SQLiteError) -> Value {
        try state.withLock { state throws(SQLiteError) in
            let version = try Self.version(state.connection)
            if let value = state.value, state.version == version { return value }
            // The version must describe the value: both come from the same snapshot.
            let (newVersion, value) = try state.connection.transaction("BEGIN", failingAs: { $0 }) {
                connection throws(SQLiteError) in (try Self.version(connection), try read(connection))
            }
            state.version = newVersion
            state.value = value
            return value
        }
    }

    private static func version(_ connection: borrowing Connection) throws(SQLiteError) -> Int {
        try connection.first("PRAGMA data_version") { $0.integer(0) } ?? 0
    }
}
