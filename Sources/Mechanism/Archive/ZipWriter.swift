public import LinuxSystem

/// Writes a zip whose bytes depend on the calls alone: entries in the order of the calls, modes as given, every time
/// 1980-01-01, no owner, no host, no extra fields.
///
/// Packed bytes also depend on zlib; its versions have produced the same bytes for the same level for many years.
public struct ZipWriter: ~Copyable {
    private let file: FileDescriptor
    private let level: Int32
    private var offset = 0
    private var directory: [UInt8] = []
    private var entryCount = 0

    /// The level that zlib and Info-ZIP use when none is named.
    public static let defaultLevel: Int32 = 6

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

    /// Adds a file with the content of another, from its start to its end.
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

    /// Writes the directory, without which the file is not a zip, and closes the file. Does not wait for the disk.
    public consuming func finish() throws(ArchiveError) {
        let trailer = ZipRecord.trailer(entryCount: entryCount, directorySize: directory.count, offset: offset)
        try write(directory + trailer)
    }

    /// Adds a file that comes in pieces; an empty piece is the end. The header is written last, into its place.
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
            try pack(piece, isLast: following.isEmpty, &deflater)
            piece = following
        } while !piece.isEmpty
        record.compressedSize = offset - dataStart
        try finish(record, at: start)
    }

    private mutating func pack(_ piece: [UInt8], isLast: Bool, _ deflater: inout Deflater) throws(ArchiveError) {
        var packed: [UInt8] = []
        piece.withUnsafeBytes { deflater.pack($0, isLast: isLast) { packed.append(contentsOf: $0) } }
        try write(packed)
    }

    /// Writes a record whose content is small or none, as it is.
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
            return try next(256 << 10)
        } catch {
            throw .system(error)
        }
    }
}
