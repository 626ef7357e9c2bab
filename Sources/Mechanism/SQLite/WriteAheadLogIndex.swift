internal import CSQLite
internal import Store

/// The header of a database's WAL-index: memory that all connections to the database share, in every process, and in
/// which a commit becomes visible. Reading it needs no system call and no lock, and never waits.
///
/// SQLite itself compares these bytes to find out whether a connection's pages are current ("WAL-mode File Format",
/// section 2.1, <https://sqlite.org/walformat.html>): they count transactions, and have the length and a checksum of
/// the log. The memory stays mapped while a connection of this process is open.
///
/// Unchecked because other processes write to the memory. A torn read differs from every complete header, so it looks
/// like one more change.
struct WriteAheadLogIndex: @unchecked Sendable {
    private let memory: UnsafeRawPointer?

    /// The size of the index's first part, which each connection maps.
    private static let firstPartBytes: Int32 = 32_768

    /// Finds the memory through a connection that has read something.
    init(_ connection: OpaquePointer) {
        var file: UnsafeMutablePointer<sqlite3_file>?
        var part: UnsafeMutableRawPointer?
        guard sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file,
            let map = file.pointee.pMethods?.pointee.xShmMap, map(file, 0, Self.firstPartBytes, 0, &part) == SQLITE_OK
        else {
            memory = nil
            return
        }
        memory = UnsafeRawPointer(part)
    }

    /// The first copy of the header, which a commit writes last, so that it is not visible before; `nil` where it is
    /// not known. It is known in the only format so far, in which it changes with each commit. Memory without a log has
    /// none.
    var mark: CommitMark? {
        guard let memory else { return nil }
        let version = memory.load(as: UInt64.self)
        guard UInt32(truncatingIfNeeded: version) == 3_007_000 else { return nil }
        let others = memory.loadUnaligned(fromByteOffset: 8, as: SIMD4<UInt64>.self)
        let last = memory.load(fromByteOffset: 40, as: UInt64.self)
        return CommitMark(SIMD8(lowHalf: others, highHalf: SIMD4(version, last, 0, 0)))
    }
}
