internal import CPostgreSQL
internal import Glibc
internal import LinuxSystem
internal import Store

/// One connection to a PostgreSQL server. One thread at a time uses it.
///
/// Every call has a deadline: libpq never blocks, and this waits with poll(2). A connection that was lost, or that did
/// not answer in time, is broken from then on, and all calls fail.
///
/// Unchecked because the pool lends it to one thread at a time.
final class ServerConnection: EngineConnection, @unchecked Sendable {
    private let handle: OpaquePointer
    private var statements = PreparedStatements()
    /// The schema of the transaction under way; prepared statements belong to one.
    private var schema = ""
    /// Whether a statement of the transaction under way may have changed something.
    private(set) var hasChanges = false
    /// Whether a concurrent transaction was in the way of the one under way.
    private(set) var hasConflict = false
    /// Whether no more can be done with it.
    private(set) var isBroken = false

    /// The server cancels a statement after this long; the connection is given up a little later.
    static let statementMilliseconds: UInt64 = 30_000
    private static let callMilliseconds = statementMilliseconds + 5_000

    /// Takes over a connection that is made.
    init(_ handle: OpaquePointer) {
        self.handle = handle
        PQsetnonblocking(handle, 1)
        // NOTICE and WARNING would go to standard error.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
    }

    deinit { PQfinish(handle) }

    /// The descriptor to wait on for notifications, and for the end of the connection.
    var descriptor: Int32 { PQsocket(handle) }

    /// The process of the server that serves this connection.
    var serverProcess: Int32 { PQbackendPID(handle) }

    /// A parameter that the server has reported, such as `server_encoding`.
    func parameter(_ name: String) -> String { PQparameterStatus(handle, name).map { String(cString: $0) } ?? "" }

    /// The server's version as one number: 150018 is 15.18.
    var serverVersion: Int { Int(PQserverVersion(handle)) }

    // MARK: Statements

    func execute(_ sql: String) throws(StoreError) {
        hasChanges = true
        _ = try result(of: sql)
    }

    func run(_ sql: String, _ values: [StoreValue]) throws(StoreError) -> Int { try send(sql, values).changeCount }

    func query(
        _ sql: String, _ values: [StoreValue], _ receive: (borrowing Row) throws(StoreError) -> Bool
    ) throws(StoreError) {
        let result = try send(sql, values)
        try result.forEach(receive)
    }

    /// Runs one or more statements without parameters. The result of the last one; its values are text.
    func result(of sql: String, milliseconds: UInt64 = callMilliseconds) throws(StoreError) -> ResultSet {
        try beginCall(sql)
        guard PQsendQuery(handle, sql) == 1 else { throw sendFailure(sql) }
        return try finish(sql, Deadline(milliseconds: milliseconds))
    }

    /// Runs a prepared statement.
    private func send(_ sql: String, _ values: [StoreValue]) throws(StoreError) -> ResultSet {
        let statement = try prepared(sql, values)
        try beginCall(sql)
        let isSent = StatementParameters(values).withPointers { pointers, lengths, formats in
            PQsendQueryPrepared(handle, statement.name, Int32(values.count), pointers, lengths, formats, 1) == 1
        }
        guard isSent else { throw sendFailure(sql) }
        let result = try finish(sql, Deadline(milliseconds: Self.callMilliseconds))
        if !result.command.hasPrefix("SELECT"), result.changeCount > 0 { hasChanges = true }
        return result
    }

    /// The prepared statement of a text, from memory where possible.
    private func prepared(_ sql: String, _ values: [StoreValue]) throws(StoreError) -> PreparedStatement {
        let key = PreparedStatements.Key(schema: schema, sql: sql)
        if let statement = statements.find(key, values) { return statement }
        let text = StatementText(sql)
        guard text.parameterCount == values.count else {
            throw StoreError(
                .invalid, code: "PostgreSQL", message: "\(values.count) values for the placeholders", sql: sql)
        }
        if statements.isFull {
            try execute("DEALLOCATE ALL")
            statements = PreparedStatements(after: statements)
        }
        let name = statements.nextName()
        try beginCall(sql)
        guard PQsendPrepare(handle, name, text.text, Int32(values.count), values.map(\.typeID)) == 1 else {
            throw sendFailure(sql)
        }
        _ = try finish(sql, Deadline(milliseconds: Self.callMilliseconds))
        // What NULL stands for is the server's decision, and a later value has to be of that type.
        let types = values.contains(.null) ? try describe(name, sql, values.count) : values.map(\.typeID)
        let statement = PreparedStatement(name: name, parameterTypes: types)
        statements.add(statement, key)
        return statement
    }

