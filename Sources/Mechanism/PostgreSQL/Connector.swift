internal import CPostgreSQL
internal import Glibc
internal import Store

/// Makes connections to one database, with the settings that all of them have.
struct Connector: Sendable {
    let address: DatabaseAddress

    /// A server that is there answers in much less.
    private static let connectMilliseconds: UInt64 = 5_000
    /// Version 14 has CREATE OR REPLACE TRIGGER; earlier ones get no fixes any more.
    private static let oldestVersion = 140_000

    /// Keywords of libpq. Those of the address come later, and win. A peer that has vanished is noticed within about
    /// ten seconds: by probes where nothing is under way, and by missing acknowledgements where data is.
    private static let defaults = [
        ("application_name", "strata"), ("client_encoding", "UTF8"),
        ("keepalives", "1"), ("keepalives_idle", "5"), ("keepalives_interval", "2"), ("keepalives_count", "3"),
        ("tcp_user_timeout", "10000"),
    ]

    /// Run on each connection. The server, too, notices a client that has vanished, and drops its locks. Where COMMIT
    /// has returned, a transaction is durable, also where the cluster's own setting says otherwise.
    private static let settings = """
        SET client_min_messages = warning;
        SET statement_timeout = \(ServerConnection.statementMilliseconds);
        SET idle_in_transaction_session_timeout = 60000;
        SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;
        SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
        """

    /// Connects.
    ///
    /// - Throws: `.unavailable` where the server cannot be reached or ends the connection, `.invalid` where it refuses
    ///   the role or cannot be used.
    func connect() throws(StoreError) -> ServerConnection {
        let settings = Self.defaults.filter { address.parameters[$0.0] == nil } + address.parameters.map { ($0, $1) }
        let handle = Self.withCStrings(settings.map(\.0)) { keywords in
            Self.withCStrings(settings.map(\.1)) { PQconnectStartParams(keywords, $0, 0) }
        }
        guard let handle else { throw .unavailable("out of memory") }
        do throws(StoreError) { try Self.finish(handle, Deadline(milliseconds: Self.connectMilliseconds)) } catch {
            PQfinish(handle)
            throw error
        }
        let connection = ServerConnection(handle)
        guard connection.serverVersion >= Self.oldestVersion else {
            throw .refused(
                "PostgreSQL \(connection.serverVersion / 10_000) is too old: version 14 is the first that works")
        }
        let encoding = connection.parameter("server_encoding")
        guard encoding == "UTF8" else {
            throw .refused("the database's encoding is \(encoding): make one with UTF8 (createdb --encoding=UTF8)")
        }
        try connection.execute(Self.settings)
        return connection
    }

    /// Waits until the connection is made: source is the recipe of PQconnectPoll
    /// (<https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-PQCONNECTSTARTPARAMS>).
    private static func finish(_ handle: OpaquePointer, _ deadline: Deadline) throws(StoreError) {
        var events = Int16(POLLOUT)
        while PQstatus(handle) != CONNECTION_BAD {
            guard deadline.wait(for: PQsocket(handle), events) else {
                throw .unavailable("the database does not answer")
            }
            switch PQconnectPoll(handle) {
            case PGRES_POLLING_OK: return
            case PGRES_POLLING_READING: events = Int16(POLLIN)
            case PGRES_POLLING_WRITING: events = Int16(POLLOUT)
            default: throw failure(handle)
            }
        }
        throw failure(handle)
    }

    /// Why a connection was not made. libpq gives no code for it, and its text has no password.
    private static func failure(_ handle: OpaquePointer) -> StoreError {
        let text = String(cString: PQerrorMessage(handle)).split(separator: "\n").joined(separator: "; ")
        return .unavailable(text.isEmpty ? "the connection cannot be made" : text)
    }

    /// Calls `body` with a NULL-terminated array of C strings, which live until it returns.
    private static func withCStrings<Result>(
        _ strings: [String], _ body: ([UnsafePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        return body(copies.map { UnsafePointer($0) } + [nil])
    }
}
