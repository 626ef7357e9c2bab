internal import Store

/// The advisory locks by which one server owns a database, as `DATA/lock` is for a folder
/// (<https://www.postgresql.org/docs/15/explicit-locking.html#ADVISORY-LOCKS>).
///
/// The server's session holds `server` for itself. Each connection of its pool shares `work`, so that the next server
/// does not begin while a transaction of the last one is under way.
///
/// Every session, also a tool's, locks a random number, its token. By it another connection finds out that the session
/// is still there, so that the database was not restarted since: then another server may have come first.
enum ServerLocks {
    /// "Strata" in ASCII, and a number.
    static let server: Int64 = 0x5374_7261_7461_0001
    private static let work: Int64 = 0x5374_7261_7461_0002
    private static let migration: Int64 = 0x5374_7261_7461_0003

    /// Takes the locks of a server. Waits a little: the database may not have noticed yet that a server was killed.
    ///
    /// - Parameter pause: Waits a moment; `false` where the time is up.
    static func acquire(_ connection: ServerConnection, pause: () -> Bool) throws(StoreError) {
        while try !isTrue("SELECT pg_try_advisory_lock(\(server))", connection) {
            guard pause() else { throw .refused(try holder(connection)) }
        }
        while try !isTrue("SELECT pg_try_advisory_lock(\(work))", connection) {
            guard pause() else { throw .refused("another Strata server is still at work on this database; try again") }
        }
        try connection.execute("SELECT pg_advisory_unlock(\(work))")
    }

    /// Locks a session's token.
    static func lock(token: Int64, _ connection: ServerConnection) throws(StoreError) {
        try connection.execute("SELECT pg_advisory_lock(\(token))")
    }

    /// Whether the session with a token is still there.
    static func isLocked(token: Int64, _ connection: ServerConnection) throws(StoreError) -> Bool {
        try isTrue("SELECT NOT pg_try_advisory_lock_shared(\(token))", connection)
    }

    /// Joins the work of a server.
    static func joinWork(_ connection: ServerConnection) throws(StoreError) {
        guard try isTrue("SELECT pg_try_advisory_lock_shared(\(work))", connection) else {
            throw .unavailable("another Strata server takes over this database")
        }
    }

    /// Runs `body` while no other process migrates.
    static func withMigrationLock(
        _ connection: ServerConnection, _ body: () throws(StoreError) -> Void
    ) throws(StoreError) {
        try connection.execute("SELECT pg_advisory_lock(\(migration))")
        defer {
            // A connection that is lost has no locks.
            try? connection.execute("SELECT pg_advisory_unlock(\(migration))")
        }
        try body()
    }

    private static func isTrue(_ sql: String, _ connection: ServerConnection) throws(StoreError) -> Bool {
        try connection.result(of: sql).firstText() == "t"
    }

    /// Who has the server's lock, for an operator.
    private static func holder(_ connection: ServerConnection) throws(StoreError) -> String {
        let who = try connection.result(
            of: """
                SELECT coalesce(host(client_addr), 'a local socket') || ', since '
                    || date_trunc('second', backend_start)
                FROM pg_locks JOIN pg_stat_activity USING (pid)
                WHERE locktype = 'advisory' AND granted AND objsubid = 1
                    AND classid = \(server >> 32) AND objid = \(server & 0xffff_ffff)
                """
        ).firstText()
        return
            "another Strata server uses this database\(who.isEmpty ? "" : " (from \(who))"); stop it, or name another "
            + "database: several servers on one database are not supported yet"
    }
}