    private func describe(_ name: String, _ sql: String, _ count: Int) throws(StoreError) -> [UInt32] {
        try beginCall(sql)
        guard PQsendDescribePrepared(handle, name) == 1 else { throw sendFailure(sql) }
        let description = try finish(sql, Deadline(milliseconds: Self.callMilliseconds))
        return (0..<count).map { description.parameterType($0) }
    }

    // MARK: Transactions

    /// Begins a transaction whose statements see the tables of a schema.
    ///
    /// - Returns: What the server knows the transaction by; empty for one that only reads.
    func begin(_ kind: TransactionKind, schema: String) throws(StoreError) -> String {
        self.schema = schema
        (hasChanges, hasConflict) = (false, false)
        return try result(of: kind.begin(schema: schema)).firstText()
    }

    /// Ends a transaction without its changes. A connection that cannot do that is broken.
    func rollback() {
        do throws(StoreError) { try execute("ROLLBACK") } catch { isBroken = true }
    }

    /// Notifications that have arrived, by channel and payload. Does not wait.
    func takeNotifications() -> [Notification] {
        if PQconsumeInput(handle) == 0 { isBroken = true }
        var found: [Notification] = []
        while let notification = PQnotifies(handle) {
            found.append(
                Notification(
                    payload: String(cString: notification.pointee.extra), sender: notification.pointee.be_pid))
            PQfreemem(notification)
        }
        return found
    }

    /// A message that another connection has sent to those that listen.
    struct Notification: Hashable, Sendable {
        let payload: String
        /// The process of the server that served the sender.
        let sender: Int32
    }

    // MARK: Waiting

    private func beginCall(_ sql: String) throws(StoreError) {
        if isBroken { throw .unavailable("the connection is lost", sql: sql) }
    }

    /// Collects the results of what was sent. The first error is thrown, else the last result is the one.
    private func finish(_ sql: String, _ deadline: Deadline) throws(StoreError) -> ResultSet {
        var last: ResultSet?
        var failure: StoreError?
        while let result = try nextResult(sql, deadline) {
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: last = ResultSet(result)
            default:
                failure = failure ?? StoreError(result, sql: sql)
                PQclear(result)
            }
        }
        if PQstatus(handle) != CONNECTION_OK { isBroken = true }
        if let failure {
            if failure.kind == .conflict { hasConflict = true }
            // A server that ends says so, with an error of its own, or just ends.
            throw isBroken ? .unavailable("the connection is lost: \(failure.message)", sql: sql) : failure
        }
        guard let last else { throw lost(sql) }
        return last
    }

    /// The next result; `nil` when there are no more.
    private func nextResult(_ sql: String, _ deadline: Deadline) throws(StoreError) -> OpaquePointer? {
        while true {
            let unsent = PQflush(handle)
            guard unsent >= 0 else { throw lost(sql) }
            if unsent == 0, PQisBusy(handle) == 0 { return PQgetResult(handle) }
            let events = Int16(POLLIN) | (unsent > 0 ? Int16(POLLOUT) : 0)
            guard deadline.wait(for: descriptor, events) else {
                isBroken = true
                throw .unavailable("the database does not answer", sql: sql)
            }
            guard PQconsumeInput(handle) == 1 else { return try lastResult(sql) }
        }
    }

    /// After the connection has ended, there may be an error that the server sent before.
    private func lastResult(_ sql: String) throws(StoreError) -> OpaquePointer? {
        isBroken = true
        guard PQisBusy(handle) == 0, let result = PQgetResult(handle) else { throw lost(sql) }
        return result
    }

    private func sendFailure(_ sql: String) -> StoreError {
        guard PQstatus(handle) != CONNECTION_OK else {
            return StoreError(.invalid, code: "PostgreSQL", message: "the statement cannot be sent", sql: sql)
        }
        return lost(sql)
    }

    private func lost(_ sql: String) -> StoreError {
        isBroken = true
        return .unavailable("the connection is lost", sql: sql)
    }
}
