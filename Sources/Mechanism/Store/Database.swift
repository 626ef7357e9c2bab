internal import Synchronization

/// A store's database: transactions on an ``Engine``.
///
/// A transaction is durable once `write` has returned, and readers never wait for writers. All calls are synchronous
/// and may come from any thread. A closure may run more than once, so it has no effect beyond its connection, except
/// what it has done ``Connection/afterCommit(_:)``. It must not call its own database: it would deadlock.
public final class Database: Sendable {
    private let engine: any Engine
    /// Held by writers that have met conflicts: they run one after the other, so that one of them gets through.
    private let contended = Mutex(())

    /// Attempts at a transaction beside others; further ones of this process run one after the other.
    private static let concurrentAttemptCount = 3
    /// How long a transaction is repeated before the conflict is reported: another process may write the same rows all
    /// the time, or read all of them for long.
    private static let conflictTimeout = Duration.seconds(10)

    /// Opens a database, and applies pending migrations.
    ///
    /// - Parameter migrations: All migrations since the first version, oldest first.
    public init(_ engine: any Engine, migrations: [Migration]) throws(StoreError) {
        self.engine = engine
        try engine.exclusively { () throws(StoreError) in
            try Migration.apply(migrations, to: self, engine.dialect)
        }
    }

    /// Runs statements on one snapshot of the database. They cannot change it.
    public func read<Value: Sendable>(
        _ body: (borrowing Connection) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try read(failingAs: { $0 }, body)
    }

    /// The same for a closure with its own error type.
    ///
    /// - Parameter failure: Converts the store's errors to that type.
    public func read<Value: Sendable, Failure: Error>(
        failingAs failure: (StoreError) -> Failure, _ body: (borrowing Connection) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        var result: Result<Value, Failure>?
        do throws(StoreError) {
            try engine.read { connection in
                do throws(Failure) {
                    let value = try body(connection)
                    result = connection.failure().map { .failure(failure($0)) } ?? .success(value)
                } catch {
                    result = .failure(error)
                }
                return connection.failure() == nil
            }
        } catch {
            throw failure(error)
        }
        guard let result else { throw failure(Self.noAttempt) }
        return try result.get()
    }

    /// Runs statements as one transaction: all take effect, or none when the closure throws.
    public func write<Value: Sendable>(
        _ body: (borrowing Connection) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try write(failingAs: { $0 }, body)
    }

    /// The same for a closure with its own error type.
    ///
    /// - Parameter failure: Converts the store's errors to that type.
    public func write<Value: Sendable, Failure: Error>(
        failingAs failure: (StoreError) -> Failure, _ body: (borrowing Connection) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        for _ in 0..<Self.concurrentAttemptCount {
            let attempt = self.attempt(failingAs: failure, body)
            if !attempt.isConflict { return try attempt.finish() }
        }
        let attempt = contended.withLock { _ in
            let end = ContinuousClock.now + Self.conflictTimeout
            var attempt = self.attempt(failingAs: failure, body)
            while attempt.isConflict, ContinuousClock.now < end { attempt = self.attempt(failingAs: failure, body) }
            return attempt
        }
        // After the lock: what follows may be long, or write to this database.
        return try attempt.finish()
    }

    /// Gives the disk back what deleted rows took, where that is worth it. Waits for the disk.
    public func releaseSpace() throws(StoreError) { try engine.releaseSpace() }

    /// Begins to watch for commits.
    func watchCommits() throws(StoreError) -> any CommitWatch { try engine.watchCommits() }

    /// One attempt at a transaction, and how it ended.
    private struct Attempt<Value: Sendable, Failure: Error>: Sendable {
        var result: Result<Value, Failure>
        var isConflict: Bool
        var actions: [@Sendable () -> Void] = []

        /// Performs what was to follow the commit.
        func finish() throws(Failure) -> Value {
            let value = try result.get()
            for action in actions { action() }
            return value
        }
    }

    private func attempt<Value: Sendable, Failure: Error>(
        failingAs failure: (StoreError) -> Failure, _ body: (borrowing Connection) throws(Failure) -> Value
    ) -> Attempt<Value, Failure> {
        var attempt: Attempt<Value, Failure>?
        do throws(StoreError) {
            try engine.write { connection in
                do throws(Failure) {
                    let value = try body(connection)
                    guard let error = connection.failure() else {
                        attempt = Attempt(
                            result: .success(value), isConflict: false, actions: connection.takeActions())
                        return true
                    }
                    attempt = Attempt(result: .failure(failure(error)), isConflict: error.kind == .conflict)
                } catch {
                    attempt = Attempt(
                        result: .failure(error), isConflict: connection.failure()?.kind == .conflict)
                }
                return false
            }
        } catch {
            let isConflict = error.kind == .conflict
            // Where the closure failed, its own error is the one to report, unless what it saw did not become durable.
            if !isConflict, let attempt, case .failure = attempt.result { return attempt }
            return Attempt(result: .failure(failure(error)), isConflict: isConflict)
        }
        return attempt ?? Attempt(result: .failure(failure(Self.noAttempt)), isConflict: false)
    }

    private static let noAttempt = StoreError(
        .invalid, code: "engine", message: "the engine returned without running the transaction")
}
