public import Store

/// What a process uses a database as: it decides which locks its connections hold.
public enum PostgreSQLRole: Hashable, Sendable {
    /// The server that owns it: there is one at a time.
    case server
    /// A tool beside the server, such as one that manages access keys.
    case tool
}

/// What happens to the connection with a database, for a log.
public enum PostgreSQLEvent: Sendable {
    /// The database is away. Calls fail with ``StoreError/Kind/unavailable`` from now on.
    case lost(StoreError)
    /// The database is back, and this server owns it again.
    case regained
}

/// One PostgreSQL database, with a schema for each store.
///
/// Of servers, one at a time uses a database: it holds a lock there. While the database is away, calls fail at once;
/// a thread reconnects. Nothing that was committed is lost, and a transaction under way is undone by the database.
/// The connections close when this and all its stores are gone, or at ``close()``.
public final class PostgreSQLStorage: Storage {
    let session: ServerSession
    let pool: ConnectionPool

    /// Connects.
    ///
    /// - Parameter didChange: Called on a thread of this storage.
    /// - Throws: `.unavailable` where the database cannot be reached, `.invalid` where another server uses it, or it
    ///   cannot be used.
    public init(
        _ address: DatabaseAddress, role: PostgreSQLRole,
        didChange: @escaping @Sendable (PostgreSQLEvent) -> Void = { _ in }
    ) throws(StoreError) {
        session = try ServerSession(Connector(address: address), role: role, didChange: didChange)
        pool = ConnectionPool(session)
    }

    deinit { close() }

    /// Closes all connections; another server may use the database then. Calls fail from now on.
    public func close() {
        session.stop()
        pool.close()
    }

    /// Whether there is no session with the database.
    public var isAway: Bool { session.state.token == nil }

    /// Opens a store, and makes its schema `strata_NAME` where there is none.
    public func engine(named name: String) throws(StoreError) -> any Engine {
        let isName = name.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || byte == UInt8(ascii: "_")
        }
        guard isName, !name.isEmpty, name.utf8.count < 50 else { throw .refused("'\(name)' is no name of a store") }
        let engine = PostgreSQLEngine(schema: "strata_\(name)", self)
        try engine.createSchema()
        return engine
    }
}
