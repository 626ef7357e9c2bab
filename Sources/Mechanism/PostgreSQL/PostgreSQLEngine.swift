internal import LinuxSystem
internal import Store

/// A store in a schema of a PostgreSQL database.
final class PostgreSQLEngine: Engine {
    private let schema: String
    private let storage: PostgreSQLStorage
    private let counter: CommitCounter

    /// How long a call asks what became of its transaction. A database that restarts is back in about a second.
    private static let outcomeMilliseconds: UInt64 = 5_000
    private static let outcomePauseMilliseconds: UInt32 = 50
    /// The longest pause before a transaction that met a concurrent one is attempted again.
    private static let longestPauseMilliseconds: UInt32 = 8

    /// Keeps the storage: its connections close when no engine is left.
    init(schema: String, _ storage: PostgreSQLStorage) {
        self.schema = schema
        self.storage = storage
        counter = storage.session.counter(schema)
    }

    private var pool: ConnectionPool { storage.pool }

    var dialect: SQLDialect { .postgreSQL }

    func read(_ body: (borrowing Connection) -> Bool) throws(StoreError) {
        let transaction = try pool.begin(.read, schema: schema)
        defer { pool.end(transaction) }
        // A statement that failed has not hurt the connection.
        _ = body(Connection(transaction.connection))
        transaction.connection.rollback()
    }

    func write(_ body: (borrowing Connection) -> Bool) throws(StoreError) {
        let transaction = try pool.begin(.write, schema: schema)
        defer {
            let hasConflict = transaction.connection.hasConflict
            pool.end(transaction)
            // The next attempt does not meet the same transactions at once.
            if hasConflict { SystemThread.sleep(milliseconds: .random(in: 0...Self.longestPauseMilliseconds)) }
        }
        guard body(Connection(transaction.connection)) else { return transaction.connection.rollback() }
        // Also where the outcome is not known.
        defer { if transaction.connection.hasChanges { counter.bump() } }
        try commit(transaction)
    }

    func exclusively(_ body: () throws(StoreError) -> Void) throws(StoreError) {
        try pool.withExtraConnection { connection throws(StoreError) in
            try ServerLocks.withMigrationLock(connection, body)
        }
    }

    /// Makes the schema where it does not exist.
    func createSchema() throws(StoreError) {
        try exclusively { () throws(StoreError) in
            let exists = try single { connection throws(StoreError) in
                // CREATE SCHEMA IF NOT EXISTS needs the right to make one even where it does nothing.
                try connection.result(
                    of: "SELECT to_regnamespace('\"\(schema)\"') IS NOT NULL"
                ).firstText() == "t"
            }
            if !exists { try changing("CREATE SCHEMA \"\(schema)\"") }
        }
    }

    // MARK: Commits

    /// Commits. Where the connection breaks meanwhile, the database is asked whether the transaction took effect.
    private func commit(_ transaction: ConnectionPool.Transaction) throws(StoreError) {
        let connection = transaction.connection
        let loss: StoreError
        do throws(StoreError) {
            let command = try connection.result(of: "COMMIT").command
            if command == "COMMIT" { return }
            throw StoreError(.invalid, code: "PostgreSQL", message: "a statement had failed: \(command)", sql: "COMMIT")
        } catch {
            // The server has refused to commit, and is ready for the next transaction.
            guard connection.isBroken else { throw error }
            loss = error
        }
        let deadline = Deadline(milliseconds: Self.outcomeMilliseconds)
        repeat {
            switch outcome(of: transaction) {
            case .committed: return
            case .undone: throw loss
            case .unknown: throw Self.unknownOutcome(loss)
            case .inProgress: SystemThread.sleep(milliseconds: Self.outcomePauseMilliseconds)
            }
        } while !deadline.hasPassed
        throw Self.unknownOutcome(loss)
    }

    private func outcome(of transaction: ConnectionPool.Transaction) -> ServerSession.Outcome {
        // A failure tells nothing: it is asked again.
        (try? storage.session.outcome(ofTransaction: transaction.id, token: transaction.token)) ?? .inProgress
    }

    private static func unknownOutcome(_ loss: StoreError) -> StoreError {
        StoreError(
            .unavailable, code: loss.code, message: "\(loss.message); the changes may have been made, or not",
            sql: loss.sql, isOutcomeUnknown: true)
    }

    // MARK: Watching

    /// Has commits of other processes notified: a trigger on each table, so that only those that change rows are.
    /// A notification in every commit would have the server make all commits one after the other.
    func watchCommits() throws(StoreError) -> any CommitWatch {
        let tables = try single { connection throws(StoreError) in
            var tables: [String] = []
            try connection.query(Self.unwatchedTables, [.text(schema)]) { row in
                tables.append(row.text(0))
                return true
            }
            return tables
        }
        if !tables.isEmpty { try changing(Self.notifier + tables.map(Self.trigger).joined()) }
        return counter
    }

    private static let unwatchedTables = """
        SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace(?)
            AND NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = pg_class.oid AND tgname = 'strata_changed')
        """

    private static let notifier = """
        CREATE OR REPLACE FUNCTION strata_changed() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN PERFORM pg_notify('\(ServerSession.channel)', TG_TABLE_SCHEMA); RETURN NULL; END $body$;
        """

    private static func trigger(_ table: String) -> String {
        """
        CREATE OR REPLACE TRIGGER strata_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON \(table)
            FOR EACH STATEMENT EXECUTE FUNCTION strata_changed();
        """
    }

    // MARK: Transactions of the engine itself

    /// One query.
    private func single<Value>(
        _ body: (ServerConnection) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        let transaction = try pool.begin(.read, schema: schema)
        defer {
            transaction.connection.rollback()
            pool.end(transaction)
        }
        return try body(transaction.connection)
    }

    /// Statements in a transaction.
    private func changing(_ sql: String) throws(StoreError) {
        let transaction = try pool.begin(.write, schema: schema)
        defer { pool.end(transaction) }
        do throws(StoreError) { try transaction.connection.execute(sql) } catch {
            transaction.connection.rollback()
            throw error
        }
        try commit(transaction)
    }
}
