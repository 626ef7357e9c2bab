public import LinuxSystem

/// Writes a reproducible zip: its bytes depend only on the calls. Entries are in the order of the calls, with the given
/// modes, the time 1980-01-01, and no owner, host or extra fields.
///
/// Compressed bytes also depend on zlib, whose versions have produced the same bytes for a level for many years.
public struct ZipWriter: ~Copyable {
    private let file: FileDescriptor
    private let level: Int32
    private var offset = 0
    private var directory: [UInt8] = []
    private var entryCount = 0

    /// The default level of zlib and Info-ZIP.
    public static let defaultLevel: Int32 = 6

    /// What is compressed at once. The compressed bytes are the same for any.
    static let pieceBytes = 256 << 10

    /// Starts a zip.
    ///
    /// - Parameters:
    ///   - file: An empty regular file, open for writing, not for appending.
    ///   - level: 1 (fast) to 9 (small).
    public init(_ file: consuming FileDescriptor, level: Int32 = ZipWriter.defaultLevel) {
        self.file = file
        self.level = level
    }

    /// Adds a directory.
    ///
    /// - Parameters:
    ///   - path: Its name, with or without a `/` at the end.
    ///   - mode: Permission bits.
    public mutating func addDirectory(_ path: String, mode: UInt32 = 0o755) throws(ArchiveError) {
        let name = path.hasSuffix("/") ? path : path + "/"
        var record = try ZipRecord(name, unixMode: 0o040000 | mode, offset: offset)
        record.attributes |= ZipRecord.dosDirectory
        try append(record, content: [])
    }

    /// Adds a symbolic link.
    public mutating func addSymbolicLink(_ path: String, target: String) throws(ArchiveError) {
        try append(ZipRecord(path, unixMode: 0o120777, offset: offset), content: Array(target.utf8))
    }

    /// Adds a file whose bytes are in memory.
    public mutating func addFile(_ path: String, mode: UInt32, bytes: [UInt8]) throws(ArchiveError) {
        var given = false
        try addFile(path, mode: mode) { buffer throws(SystemCallError) in
            defer { given = true }
            return given ? [] : bytes
        }
    }

    /// Adds a file with the whole content of another file.
    public mutating func addFile(
        _ path: String, mode: UInt32, contentsOf source: borrowing FileDescriptor
    ) throws(ArchiveError) {
        var position = 0
        try addFile(path, mode: mode) { count throws(SystemCallError) in
            let piece = try source.bytes(count: count, at: position)
            position += piece.count
            return piece
        }
    }

    /// Adds a file that is compressed already.
    public mutating func addFile(_ path: String, mode: UInt32, _ file: DeflatedFile) throws(ArchiveError) {
        var record = try ZipRecord(path, unixMode: 0o100000 | mode, offset: offset)
        guard file.size > 0 else { return try append(record, content: []) }
        record.describe(file)
        let start = offset
        offset += record.localHeader.count
        try write(file.bytes)
        try finish(record, at: start)
    }

    /// Writes the directory, which completes the zip, and closes the file. Does not wait for the disk.
    public consuming func finish() throws(ArchiveError) {
        let trailer = ZipRecord.trailer(entryCount: entryCount, directorySize: directory.count, offset: offset)
        try write(directory + trailer)
    }

    /// Adds a file from pieces; an empty piece is the end. The local header is written last, at its reserved offset.
    private mutating func addFile(
        _ path: String, mode: UInt32, next: (_ count: Int) throws(SystemCallError) -> [UInt8]
    ) throws(ArchiveError) {
        var record = try ZipRecord(path, unixMode: 0o100000 | mode, offset: offset)
        let start = offset
        var piece = try Self.piece(next)
        guard !piece.isEmpty else { return try append(record, content: []) }
        record.method = .deflated
        offset += record.localHeader.count
        let dataStart = offset
        var deflater = Deflater(level: level)
        repeat {
            piece.withUnsafeBytes { record.add($0) }
            let following = try Self.piece(next)
            try compress(piece, isLast: following.isEmpty, &deflater)
            piece = following
        } while !piece.isEmpty
        record.compressedSize = offset - dataStart
        try finish(record, at: start)
    }

    private mutating func compress(_ piece: [UInt8], isLast: Bool, _ deflater: inout Deflater) throws(ArchiveError) {
        var compressed: [UInt8] = []
        piece.withUnsafeBytes { deflater.compress($0, isLast: isLast) { compressed.append(contentsOf: $0) } }
        try write(compressed)
    }

    /// Writes an entry uncompressed, for content that is small or empty.
    private mutating func append(_ record: ZipRecord, content: [UInt8]) throws(ArchiveError) {
        var record = record
        content.withUnsafeBytes { record.add($0) }
        record.compressedSize = content.count
        let start = offset
        offset += record.localHeader.count
        try write(content)
        try finish(record, at: start)
    }

    private mutating func finish(_ record: ZipRecord, at start: Int) throws(ArchiveError) {
        try record.checkSizes()
        try write(record.localHeader, at: start)
        directory += record.centralHeader
        entryCount += 1
    }

    private mutating func write(_ bytes: [UInt8]) throws(ArchiveError) {
        try write(bytes, at: offset)
        offset += bytes.count
    }

    private borrowing func write(_ bytes: [UInt8], at position: Int) throws(ArchiveError) {
        do throws(SystemCallError) {
            try file.write(all: bytes, at: position)
        } catch {
            throw .system(error)
        }
    }

    private static func piece(_ next: (Int) throws(SystemCallError) -> [UInt8]) throws(ArchiveError) -> [UInt8] {
        do throws(SystemCallError) {
            return try next(pieceBytes)
        } catch {
            throw .system(error)
        }
    }
}
