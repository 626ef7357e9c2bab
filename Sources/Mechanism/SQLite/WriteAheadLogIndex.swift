internal import CSQLite

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
    /// The first copy of the header. A commit writes it last, and is not visible before.
    struct Header: Hashable, Sendable {
        private let version: UInt64
        private let others: SIMD4<UInt64>
        private let last: UInt64

        fileprivate init(_ memory: UnsafeRawPointer) {
            version = memory.load(as: UInt64.self)
            others = memory.loadUnaligned(fromByteOffset: 8, as: SIMD4<UInt64>.self)
            last = memory.load(fromByteOffset: 40, as: UInt64.self)
        }

        /// Whether it has the only format so far, in which it changes with each commit. Memory without a log has none.
        fileprivate var isKnown: Bool { UInt32(truncatingIfNeeded: version) == 3_007_000 }
    }

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

    /// The header as it is now; `nil` where it cannot be known, so that nothing may be taken for current.
    var header: Header? { memory.map { Header($0) }.flatMap { $0.isKnown ? $0 : nil } }
}
