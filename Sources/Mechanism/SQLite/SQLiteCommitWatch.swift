internal import Store

/// Watches for commits through a database's WAL-index, which changes with each, of any process.
final class SQLiteCommitWatch: CommitWatch {
    /// Keeps the memory mapped.
    private let connection: SQLiteConnection
    private let index: WriteAheadLogIndex

    init(_ connection: SQLiteConnection) throws(StoreError) {
        index = try connection.writeAheadLogIndex()
        self.connection = connection
    }

    var mark: CommitMark? { index.mark }
}
