internal import CSQLite
public import Store

/// Free pages: SQLite keeps what deleted rows took for later ones. A queue that was long once would keep the disk for
/// ever ("auto_vacuum", <https://sqlite.org/pragma.html>).
extension SQLiteEngine {
    /// Free pages that are worth moving others for: 16 MiB, and a quarter of the file. Fewer are soon used again.
    private static let (leastFreePages, leastFreeShare) = (4_096, 4)
    /// Free pages that are given back in one transaction, and left at the end.
    private static let (stepPages, keptPages) = (1_024, 256)

    private static let checkpointMilliseconds: Int32 = 100

    /// Has SQLite move pages from the end of the file to free ones, and makes the file shorter.
    public func releaseSpace() throws(StoreError) {
        var (pages, free) = try pageCounts()
        guard free >= Self.leastFreePages, free * Self.leastFreeShare >= pages else { return }
        while free > Self.keptPages {
            var failure: StoreError?
            try write { connection in
                do throws(StoreError) {
                    try connection.run("PRAGMA incremental_vacuum(\(Self.stepPages))")
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
            if let failure { throw failure }
            let before = free
            (pages, free) = try pageCounts()
            // Others may add as much as is given back, and a file that cannot shrink has what it had.
            guard free < before else { break }
        }
        // The file ends where it should once the log is in it. A reader may hold that up: a later commit does it then.
        let connection = try openReader()
        connection.setBusyTimeout(milliseconds: Self.checkpointMilliseconds)
        try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    private func pageCounts() throws(StoreError) -> (pages: Int, free: Int) {
        let connection = try openReader()
        return (try connection.number("PRAGMA page_count"), try connection.number("PRAGMA freelist_count"))
    }
}

extension SQLiteConnection {
    /// Files that are made to shrink when they are opened, in pages: 64 MiB. That is done once, and takes a second.
    private static let shrunkPages = 16_384
    /// What the pragma `auto_vacuum` returns for it.
    private static let incremental = 2
    /// The write-ahead log is cut to this after a long transaction, in bytes.
    private static let logBytes = 64 << 20

    /// Has the file shrink when ``SQLiteEngine/releaseSpace()`` says so. Comes before anything else: SQLite decides it
    /// with the first table, and a file that has some is written anew, unless it is long or in use.
    func prepareToShrink() throws(StoreError) {
        try execute("PRAGMA journal_size_limit = \(Self.logBytes)")
        // Setting it again would be a commit, which other processes take for a change.
        guard try number("PRAGMA auto_vacuum") != Self.incremental else { return }
        try execute("PRAGMA auto_vacuum = INCREMENTAL")
        let pages = try number("PRAGMA page_count")
        // On a full disk, or beside another process, the file works as before.
        if pages > 0, pages <= Self.shrunkPages { try? execute("VACUUM") }
    }

    /// The number that a statement returns.
    func number(_ sql: String) throws(StoreError) -> Int {
        var number = 0
        try query(sql, []) { row in
            number = row.integer(0)
            return false
        }
        return number
    }
}
