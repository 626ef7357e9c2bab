/// A connection in a transaction, which ``Database`` lends to a closure. It is valid only during that call.
///
/// A statement that fails fails the transaction, also where the closure goes on: it is rolled back, and the call throws
/// the statement's error. To insert what may be there, write `ON CONFLICT`.
public struct Connection: ~Copyable {
    /// What the statements of a transaction have left behind. A class, so that a borrowed connection can add to it; one
    /// thread at a time uses it.
    private final class Record {
        var notes: [any Sendable] = []
        var actions: [@Sendable () -> Void] = []
        var failure: StoreError?
    }

    private let engine: any EngineConnection
    private let record = Record()

    /// Makes the connection of one attempt at a transaction. For engines.
    public init(_ engine: any EngineConnection) { self.engine = engine }

    /// Notes something about the transaction under way, such as what it changes, for the code that commits it. The
    /// notes of an attempt that is repeated are gone.
    public borrowing func note(_ value: some Sendable) { record.notes.append(value) }

    /// Takes what has been noted since the last time.
    public borrowing func takeNotes() -> [any Sendable] {
        defer { record.notes = [] }
        return record.notes
    }

    /// Has something done when the transaction is durable, before its `write` returns, on the writer's thread. Nothing
    /// is done for a transaction that is rolled back.
    public borrowing func afterCommit(_ action: @escaping @Sendable () -> Void) { record.actions.append(action) }

    /// Runs one or more statements without placeholders, such as a schema.
    public borrowing func execute(_ sql: String) throws(StoreError) {
        try noting { () throws(StoreError) in try engine.execute(sql) }
    }

    /// Runs a statement that returns no rows.
    ///
    /// - Returns: How many rows it inserted, changed or deleted.
    @discardableResult
    public borrowing func run(_ sql: String, _ values: [StoreValue] = []) throws(StoreError) -> Int {
        try noting { () throws(StoreError) in try engine.run(sql, values) }
    }

    /// All rows of a query, each converted by `make`.
    public borrowing func all<Value>(
        _ sql: String, _ values: [StoreValue] = [], _ make: (borrowing Row) throws(StoreError) -> Value
    ) throws(StoreError) -> [Value] {
        try noting { () throws(StoreError) in
            var result: [Value] = []
            try engine.query(sql, values) { row throws(StoreError) in
                result.append(try make(row))
                return true
            }
            return result
        }
    }

    /// The first row of a query, converted by `make`; `nil` when there is none.
    public borrowing func first<Value>(
        _ sql: String, _ values: [StoreValue] = [], _ make: (borrowing Row) throws(StoreError) -> Value
    ) throws(StoreError) -> Value? {
        try noting { () throws(StoreError) in
            var result: Value?
            try engine.query(sql, values) { row throws(StoreError) in
                result = try make(row)
                return false
            }
            return result
        }
    }

    /// The first failure of a statement.
    borrowing func failure() -> StoreError? { record.failure }

    /// What is to be done after the commit.
    borrowing func takeActions() -> [@Sendable () -> Void] {
        defer { record.actions = [] }
        return record.actions
    }

    /// Runs a statement and remembers its failure.
    private borrowing func noting<Value>(_ statement: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        do throws(StoreError) { return try statement() } catch {
            record.failure = record.failure ?? error
            throw error
        }
    }
}
