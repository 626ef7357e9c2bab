internal import CSQLite
internal import Synchronization

/// Something read from a database that is read again only after the database has changed, by whomever: this process or
/// another one.
///
/// Whether it has changed is asked before every use, of SQLite itself (`PRAGMA data_version`, which costs a few
/// microseconds and no disk access). That number belongs to one connection and counts the commits of all others, so
/// the value has a connection of its own, which never writes. Calls may come from any thread.
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
    /// - Parameter read: reads the value; sees one state of the database.
    public init(
        _ database: Database, read: @escaping @Sendable (borrowing Connection) throws(SQLiteError) -> Value
    ) throws(SQLiteError) {
        state = Mutex(State(connection: try database.openReader(), version: nil, value: nil))
        self.read = read
    }

    /// The value as it is now: what was committed before the call is in it.
    public func current() throws(SQLiteError) -> Value {
        try state.withLock { state throws(SQLiteError) in
            let version = try Self.version(state.connection)
            if let value = state.value, state.version == version { return value }
            // Number and value belong together: both are of the same snapshot.
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
